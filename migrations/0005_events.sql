CREATE TABLE "delivery" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "delivery_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"to" text NOT NULL,
	"style" text NOT NULL,
	"secret" text,
	"message" jsonb NOT NULL,
	"tries" integer DEFAULT 0 NOT NULL,
	"next_at" timestamp with time zone DEFAULT now() NOT NULL,
	"sent_at" timestamp with time zone,
	"problem" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event" (
	"tx" "xid8" DEFAULT pg_current_xact_id() NOT NULL,
	"id" bigint GENERATED ALWAYS AS IDENTITY (sequence name "event_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"at" timestamp with time zone DEFAULT now() NOT NULL,
	"type" text NOT NULL,
	"job" integer,
	"slave" integer,
	"data" jsonb NOT NULL,
	CONSTRAINT "event_tx_id_pk" PRIMARY KEY("tx","id")
);
--> statement-breakpoint
CREATE TABLE "notice" (
	"id" integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "notice_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 2147483647 START WITH 1 CACHE 1),
	"job" integer,
	"owner" text,
	"on" jsonb NOT NULL,
	"to" text NOT NULL,
	"style" text NOT NULL,
	"secret" text,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "farm" ADD COLUMN "notified_up_to" text;--> statement-breakpoint
ALTER TABLE "slave" ADD COLUMN "cpu" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "slave" ADD COLUMN "load5" real DEFAULT 0 NOT NULL;--> statement-breakpoint
ALTER TABLE "slave" ADD COLUMN "load15" real DEFAULT 0 NOT NULL;--> statement-breakpoint
CREATE INDEX "delivery_next" ON "delivery" USING btree ("next_at") WHERE sent_at is null;--> statement-breakpoint
CREATE INDEX "event_at" ON "event" USING btree ("at");--> statement-breakpoint
CREATE INDEX "notice_job" ON "notice" USING btree ("job") WHERE job is not null;