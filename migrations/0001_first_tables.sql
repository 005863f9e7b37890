CREATE TABLE "farm" (
	"id" integer PRIMARY KEY NOT NULL,
	"token" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "job" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "job_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"name" text NOT NULL,
	"owner" text NOT NULL,
	"pool" text NOT NULL,
	"priority" integer NOT NULL,
	"command" jsonb NOT NULL,
	"env" jsonb NOT NULL,
	"folder" text,
	"log_name" text NOT NULL,
	"spans" jsonb NOT NULL,
	"block" integer NOT NULL,
	"fill_order" text NOT NULL,
	"pad" integer NOT NULL,
	"retries" integer NOT NULL,
	"exit_rule" text NOT NULL,
	"stopped" boolean NOT NULL,
	"tasks" integer NOT NULL,
	"waiting" "int4multirange" NOT NULL,
	"running" "int4multirange" DEFAULT '{}'::int4multirange NOT NULL,
	"finished" "int4multirange" DEFAULT '{}'::int4multirange NOT NULL,
	"failed" "int4multirange" DEFAULT '{}'::int4multirange NOT NULL,
	"retrying" "int4multirange" DEFAULT '{}'::int4multirange NOT NULL,
	"running_count" integer GENERATED ALWAYS AS (tasks_in(running)) STORED NOT NULL,
	"state" text GENERATED ALWAYS AS (case when isempty(waiting) and isempty(running) then case when isempty(failed) then 'finished' else 'failed' end when stopped then 'stopped' when isempty(running) then 'waiting' else 'running' end) STORED NOT NULL,
	"claimable" boolean GENERATED ALWAYS AS (not stopped and not isempty(waiting)) STORED NOT NULL,
	"submitted_at" timestamp with time zone DEFAULT now() NOT NULL,
	"started_at" timestamp with time zone,
	"ended_at" timestamp with time zone,
	CONSTRAINT "job_sets_are_disjoint" CHECK (not (waiting && running) and not (waiting && finished) and not (waiting && failed) and not (running && finished) and not (running && failed) and not (finished && failed) and retrying <@ waiting),
	CONSTRAINT "job_sets_hold_every_task" CHECK (waiting + running + finished + failed = int4multirange(int4range(0, tasks)))
);
--> statement-breakpoint
CREATE TABLE "run" (
	"job" integer NOT NULL,
	"task" integer NOT NULL,
	"attempt" integer NOT NULL,
	"slave" integer NOT NULL,
	"started_at" timestamp with time zone DEFAULT now() NOT NULL,
	"ended_at" timestamp with time zone,
	"outcome" text,
	"code" smallint,
	"message" text,
	"counts" boolean DEFAULT false NOT NULL,
	"wish" text,
	"ran_ms" integer,
	"cpu_ms" integer,
	"memory_mb" integer,
	CONSTRAINT "run_job_task_attempt_pk" PRIMARY KEY("job","task","attempt")
);
--> statement-breakpoint
CREATE TABLE "slave" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "slave_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"key" uuid NOT NULL,
	"name" text NOT NULL,
	"address" text NOT NULL,
	"port" integer NOT NULL,
	"software" text NOT NULL,
	"os" text NOT NULL,
	"cpus" integer NOT NULL,
	"memory_mb" integer NOT NULL,
	"free_memory_mb" integer NOT NULL,
	"load" real NOT NULL,
	"slots" integer NOT NULL,
	"pools" jsonb NOT NULL,
	"enabled" boolean NOT NULL,
	"running" integer NOT NULL,
	"problem" text,
	"state" text DEFAULT 'online' NOT NULL,
	"seen_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "slave_key_unique" UNIQUE("key")
);
--> statement-breakpoint
CREATE INDEX "job_candidates" ON "job" USING btree ("pool","state","priority" DESC NULLS FIRST,"id") WHERE claimable;--> statement-breakpoint
CREATE INDEX "job_state" ON "job" USING btree ("state","id");--> statement-breakpoint
CREATE INDEX "slave_name" ON "slave" USING btree ("name");