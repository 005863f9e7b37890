// Brings the logs of ended runs to the master's store, unless it shares the log folder: results come first, then many small logs in one
// request, and beside them one large log piece by piece.
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { ClientError } from "../client";
import { pause } from "../client/pause";
import { within } from "../local/deadline";
import {
  type LogPiece,
  type LogUpload,
  type LogUploadAnswer,
  mostPieces,
  mostWeight,
  pieceBytes,
  weightOf,
} from "../uploads";
import { keyOf, type RunKey, runName } from "../wire";
import { keepWithin, type LogRules } from "./upload-bounds";
import { type Listed, UploadList } from "./upload-list";
import { type Sent, SentLog, ShorterError } from "./upload-piece";
import { sharing } from "./upload-sharing";

const journal = getLogger(["drqueue", "logs"]);

/** Waits, ms: for more small logs to send with the first, between tries while the master is away, until results are sent. */
const usual = { gatherMs: 500, firstMs: 500, mostMs: 60_000, busyMs: 500, sharedMs: 30_000 };
type Waits = typeof usual;
/** A log of which the store again and again wants the beginning is not as it was any more. */
const mostBeginnings = 3;
/** So often it is looked for copies that are older than they are kept, ms. */
const agingMs = 3_600_000;
const megabyte = 1024 * 1024;

export type UploadOptions = LogRules & {
  folder: string;
  logs: string;
  /** Names the master's log folder, as the master said last; undefined: it takes no logs. */
  store: () => string | undefined;
  /** There are results to report, or nobody to report them to. */
  busy: () => boolean;
  send: (upload: LogUpload, signal: AbortSignal) => Promise<LogUploadAnswer>;
  key: () => string;
  waits?: Partial<Waits>;
};

/** The logs of one slave on their way. */
export class Uploads {
  private readonly list: UploadList;
  private readonly waits: Waits;
  private readonly beginnings = new Map<string, number>();
  private readonly stopped = new AbortController();
  private readonly shares: (store: string) => boolean;
  private wake = Promise.withResolvers<void>();
  private hurry = false;
  private sending = 0;
  private readonly aging = setInterval(() => this.keepWithin(), agingMs).unref();

  constructor(private readonly options: UploadOptions) {
    this.list = new UploadList(options.folder);
    this.waits = { ...usual, ...options.waits };
    this.shares = sharing(options.logs, this.waits.sharedMs);
    for (const lane of ["small", "large"] as const) void this.run(lane);
  }

  /** How many logs wait. */
  get waiting(): number {
    return this.list.waiting.size;
  }

  /** The master knows how these runs ended: their logs are to be stored, if it has a place for them which is not this same folder. */
  add(runs: readonly { run: RunKey; log: string }[]): void {
    const store = this.options.store();
    if (store === undefined || this.shares(store)) return;
    const { logs } = this.options;
    this.list.add(runs.map(({ run, log }) => ({ ...keyOf(run), path: log, bytes: sizeOf(join(logs, log)), at: 0 })));
    this.keepWithin();
    this.rouse();
  }

  /** The job is deleted: its logs are removed by who says so. */
  forgetJob(job: number): void {
    this.list.drop(this.list.ofJob(job));
  }

  /** Sends what it can within the time, then nothing more. */
  async finish(ms: number): Promise<void> {
    const until = performance.now() + ms;
    this.hurry = true;
    clearInterval(this.aging);
    while (this.list.waiting.size > 0 && performance.now() < until && this.mayGoOn()) await Bun.sleep(20);
    this.stopped.abort();
    this.rouse();
    await within(Math.max(0, until - performance.now()), this.still());
  }

  private mayGoOn(): boolean {
    return !this.options.busy() && this.options.store() !== undefined;
  }

  /** What is in a folder that turns out to be the master's own as well is not for the slave to send or to remove. */
  private keepWithin(): void {
    const store = this.options.store();
    if (store !== undefined && this.shares(store))
      this.list.drop([...this.list.waiting.values(), ...this.list.stored.values()]);
    else keepWithin(this.list, this.options);
  }

  private rouse(): void {
    this.wake.resolve();
    this.wake = Promise.withResolvers();
  }

  private async still(): Promise<void> {
    while (this.sending > 0) await Bun.sleep(10);
  }

  private async run(lane: "small" | "large"): Promise<void> {
    let pauseMs = this.waits.firstMs;
    while (!this.stopped.signal.aborted) {
      const next = lane === "small" ? this.list.small(mostPieces) : this.list.large();
      if (next.length === 0) {
        await this.wake.promise;
        if (lane === "small") await this.pause(this.hurry ? 0 : this.waits.gatherMs);
        continue;
      }
      if (!this.mayGoOn()) {
        await this.pause(this.waits.busyMs);
        continue;
      }
      this.keepWithin();
      this.sending++;
      try {
        if (lane === "small") await this.sendSmall(next);
        else await this.sendLarge(next[0]!);
        pauseMs = this.waits.firstMs;
      } catch (error) {
        const given = error instanceof ClientError ? (error.retryAfter ?? 0) * 1000 : 0;
        if (pauseMs === this.waits.firstMs)
          journal.warn("logs wait for the master's store: {error}", { error: (error as Error).message });
        await this.pause(Math.max(given, pauseMs) * (0.75 + Math.random() / 2));
        pauseMs = Math.min(this.waits.mostMs, pauseMs * 2);
      } finally {
        this.sending--;
      }
    }
  }

  private pause(ms: number): Promise<void> {
    return pause(ms, this.stopped.signal);
  }

  private async sendSmall(logs: readonly Listed[]): Promise<void> {
    const pieces: LogPiece[] = [];
    let weight = 0;
    for (const log of logs) {
      const sent = await this.firstPiece(log);
      if (sent === undefined) continue;
      weight += weightOf((sent.data.length / 4) * 3);
      if (weight > mostWeight) break;
      pieces.push({ ...keyOf(log), ...sent });
    }
    if (pieces.length === 0) return;
    const answers = await this.send(pieces);
    const stored = new Set(answers.filter(({ state }) => state === "stored").map(runName));
    this.list.keep(
      logs.filter((log) => stored.has(runName(log))),
      Date.now(),
    );
    for (const answer of answers) {
      const log = this.list.waiting.get(runName(answer));
      if (log) this.heed(log, answer);
    }
  }

  private async send(pieces: LogPiece[]): Promise<LogUploadAnswer["logs"]> {
    return (await this.options.send({ slave: this.options.key(), pieces }, this.stopped.signal)).logs;
  }

  /** The only piece of a small log. What has grown since then is sent like a large one. */
  private async firstPiece(log: Listed): Promise<Sent | undefined> {
    const open = await this.open(log);
    if (!open) return undefined;
    try {
      if (open.size <= pieceBytes) return await open.piece(0);
      this.list.add([{ ...log, bytes: open.size }]);
      this.rouse();
    } catch (error) {
      this.failed(log, error);
    } finally {
      await open.close();
    }
    return undefined;
  }

  private async sendLarge(log: Listed): Promise<void> {
    const open = await this.open(log);
    if (!open) return;
    try {
      // Asks first where an earlier life has stopped.
      let piece: Sent = { at: 0, data: "" };
      while (!this.stopped.signal.aborted && this.list.waiting.has(runName(log))) {
        const [answer] = (await this.send([{ ...keyOf(log), ...piece }])) as [LogUploadAnswer["logs"][number]];
        const again = answer.state === "more" && answer.at <= piece.at && piece.data !== "";
        if (answer.state !== "more" || again) this.heed(log, answer);
        if (answer.state !== "more") return;
        while (this.options.busy() && !this.stopped.signal.aborted) await this.pause(this.waits.busyMs);
        piece = await open.piece(Math.min(answer.at, open.size));
      }
    } catch (error) {
      this.failed(log, error);
    } finally {
      await open.close();
    }
  }

  private async open(log: Listed): Promise<SentLog | undefined> {
    const open = await SentLog.open(join(this.options.logs, log.path), this.options.capMb * megabyte);
    if (!open) this.list.drop([log]);
    return open;
  }

  /** A log that has changed is begun anew, all else is for the caller. */
  private failed(log: Listed, error: unknown): void {
    if (!(error instanceof ShorterError)) throw error;
    this.heed(log, { state: "more" });
  }

  private heed(log: Listed, { state }: Pick<LogUploadAnswer["logs"][number], "state">): void {
    const name = runName(log);
    const begun = (this.beginnings.get(name) ?? 0) + 1;
    if (state === "more" && begun < mostBeginnings) {
      this.beginnings.set(name, begun);
      return;
    }
    this.beginnings.delete(name);
    if (state === "stored") {
      this.list.keep([log], Date.now());
      return;
    }
    if (state === "more")
      journal.warn("{path} is not stored: it changes while it is sent", { ...keyOf(log), path: log.path });
    this.list.drop([log]);
  }
}

/** Of a log; 0 where it cannot be told, which shows when it is opened. */
function sizeOf(path: string): number {
  try {
    return lstatSync(path).size;
  } catch {
    return 0;
  }
}
