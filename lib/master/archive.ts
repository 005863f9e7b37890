// What goes by itself: jobs whose time after their end is over, then logs and scripts of deleted jobs, here and at the slaves.
import { lstat, realpath, rm, unlink } from "node:fs/promises";
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { Client, ClientError } from "../client";
import { within } from "../local/deadline";
import {
  forget,
  giveUp,
  isDue,
  jobsDue,
  type Leftover,
  leftAtSlaves,
  leftHere,
  type SlaveWithLeftovers,
} from "../queue/leftovers";
import type { Queue } from "../queue/open";
import { Refusal } from "../queue/refusal";
import { remove } from "../queue/remove";
import { namesIn, scriptsOf } from "./scripts";
import { isAway } from "./translate";

const journal = getLogger(["drqueue", "archive"]);

/** The master's folders, and the farm's token, to call the slaves' ports. */
export type Places = { logs: string; scripts: string; token: string };

/** At most so many in one call; the next one goes on. */
const most = { jobs: 50, here: 100, slaves: 16, atSlave: 20 };
/** So long one call waits for a folder to be removed, or for a slave to answer, ms. */
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
      if (due) journal.info("job {id} is deleted: it was to be kept no longer", { id });
    } catch (error) {
      if (isAway(error as Error)) throw error;
      // Another master, or a person, was faster.
      if (error instanceof Refusal && error.kind === "unknown") continue;
      journal.warn("job {id} was to be deleted by now: {error}", { id, error: (error as Error).message });
    }
  }
}

async function removeHere(queue: Queue, { logs, scripts }: Places): Promise<void> {
  const left = await leftHere(queue, most.here);
  if (left.length === 0) return;
  const names = namesIn(scripts);
  const gone: Leftover[] = [];
  for (const one of left) {
    try {
      if (!isFolderOf(one)) journal.warn("not removed, since it is no log folder's name: {folder}", one);
      else if (!(await removeFolder(logs, one.folder))) continue;
      else for (const name of scriptsOf(names, one.folder)) await removeFile(scripts, name);
      gone.push(one);
    } catch (error) {
      complain(one.folder, (error as Error).message);
    }
  }
  await forget(queue, gone);
}

/** As lib/logs.ts names log folders, with nothing in it that leads elsewhere. */
function isFolderOf({ job, folder }: Leftover): boolean {
  return /^\d{6,10}\.[A-Za-z0-9._-]{1,80}$/.test(folder) && Number(folder.split(".", 1)[0]) === job;
}

/** Folders that are being removed: a million logs take longer than one call has. */
const underway = new Map<string, Promise<void>>();

/** Removes a log folder; false when that takes longer. Log folders belong to jobscripts as well: a link in its place is left alone. */
async function removeFolder(logs: string, folder: string): Promise<boolean> {
  const path = await placeOf(logs, folder);
  if (path === undefined) return true;
  if (!underway.has(path)) {
    const found = await lstat(path).catch(absent);
    if (found && !found.isDirectory()) journal.warn("not removed, since it is no folder: {path}", { path });
    if (!found?.isDirectory()) return true;
    // Below the folder links are removed, never followed: each folder is entered from its parent's handle.
    underway.set(
      path,
      rm(path, { recursive: true, force: true }).finally(() => underway.delete(path)),
    );
  }
  return within(patienceMs, underway.get(path)!);
}

async function removeFile(folder: string, name: string): Promise<void> {
  const path = await placeOf(folder, name);
  if (path !== undefined && (await lstat(path).catch(absent))?.isFile()) await unlink(path);
}

/** A place in a folder that may itself be given through links; undefined when there is no such folder. */
async function placeOf(folder: string, name: string): Promise<string | undefined> {
  const real = await realpath(folder).catch(absent);
  return real && join(real, name);
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
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
      if (status !== 409) complain(`${one.folder} of slave ${name}`, message);
      if (!(error instanceof ClientError) || status === undefined) break;
    }
    if (performance.now() > until) break;
  }
  return gone;
}

const complained = new Set<string>();

/** Once for each: it is tried again every few seconds. */
function complain(what: string, why: string): void {
  if (complained.has(what) || complained.size > 10_000) return;
  complained.add(what);
  journal.warn("the logs in {what} cannot be removed yet: {why}", { what, why });
}
