ALTER TABLE "slave" DROP COLUMN "slots";--> statement-breakpoint
ALTER TABLE "slave" DROP COLUMN "pools";--> statement-breakpoint
ALTER TABLE "slave" DROP COLUMN "enabled";