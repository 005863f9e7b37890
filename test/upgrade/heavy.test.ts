// Migrations do not keep a farm waiting, and leave the release before what it uses.
import { expect, test } from "bun:test";
import { fixtures, migrationsAfter } from "./fixture";
import { faultsOf } from "./heavy";

const before = fixtures().at(-1)!;

test("the migrations since the release before take no long lock, and nothing away", () => {
  const landed = migrationsAfter(before.level).map(({ sql }) => sql);
  expect(faultsOf(landed.join(";\n"))).toEqual([]);
});

const light = [
  `ALTER TABLE "job" ADD COLUMN "submission" text;`,
  `ALTER TABLE "run" ADD COLUMN "stuck" integer DEFAULT 0 NOT NULL;`,
  `ALTER TABLE "run" ADD COLUMN "mood" jsonb DEFAULT '{"a": "f(x)"}'::jsonb NOT NULL`,
  `ALTER TABLE "event" ADD COLUMN "noted_at" timestamp with time zone DEFAULT now() NOT NULL;`,
  `ALTER TABLE "job" ADD CONSTRAINT "c" CHECK (tasks > 0) NOT VALID;`,
  `ALTER TABLE "job" DROP CONSTRAINT "c"`,
  `CREATE UNIQUE INDEX "job_submission" ON "job" USING btree ("submission") WHERE submission is not null;`,
  `CREATE INDEX CONCURRENTLY "run_slave" ON "run" USING btree ("slave")`,
  `CREATE INDEX "slave_home" ON "slave" USING btree ("home")`,
  `UPDATE "slave" SET "home" = ''`,
  `DROP INDEX "job_name"`,
  `-- DROP TABLE "job"\nCREATE TRIGGER "t" AFTER INSERT ON "job" FOR EACH ROW EXECUTE FUNCTION job_happened('job.submitted');`,
];

test.each(light)("%s is light", (statement) => {
  expect(faultsOf(statement)).toEqual([]);
});

const heavy = [
  `ALTER TABLE "job" ADD COLUMN "busy" boolean GENERATED ALWAYS AS (not isempty(running)) STORED NOT NULL;`,
  `ALTER TABLE "job" ADD COLUMN "key" uuid DEFAULT gen_random_uuid() NOT NULL`,
  `ALTER TABLE "event" ADD COLUMN "at2" timestamp DEFAULT clock_timestamp()`,
  `ALTER TABLE "run" ADD COLUMN "number" bigint GENERATED ALWAYS AS IDENTITY`,
  `ALTER TABLE "run" ADD COLUMN "number" serial`,
  `ALTER TABLE "run" ALTER COLUMN "task" SET DATA TYPE bigint;`,
  `ALTER TABLE "slave" ALTER COLUMN "name" SET DATA TYPE varchar(5);`,
  `ALTER TABLE "run" ALTER COLUMN "message" SET NOT NULL`,
  `ALTER TABLE "run" ADD CONSTRAINT "c" CHECK (task >= 0)`,
  `ALTER TABLE "run" ADD CONSTRAINT "f" FOREIGN KEY ("job") REFERENCES "public"."job"("id")`,
  `ALTER TABLE "job" ADD CONSTRAINT "u" UNIQUE("submission")`,
  `ALTER TABLE "job" VALIDATE CONSTRAINT "c"`,
  `CREATE INDEX "run_slave" ON "run" USING btree ("slave");`,
  `UPDATE "job" SET "mood" = 'fine';`,
  `DELETE FROM "event"`,
  `LOCK TABLE "job"`,
  `VACUUM FULL "run"`,
  `ALTER TABLE "slave" ADD COLUMN "home" text NOT NULL;`,
  `ALTER TABLE "slave" DROP COLUMN "problem";`,
  `ALTER TABLE "slave" RENAME COLUMN "problem" TO "trouble"`,
  `ALTER TABLE "job" ALTER COLUMN "os" DROP DEFAULT`,
  `DROP TABLE "leftover"`,
  `DROP FUNCTION "tasks_in"(int4multirange)`,
];

test.each(heavy)("%s is refused", (statement) => {
  expect(faultsOf(statement)).toHaveLength(1);
});

test("a table that the migrations make themselves may be made as they like", () => {
  const made = `CREATE TABLE "run2" ("id" integer);--> statement-breakpoint\n`;
  expect(faultsOf(`${made}ALTER TABLE "run2" ADD COLUMN "x" text NOT NULL`)).toEqual([]);
});

test("what stands behind another statement is found, and bodies of functions are none", () => {
  const body = `CREATE FUNCTION "f"() RETURNS trigger LANGUAGE plpgsql AS $$\nBEGIN\n UPDATE job SET x = 1;\n RETURN NULL; END $$`;
  expect(faultsOf(`${body};\nALTER TABLE "slave" ADD COLUMN "cpu2" text;\nDELETE FROM "run";`)).toEqual([
    "delete from run: locks all its rows",
  ]);
});
