CREATE TABLE "history" (
	"at" timestamp with time zone PRIMARY KEY NOT NULL,
	"frames" bigint DEFAULT 0 NOT NULL,
	"failed" integer DEFAULT 0 NOT NULL,
	"waiting" bigint,
	"busy" integer,
	"free" integer,
	"closed" integer,
	"lost" integer
);
--> statement-breakpoint
ALTER TABLE "job" ADD COLUMN "pictures" text;