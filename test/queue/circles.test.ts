// What several masters and people do at the same time does not wait for each other in a circle.
import { expect, test } from "bun:test";
import { lockWithDependents } from "../../lib/queue/dependencies";
import { setLicence } from "../../lib/queue/licences";
import type { Tx } from "../../lib/queue/open";
import { takeBack } from "../../lib/queue/recover";
import { countLicences } from "../../lib/queue/shares";
import { until } from "../farm";
import { handOut, met, slave, stagedQueue, submitted } from "./stage";

const queue = await stagedQueue();

/** Something waits for a lock of this database, or is done. */
async function waits(done: () => boolean): Promise<void> {
  await until(async () => {
    const rows = await queue.sql`
      select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
    return done() || rows.length > 0 || undefined;
  }, "the other one to wait");
}

/** A round holds the job and then wants more, while `other` has begun. */
async function round<T>(job: number, other: () => Promise<T>, more: (tx: Tx) => Promise<unknown>): Promise<T> {
  const { begun } = await queue.sql.begin(async (tx) => {
    await lockWithDependents(tx, [job]);
    let done = false;
    const begun = other().finally(() => {
      done = true;
    });
    begun.catch(() => {});
    await waits(() => done);
    await more(tx);
    return { begun };
  });
  return begun;
}

test("tasks are taken back from a lost slave while a round counts a failure against it", async () => {
  const id = await met(queue, "lost");
  const job = await submitted(queue, { frames: "1-2" });
  await handOut(queue, slave(id, 1));
  await queue.sql`update slave set state = 'lost'`;
  const taken = await round(
    job,
    () => takeBack(queue),
    (tx) => tx`update slave set suspects = '[1]' where id = ${id}`,
  );
  expect(taken).toBe(1);
});

test("a job that waits for another one and needs a licence is submitted while a round hands that licence out", async () => {
  await setLicence(queue, "nuke", 1);
  const job = await submitted(queue, { licences: { nuke: 1 } });
  const later = await round(
    job,
    () => submitted(queue, { licences: { nuke: 1 }, after: [{ job, until: "finished" }] }),
    (tx) => countLicences(tx, ["nuke"], new Map()),
  );
  expect(later).toBeGreaterThan(job);
});
