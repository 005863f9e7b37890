CREATE INDEX "job_name" ON "job" USING btree ("name","id");--> statement-breakpoint
CREATE INDEX "job_owner" ON "job" USING btree ("owner","id");--> statement-breakpoint
CREATE INDEX "job_priority" ON "job" USING btree ("priority","id");--> statement-breakpoint
CREATE INDEX "job_submitted" ON "job" USING btree ("submitted_at","id");