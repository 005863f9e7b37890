// What goes by itself, of the whole farm: jobs whose time after their end is over, then logs of deleted jobs at the slaves.
import { getLogger } from "@logtape/logtape";
import { Client, ClientError } from "../client";
import {
  forget,
  giveUp,
  isDue,
  jobsDue,
  type Leftover,
  leftAtSlaves,
  type SlaveWithLeftovers,
} from "../queue/leftovers";
import type { Queue } from "../queue/open";
import { Refusal } from "../queue/refusal";
import { remove } from "../queue/remove";
import { complain } from "./own-folders";
import { isAway } from "./translate";

const journal = getLogger(["drqueue", "archive"]);

/** At most so many in one call; the next one goes on. */
const most = { jobs: 50, slaves: 16, atSlave: 20 };
/** So long one call waits for a slave to answer, ms. */
const patienceMs = 3000;
/** A slave not heard of for so long will not come back for what it was to remove. */
const lostDays = 90;

/** Does what is due now for the whole farm, a bounded part of it: one master at a time. Throws only when the database does. */
export async function archive(queue: Queue, token: string): Promise<void> {
  await deleteDue(queue);
  await removeAtSlaves(queue, token);
  const given = await giveUp(queue, lostDays);
  if (given > 0)
    journal.info("logs of {given} deleted jobs stay on slaves not heard of for {lostDays} days", { given, lostDays });
}

async function deleteDue(queue: Queue): Promise<void> {
  for (const id of await jobsDue(queue, most.jobs)) {
    try {
      let due = false;
      await remove(queue, id, "release", async (tx) => {
        due = await isDue(tx, id);
        return due;
      });
      if (due) journal.info("job {job} is deleted: it was to be kept no longer", { job: id });
    } catch (error) {
      if (isAway(error as Error)) throw error;
      // Another master, or a person, was faster.
      if (error instanceof Refusal && error.kind === "unknown") continue;
      journal.warn("job {job} was to be deleted by now: {error}", { job: id, error: (error as Error).message });
    }
  }
}

async function removeAtSlaves(queue: Queue, token: string): Promise<void> {
  const slaves = await leftAtSlaves(queue, most.slaves, most.atSlave);
  const gone = await Promise.all(slaves.map((slave) => removeAt(slave, token)));
  await forget(queue, gone.flat());
}

/** Asks one slave after the other folder, until it does not answer. Returns what is gone there. */
async function removeAt({ name, address, port, leftovers }: SlaveWithLeftovers, token: string): Promise<Leftover[]> {
  const client = new Client({ host: address, port, token, timeoutMs: patienceMs });
  const gone: Leftover[] = [];
  const until = performance.now() + patienceMs;
  for (const one of leftovers) {
    try {
      await client.forgetJob(one.folder);
      gone.push(one);
    } catch (error) {
      const { status, message } = error as ClientError;
      // 409: it still runs something of the job, and will be asked again.
      if (status === 400) gone.push(one);
      if (status !== 409) complain(`${one.folder} of slave ${name}`, message, { job: one.job, slave: name });
      if (!(error instanceof ClientError) || status === undefined) break;
    }
    if (performance.now() > until) break;
  }
  return gone;
}
