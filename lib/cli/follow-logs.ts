// The logs of runs as they are written: of one run over a master that is started again, of all runs of a job at once.
import { type Client, ClientError } from "../client";
import type { Frame, JobDetail } from "../protocol";
import { isAway, isOver, patienceMs } from "./follow";

/** The most logs that are followed at a time. */
export const mostStreams = 64;
/** So many more may wait for their turn; of others it is only said how many there were. */
const mostWaiting = 1000;
/** Of jobs with more frames only those that run are looked at: one that is over within a moment may be missed. */
const mostFrames = 1000;
/** Between two looks at the job, and between two tries to reach a master that is away, ms. */
const lookMs = 250;
const retryMs = 500;
/** A run that has ended has its log in the store within this, if its slave is there, ms. */
const storingMs = 5000;
/** The most of a line that is kept until its end comes, characters. */
const longestLine = 64 * 1024;

/** Names the log of a run. */
export type LogName = { frame: number; attempt: number };

/**
 * The bytes of a run's log until the run has ended, with `tail` from its last lines on. Throws when the job is deleted, the master stays
 * away for a minute, or the run has ended and its log is nowhere.
 */
export async function* followLog(
  client: Client,
  job: number,
  { frame, attempt }: LogName,
  { signal, tail }: { signal?: AbortSignal; tail?: number | undefined } = {},
): AsyncGenerator<Uint8Array> {
  const patience = new Patience();
  /** Where in the log the next byte is that was not told yet; undefined: nothing was. */
  let at: number | undefined;
  let end = "";
  for (let over = 0; ; ) {
    try {
      const open = await runs(client, job, { frame, attempt });
      if (!open) over ||= performance.now();
      const part = at === undefined ? { tail } : { from: at };
      const answer = await client.log(job, frame, { attempt, follow: true, signal, ...part });
      patience.heard();
      // A slave of an earlier release tells all of it.
      const start = Number(answer.headers.get("drqueue-offset") ?? 0);
      let skip = Math.max(0, (at ?? start) - start);
      at ??= start;
      for await (const piece of answer.body ?? []) {
        patience.heard();
        const fresh = piece.subarray(Math.min(skip, piece.length));
        skip -= piece.length - fresh.length;
        if (fresh.length === 0) continue;
        at += fresh.length;
        end = (end + new TextDecoder().decode(fresh)).slice(-8192);
        yield fresh;
      }
      // A master that stops ends what it streams as well: it was all only when the run says so, or had ended before.
      if (!open || /(^|\n)# ended [^\n]*\n$/.test(end)) return;
    } catch (error) {
      if (signal?.aborted) return;
      // The slave went with its log, or has been bringing it to the store: that takes a moment.
      if (over && performance.now() - over > storingMs && error instanceof ClientError && error.status === 502)
        throw at === undefined ? error : new ClientError(`the rest of this log is missing: ${error.message}`, 502);
      await patience.wait(error);
    }
    await Bun.sleep(retryMs);
  }
}

/** What followJob tells: a line of a run, or a word of its own. */
export type Told = { line(run: LogName, text: string): Promise<void>; note(text: string): void };

/**
 * Tells the lines of all runs of a job, those that run and those that start, until the job is over; it is returned then. Throws when it is
 * deleted, or the master stays away for a minute.
 */
export async function followJob(client: Client, id: number, told: Told): Promise<JobDetail> {
  const patience = new Patience();
  const stop = new AbortController();
  const open = new Set<Promise<void>>();
  const waiting: LogName[] = [];
  let seen: Seen | undefined;
  let before = "";
  let overflowed = false;
  let missed = 0;

  const start = () => {
    while (open.size < mostStreams && waiting.length > 0) {
      const run = waiting.shift()!;
      const stream = tellLines(followLog(client, id, run, { signal: stop.signal }), (text) => told.line(run, text))
        .catch(
          (error) =>
            noLog(error) || told.note(`frame ${run.frame}, attempt ${run.attempt}: ${(error as Error).message}`),
        )
        .then(() => void open.delete(stream));
      open.add(stream);
    }
  };

  try {
    for (;;) {
      const job = await patience.until(() => client.job(id));
      const now = `${job.runningFrames} ${Object.values(job.taskCounts).join(" ")}`;
      // A frame that was killed and runs again looks the same in the job.
      if (now !== before || job.taskCounts.running > open.size) {
        const frames = await patience.until(() => framesOf(client, job));
        const first = seen === undefined;
        seen ??= new Seen();
        for (const run of seen.news(frames, first))
          if (waiting.length < mostWaiting) waiting.push(run);
          else missed++;
        before = now;
        if (first && waiting.length === 0 && !isOver(job)) told.note(`nothing of job ${id} runs yet: waiting`);
      }
      start();
      if (waiting.length > 0 && !overflowed) {
        told.note(
          `${mostStreams} logs are followed at a time: ${waiting.length} more frames run, and follow as others end`,
        );
        overflowed = true;
      }
      if (isOver(job) && waiting.length === 0 && open.size === 0) {
        if (missed > 0)
          told.note(`${missed} more runs were not followed: drqueue log ${id} FRAME shows the log of one`);
        return job;
      }
      await Promise.race([Bun.sleep(lookMs), ...(waiting.length > 0 ? open : [])]);
    }
  } finally {
    stop.abort();
  }
}

/** Which attempts at which tasks have been followed. */
class Seen {
  private readonly last = new Map<number, number>();

  /** The runs that are new among these frames. `first`: those that are over already are not. */
  news(frames: readonly Frame[], first: boolean): LogName[] {
    const found: LogName[] = [];
    for (const [task, [one]] of Map.groupBy(frames, (frame) => frame.task)) {
      const { frame, attempt, state } = one!;
      const before = this.last.get(task) ?? (state === "running" ? attempt - 1 : first ? attempt : 0);
      for (let next = before + 1; next <= attempt; next++) found.push({ frame, attempt: next });
      this.last.set(task, attempt);
    }
    return found;
  }
}

/** The frames among which new runs may be: all of a small job, of a large one those that run, as many as are followed. */
async function framesOf(client: Client, job: JobDetail): Promise<Frame[]> {
  if (job.frameCounts.total <= mostFrames) return (await client.frames(job.id, { limit: mostFrames })).frames;
  if (job.runningFrames === "") return [];
  // The ranges of thousands of frames would be more than an address holds.
  const frames = job.runningFrames
    .slice(0, 4000)
    .replace(/,[^,]*$/, (rest) => (job.runningFrames.length > 4000 ? "" : rest));
  const page = await client.frames(job.id, { frames, limit: Math.min(10_000, 4 * mostStreams * job.block) });
  return page.frames.filter(({ state }) => state === "running");
}

async function runs(client: Client, job: number, { frame, attempt }: LogName): Promise<boolean> {
  const [now] = (await client.frames(job, { frames: `${frame}` })).frames;
  return now?.state === "running" && now.attempt === attempt;
}

/** Cuts a stream into lines. What is written over by a return counts as a line of its own. */
export async function tellLines(
  pieces: AsyncIterable<Uint8Array>,
  tell: (line: string) => Promise<void>,
): Promise<void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const piece of pieces) {
    const lines = (rest + decoder.decode(piece, { stream: true })).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    for (const line of lines) await tell(line);
    if (rest.length > longestLine) {
      await tell(rest);
      rest = "";
    }
  }
  if (rest !== "") await tell(rest);
}

/** Waits for a master that is being started again. */
class Patience {
  private last = performance.now();

  heard(): void {
    this.last = performance.now();
  }

  /** Asks until there is an answer. */
  async until<T>(ask: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        const answer = await ask();
        this.heard();
        return answer;
      } catch (error) {
        await this.wait(error);
        await Bun.sleep(retryMs);
      }
    }
  }

  /** Throws the error when it is none that passes by itself, or has not passed for a minute. */
  async wait(error: unknown): Promise<void> {
    // A stream that breaks off is no answer of the master; 502: the slave that has the log is away; 409: the run is about to begin.
    const passes = !(error instanceof ClientError) || isAway(error) || error.status === 502 || error.status === 409;
    if (!passes || performance.now() - this.last > patienceMs) throw error;
  }
}

/** Whether a run has no log: it was given back before it had begun, or the job has gone, which is told elsewhere. */
function noLog(error: unknown): boolean {
  return error instanceof ClientError && error.status === 404;
}
