CREATE TABLE "dependency" (
	"job" integer NOT NULL,
	"needs" integer NOT NULL,
	"until" text NOT NULL,
	CONSTRAINT "dependency_job_needs_pk" PRIMARY KEY("job","needs")
);
--> statement-breakpoint
CREATE TABLE "leftover" (
	"slave" integer NOT NULL,
	"job" integer NOT NULL,
	"folder" text NOT NULL,
	"deleted_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "leftover_slave_job_pk" PRIMARY KEY("slave","job")
);
--> statement-breakpoint
CREATE TABLE "licence" (
	"name" text PRIMARY KEY NOT NULL,
	"total" integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE "owner" (
	"name" text PRIMARY KEY NOT NULL,
	"weight" real NOT NULL
);
--> statement-breakpoint
ALTER TABLE "job" DROP CONSTRAINT "job_sets_are_disjoint";--> statement-breakpoint
DROP INDEX "job_candidates";--> statement-breakpoint
ALTER TABLE "job" drop column "claimable";--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "os" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "memory_mb" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "gpus" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "licences" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "max_slots" integer;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "max_per_slave" integer;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "not_before" timestamp with time zone;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "blocked" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "kind" text;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "fields" jsonb;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "field_variables" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "script" jsonb;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "exit_codes" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "output" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "retry_delay_ms" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "frame_timeout_ms" integer;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "silence_ms" integer;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "slave_failures" integer DEFAULT 3 NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "blamed" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "max_failures" integer DEFAULT 1000 NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "stop_reason" text;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "delete_after_ms" bigint;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "held" "int4multirange" DEFAULT '{}'::int4multirange NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "resting" "int4multirange" DEFAULT '{}'::int4multirange NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "needed" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "rendered_runs" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "rendered_ms" bigint DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "slowest_ms" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "slowest_task" integer;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "busy" boolean GENERATED ALWAYS AS (not isempty(running)) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "rests" boolean GENERATED ALWAYS AS (not isempty(resting)) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "claimable" boolean GENERATED ALWAYS AS (not stopped and not isempty(waiting - held - resting)) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "lane" text COLLATE "C" GENERATED ALWAYS AS (pool || '|' || os || '|' || memory_mb::text || '|' || gpus::text || '|' || licences::text || '|' || owner) STORED NOT NULL;--> statement-breakpoint
ALTER TABLE "run" ADD COLUMN "progress" smallint;--> statement-breakpoint
ALTER TABLE "slave" ADD COLUMN "memory_left_mb" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "slave" ADD COLUMN "gpus" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "slave" ADD COLUMN "gpus_left" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "slave" ADD COLUMN "settings" jsonb;--> statement-breakpoint
UPDATE "slave" SET "settings" = jsonb_build_object('slots', slots, 'pools', pools, 'enabled', enabled, 'drain', false, 'leaveMb', 0,
  'loadLimit', null, 'hours', '', 'paths', '[]'::jsonb, 'gpus', null);--> statement-breakpoint
ALTER TABLE "slave" ALTER COLUMN "settings" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "slave" ADD COLUMN "free" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "slave" ADD COLUMN "foreign_slots" integer DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "slave" ADD COLUMN "in_hours" boolean DEFAULT true NOT NULL;--> statement-breakpoint
ALTER TABLE "slave" ADD COLUMN "suspects" jsonb DEFAULT '[]'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "slave" ADD COLUMN "sick_since" timestamp with time zone;--> statement-breakpoint
CREATE INDEX "dependency_needs" ON "dependency" USING btree ("needs");--> statement-breakpoint
CREATE INDEX "job_busy" ON "job" USING btree ("owner") WHERE busy;--> statement-breakpoint
CREATE INDEX "job_rests" ON "job" USING btree ("id") WHERE rests;--> statement-breakpoint
CREATE INDEX "job_not_before" ON "job" USING btree ("not_before") WHERE not_before is not null;--> statement-breakpoint
CREATE INDEX "job_delete" ON "job" USING btree ("ended_at") WHERE delete_after_ms is not null;--> statement-breakpoint
CREATE INDEX "slave_sick" ON "slave" USING btree ("id") WHERE sick_since is not null;--> statement-breakpoint
CREATE INDEX "job_candidates" ON "job" USING btree ("lane","state","priority" DESC NULLS FIRST,"id") WHERE claimable;--> statement-breakpoint
ALTER TABLE "job" ADD CONSTRAINT "job_sets_are_disjoint" CHECK (not (waiting && running) and not (waiting && finished) and not (waiting && failed) and not (running && finished) and not (running && failed) and not (finished && failed) and retrying <@ waiting and resting <@ retrying);