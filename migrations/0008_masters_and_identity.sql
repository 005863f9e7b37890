CREATE TABLE "master" (
	"id" uuid PRIMARY KEY NOT NULL,
	"address" text NOT NULL,
	"port" integer NOT NULL,
	"software" text NOT NULL,
	"keeps_house" boolean DEFAULT false NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "farm" ADD COLUMN "oldest_protocol" integer DEFAULT 2 NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "submission" text;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "attempts_from" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "slave" ADD COLUMN "instance" uuid;--> statement-breakpoint
ALTER TABLE "slave" ADD COLUMN "home" text;--> statement-breakpoint
ALTER TABLE "slave" ADD COLUMN "stuck" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE UNIQUE INDEX "job_submission" ON "job" USING btree ("submission") WHERE submission is not null;