// Logs and scripts of deleted jobs in the folders of this master: each master removes them from its own, which it may share or not.
import { lstat, realpath, rm, unlink } from "node:fs/promises";
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { within } from "../local/deadline";
import type { Subjects } from "../local/journal";
import { type Leftover, leftHere } from "../queue/leftovers";
import type { Queue } from "../queue/open";
import { namesIn, scriptsOf } from "./scripts";

const journal = getLogger(["drqueue", "archive"]);

/** The master's folders. */
export type Places = { logs: string; scripts: string };

/** So many deleted jobs are looked at in one call, and so long it goes on, ms; the next one goes on behind them. */
const most = { jobs: 500, ms: 5000 };
/** So long one call waits for a folder to be removed, ms. */
const patienceMs = 3000;

/** Makes a step that removes what is left here of deleted jobs, a bounded part of it. It throws only when the database does. */
export function tidyOwn(queue: Queue, places: Places): () => Promise<void> {
  // Jobs of which nothing is here any more, as this and the last pass through all of them found.
  let [before, now] = [new Set<number>(), new Set<number>()];
  let after = 0;
  return async () => {
    const left = await leftHere(queue, after, most.jobs);
    const end = performance.now() + most.ms;
    let names: string[] | undefined;
    for (const one of left) {
      if (performance.now() > end) return;
      names ??= before.has(one.job) ? undefined : namesIn(places.scripts);
      if (before.has(one.job) || (await isGone(places, one, names ?? []))) now.add(one.job);
      after = one.job;
    }
    if (left.length === most.jobs) return;
    [before, now] = [now, new Set()];
    after = 0;
  };
}

/** Removes what is left of a job. False when it takes longer, or cannot be yet. */
async function isGone({ logs, scripts }: Places, one: Leftover, names: readonly string[]): Promise<boolean> {
  try {
    if (!isFolderOf(one)) journal.warn("not removed, since it is no log folder's name: {folder}", one);
    else if (!(await removeFolder(logs, one.folder))) return false;
    else for (const name of scriptsOf(names, one.folder)) await removeFile(scripts, name);
    return true;
  } catch (error) {
    complain(one.folder, (error as Error).message, { job: one.job });
    return false;
  }
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

const complained = new Set<string>();

/** Once for each: it is tried again every few seconds. */
export function complain(what: string, why: string, about: Subjects): void {
  if (complained.has(what) || complained.size > 10_000) return;
  complained.add(what);
  journal.warn("the logs in {what} cannot be removed yet: {why}", { ...about, what, why });
}
