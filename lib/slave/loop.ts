// The conversation with the master: one sync is always under way; news while it is parked there go out in a second one at once.
import { getLogger } from "@logtape/logtape";
import { type Client, ClientError } from "../client";
import { version } from "../local/program";
import { mostEnded, mostProgress, protocolVersion, type Sync, type SyncAnswer } from "../sync";
import { keyOf, type RunKey, runName } from "../wire";
import { conditionOf, msUntilChange, TasksInLoad, worksAt } from "./condition";
import type { hostNow } from "./host";
import { brief } from "./reasons";
import type { OwnSettings } from "./settings";
import type { Work } from "./work";

const journal = getLogger(["drqueue", "loop"]);

/** Waits between tries while the master is away, ms. */
const patience = { first: 100, most: 5000 } as const;

/** So long are results gathered while there is other work, ms. */
const gatherMs = 20;

/** So often the load of others and the progress of its tasks are looked at, ms. */
const lookMs = 5000;

export type Self = { name: string; port: number; address: string | undefined };

/** Where it looks at the machine; a test passes its own. `gpus`: as counted when it started. */
export type Senses = { host: typeof hostNow; clock: () => Date; gpus: number; lookMs?: number };

/** Talks to the master until it is stopped. */
export class Loop {
  /** The slave's number at the master, once it is known. */
  id: number | undefined;
  connected = false;
  /** It has just started, or lost an answer: the one who answers next, maybe another master, is to look up what it should hold. */
  private hello = true;
  private news = true;
  /** It is stopping and asks for nothing more. */
  private stopping = false;
  private over = false;
  private gathering: Timer | undefined;
  private looking: Timer | undefined;
  /** What it told last of the conditions that it looks at. */
  private told: { inHours: boolean; foreignSlots: number } | undefined;
  private readonly inLoad = new TasksInLoad();
  /** How far runs are, as long as the master has not answered a sync that said so. */
  private readonly progress = new Map<string, RunKey & { percent: number }>();
  private retryMs: number = patience.first;
  /** Syncs under way; one that brought nothing may be parked at the master. */
  private readonly under = new Set<{ mayBeParked: boolean }>();

  constructor(
    private readonly client: Client,
    private readonly self: Self,
    private readonly own: OwnSettings,
    private readonly work: Work,
    private readonly senses: Senses,
  ) {}

  /** There is something to tell, at once. */
  tell(): void {
    if (!this.looking) this.lookLater();
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

  /** Its settings have changed, or the world around: the master hears of it, and gets back what is not to be started any more. */
  review(): void {
    if (!this.takesTasks) this.work.returnWaiting();
    this.lookLater();
    this.tell();
  }

  /** Asks for no more tasks, since it is to stop. */
  stopAsking(): void {
    this.stopping = true;
    this.work.close();
    this.tell();
  }

  /** Says goodbye with the last results. Waits `deadlineMs` for the master at most; returns whether it heard. */
  async leave(deadlineMs: number): Promise<boolean> {
    this.stopping = true;
    this.over = true;
    clearTimeout(this.looking);
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

  private lookLater(): void {
    clearTimeout(this.looking);
    const untilChange = msUntilChange(this.own.settings.hours, this.senses.clock());
    this.looking = setTimeout(() => this.look(), Math.max(1, Math.min(this.senses.lookMs ?? lookMs, untilChange)));
  }

  /** Tells at once when its hours begin or end, when other load takes or gives slots, and how far its tasks are. */
  private look(): void {
    if (this.over) return;
    const { inHours, foreignSlots } = this.condition();
    if (this.told && (inHours !== this.told.inHours || foreignSlots !== this.told.foreignSlots)) {
      if (inHours !== this.told.inHours) journal.info(inHours ? "its hours begin" : "its hours are over");
      this.review();
      return;
    }
    this.lookLater();
    if (this.gatherProgress()) this.tell();
  }

  /** Whether any run is further than it was. */
  private gatherProgress(): boolean {
    const news = this.work.progressNews();
    for (const one of news) this.progress.set(runName(one), one);
    return news.length > 0;
  }

  private condition(host = this.senses.host()) {
    const { memoryOwedMb, gpusTaken, runningCount } = this.work;
    const used = { memoryOwedMb, gpusTaken, inLoad: this.inLoad.count(runningCount) };
    const machine = { ...host, gpus: this.senses.gpus };
    return conditionOf(this.own.settings, machine, used, this.senses.clock());
  }

  /** Whether a person and its hours let it take tasks. */
  private get takesTasks(): boolean {
    const { enabled, drain, hours } = this.own.settings;
    return enabled && !drain && worksAt(hours, this.senses.clock());
  }

  private compose(leaving = false): Sync {
    const host = this.senses.host();
    const condition = this.condition(host);
    this.told = condition;
    this.work.foreign = condition.foreignSlots;
    const held = this.work.held;
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
      ...host,
      ...condition,
      settings: this.own.settings,
      ...(problem && { problem: brief(problem) }),
      ...(this.hello && { hello: true }),
      ...(leaving && { leaving }),
      running: this.work.runningCount,
      free: this.stopping || problem || !this.takesTasks ? 0 : this.work.free,
      alive: [...held, ...later],
      progress: this.progressOf(held),
      ended,
    };
  }

  /** How far these runs are, as far as the master may not know it yet. */
  private progressOf(held: readonly RunKey[]) {
    this.gatherProgress();
    const names = new Set(held.map(runName));
    for (const name of this.progress.keys()) if (!names.has(name)) this.progress.delete(name);
    return [...this.progress.values()].slice(0, mostProgress);
  }

  /** `stale`: the answer is older than the lease, since this process or its machine stood still; its orders are others' by now. */
  private apply(sync: Sync, answer: SyncAnswer, stale: boolean): void {
    if (!this.connected) journal.info("connected to the master as slave {id}", { id: answer.id });
    this.connected = true;
    if (sync.hello) this.hello = false;
    this.id = answer.id;
    this.work.acknowledge(sync.ended);
    for (const one of sync.progress ?? [])
      if (this.progress.get(runName(one))?.percent === one.percent) this.progress.delete(runName(one));
    const unwanted = stale || !this.takesTasks;
    const jobs = new Map(answer.jobs.map((job) => [job.id, job]));
    for (const run of answer.start) {
      const job = jobs.get(run.job);
      if (job) this.work.take(run, job, unwanted);
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
