// The conversation with the master: one sync is always under way; news while it is parked there go out in a second one at once.
import { getLogger } from "@logtape/logtape";
import { type Client, ClientError } from "../client";
import { version } from "../local/program";
import { keyOf } from "../protocol";
import { mostEnded, protocolVersion, type Sync, type SyncAnswer } from "../sync";
import { hostNow } from "./host";
import { brief } from "./reasons";
import type { OwnSettings } from "./settings";
import type { Work } from "./work";

const journal = getLogger(["drqueue", "loop"]);

/** Waits between tries while the master is away, ms. */
const patience = { first: 100, most: 5000 } as const;

/** So long are results gathered while there is other work, ms. */
const gatherMs = 20;

export type Self = { name: string; port: number; address: string | undefined };

/** Talks to the master until it is stopped. */
export class Loop {
  /** The slave's number at the master, once it is known. */
  id: number | undefined;
  connected = false;
  /** It has just started, or lost an answer: the one who answers next, maybe another master, is to look up what it should hold. */
  private hello = true;
  private news = true;
  private draining = false;
  private over = false;
  private gathering: Timer | undefined;
  private retryMs: number = patience.first;
  /** Syncs under way; one that brought nothing may be parked at the master. */
  private readonly under = new Set<{ mayBeParked: boolean }>();

  constructor(
    private readonly client: Client,
    private readonly self: Self,
    private readonly own: OwnSettings,
    private readonly work: Work,
  ) {}

  /** There is something to tell, at once. */
  tell(): void {
    clearTimeout(this.gathering);
    this.gathering = undefined;
    this.news = true;
    queueMicrotask(() => this.next());
  }

  /** A run has ended. While tasks enough lie here to keep the slots busy, results are gathered: one sync for many. */
  gather(): void {
    if (!this.work.isStocked) this.tell();
    else this.gathering ??= setTimeout(() => this.tell(), gatherMs);
  }

  /** Asks for no more tasks. */
  drain(): void {
    this.draining = true;
    this.work.close();
    this.tell();
  }

  /** Says goodbye with the last results. Waits `deadlineMs` for the master at most; returns whether it heard. */
  async leave(deadlineMs: number): Promise<boolean> {
    this.draining = true;
    this.over = true;
    this.work.close();
    const deadline = performance.now() + deadlineMs;
    while (performance.now() < deadline) {
      try {
        // In several pieces if there is much to report; the last one takes the leave.
        const leaving = this.work.unsent.length <= mostEnded;
        const sync = this.compose(leaving);
        await this.client.sync(sync, AbortSignal.timeout(Math.max(1, deadline - performance.now())));
        this.work.acknowledge(sync.ended);
        if (leaving) return true;
      } catch {
        await Bun.sleep(patience.first);
      }
    }
    return false;
  }

  private next(): void {
    if (this.over) return;
    const parked = [...this.under].every(({ mayBeParked }) => mayBeParked);
    if (this.under.size === 0 || (this.news && parked && this.under.size < 2)) void this.exchange();
  }

  private async exchange(): Promise<void> {
    const sync = this.compose();
    const one = { mayBeParked: sync.ended.length === 0 && !sync.hello };
    this.under.add(one);
    this.news = this.work.unsent.length > sync.ended.length;
    const sent = performance.now();
    try {
      const answer = await this.client.sync(sync);
      this.apply(sync, answer, performance.now() - sent > answer.leaseMs);
      this.retryMs = patience.first;
    } catch (error) {
      this.news = true;
      await this.complain(error as Error);
    } finally {
      this.under.delete(one);
    }
    this.next();
  }

  private compose(leaving = false): Sync {
    const ended = this.work.unsent.slice(0, mostEnded);
    const later = this.work.unsent.slice(mostEnded).map(keyOf);
    const { problem } = this.work;
    return {
      version: protocolVersion,
      key: this.own.key,
      name: this.self.name,
      software: version,
      ...(this.self.address && { address: this.self.address }),
      port: this.self.port,
      ...hostNow(),
      settings: this.own.settings,
      ...(problem && { problem: brief(problem) }),
      ...(this.hello && { hello: true }),
      ...(leaving && { leaving }),
      running: this.work.runningCount,
      free: this.draining || problem || !this.own.settings.enabled ? 0 : this.work.free,
      alive: [...this.work.held, ...later],
      ended,
    };
  }

  /** `stale`: the answer is older than the lease, since this process or its machine stood still; its orders are others' by now. */
  private apply(sync: Sync, answer: SyncAnswer, stale: boolean): void {
    if (!this.connected) journal.info("connected to the master as slave {id}", { id: answer.id });
    this.connected = true;
    if (sync.hello) this.hello = false;
    this.id = answer.id;
    this.work.acknowledge(sync.ended);
    const jobs = new Map(answer.jobs.map((job) => [job.id, job]));
    for (const run of answer.start) {
      const job = jobs.get(run.job);
      if (job) this.work.take(run, job, stale);
    }
    for (const run of answer.kill) this.work.kill(run, "killed");
  }

  private async complain(error: Error): Promise<void> {
    if (this.connected || this.retryMs === patience.first) {
      const refused = error instanceof ClientError && error.status !== undefined && error.status < 500;
      journal[refused ? "error" : "warn"]("{message}; running tasks go on, trying again", { message: error.message });
    }
    this.connected = false;
    this.hello = true;
    // Many slaves that lost one master should not all return in the same moment.
    await Bun.sleep(this.retryMs * (0.75 + Math.random() / 2));
    this.retryMs = Math.min(patience.most, this.retryMs * 2);
  }
}
