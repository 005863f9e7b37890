-- Rows that change all the time keep room on their page, so that an update needs no new index entries.
ALTER TABLE "job" SET (fillfactor = 50, autovacuum_vacuum_scale_factor = 0.05);--> statement-breakpoint
ALTER TABLE "run" SET (fillfactor = 80);--> statement-breakpoint
ALTER TABLE "slave" SET (fillfactor = 50);
