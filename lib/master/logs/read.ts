// The log of a run from wherever it is: this master's folder, its store, the slave that wrote it, the stores of other masters.
import { join } from "node:path";
import { Client, ClientError } from "../../client";
import { HttpError } from "../../local/guard";
import { answerLog, type LogWanted } from "../../local/log-answer";
import { isLog, type OpenLog, openLog } from "../../local/open-log";
import { listMasters } from "../../queue/masters";
import type { Queue } from "../../queue/open";
import { isOpen, type LogPlace } from "../../queue/read-logs";
import { whyRemoved } from "./removed";
import { storedEnd } from "./store";
import { openStored } from "./stored";

/** Where logs are looked for: this master's folder first. The farm's token, to ask slaves and masters. `self`: this master's id. */
export type LogPlaces = { logs: string; token: string; self?: () => string | undefined };

/** A slave or master that is there answers within this, one that seems to have gone is asked this long, and all others together, ms. */
const patience = { there: 5000, gone: 2000, others: 6000 } as const;
/** A master not seen for so long is not asked, ms. */
const freshMs = 60_000;

/** `here`: only in this master's folder, as another master asks. */
export type Wanted = LogWanted & { here?: boolean };

/** Answers with a log, open until it is read. Throws an HttpError that says where it should be. */
export async function readLog(
  queue: Queue,
  places: LogPlaces,
  place: LogPlace,
  wanted: Wanted,
  signal?: AbortSignal,
): Promise<Response> {
  const log = await openHere(join(places.logs, place.path));
  if (log) return answerLog(log, wanted, () => isOpen(queue, place), signal);
  if (wanted.here) throw new HttpError(404, `there is no log ${place.path} in ${places.logs}`);
  const { address, port, state } = place.slave;
  const remote = { follow: wanted.follow, tail: wanted.tail, from: wanted.from, range: wanted.range, signal };
  if (wanted.head) Object.assign(remote, { range: "bytes=0-0" });
  const ask = (host: string, port: number, timeoutMs: number) =>
    new Client({ host, port, token: places.token, timeoutMs });
  const atSlave = (ms: number) => answerOf(ask(address, port, ms).slaveLog(place.path, remote), wanted.head);
  const atMasters = async () => {
    const until = performance.now() + patience.others;
    for (const master of await listMasters(queue)) {
      const left = until - performance.now();
      if (master.id === places.self?.() || Date.now() - Date.parse(master.seenAt) > freshMs || left <= 0) continue;
      const client = ask(master.address, master.port, Math.min(left, patience.gone));
      const { job, frame, attempt } = place;
      const found = await answerOf(client.log(job, frame, { ...remote, attempt, here: true }), wanted.head);
      if (found instanceof Response) return found;
    }
    return undefined;
  };

  const there = state === "online" ? await atSlave(patience.there) : undefined;
  if (there instanceof Response) return there;
  const elsewhere = await atMasters();
  if (elsewhere) return elsewhere;
  const last = there ?? (await atSlave(patience.gone));
  if (last instanceof Response) return last;
  throw notFound(places, place, last);
}

/** The log in this folder, as it was written or as it is stored. */
export async function openHere(path: string): Promise<OpenLog | undefined> {
  for (const [end, open] of [
    ["", openLog],
    [storedEnd, openStored],
  ] as const) {
    if (!isLog(path + end)) continue;
    try {
      return await open(path + end);
    } catch (error) {
      // It may be removed at this moment.
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return undefined;
}

/** What another program answers: the log, that it has none, or nothing. */
async function answerOf(asked: Promise<Response>, head?: boolean): Promise<Response | "none" | "away"> {
  try {
    const answer = await asked;
    if (!head) return answer;
    await answer.body?.cancel();
    const size = /\/(\d+)$/.exec(answer.headers.get("content-range") ?? "")?.[1];
    return new Response(null, { headers: { "accept-ranges": "bytes", ...(size && { "content-length": size }) } });
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    if (error.status === 416) {
      if (head) return new Response(null, { headers: { "accept-ranges": "bytes", "content-length": "0" } });
      throw new HttpError(416, error.message);
    }
    return error.status === 404 ? "none" : "away";
  }
}

function notFound({ logs }: LogPlaces, { path, open, endedAt, slave }: LogPlace, last: "none" | "away"): HttpError {
  const { name, state, address, port } = slave;
  const removed = endedAt && whyRemoved(logs, endedAt);
  if (removed) return new HttpError(404, `the log ${path} ${removed}`);
  if (last === "none")
    return new HttpError(
      open ? 409 : 404,
      open
        ? `slave ${name} has no log ${path}: the task has not been started yet`
        : `neither slave ${name}, which ran it, nor a master has the log ${path}: it was never written, or has been removed`,
    );
  return new HttpError(
    502,
    `the log is not in ${logs}, and slave ${name} (${state}), which wrote it, does not answer at ${address}:${port}: the log comes when it is back`,
  );
}
