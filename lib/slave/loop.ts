// The conversation with the master: one sync is always under way; news while it is parked there go out in a second one at once.
import { getLogger } from "@logtape/logtape";
import { type Client, ClientError } from "../client";
import { holdMs, mostEnded, type Sync, type SyncAnswer } from "../sync";
import { Claim } from "./claim";
import { Composer, type Self, type Senses } from "./compose";
import { msUntilChange } from "./condition";
import type { OwnSettings } from "./settings";
import type { Work } from "./work";

const journal = getLogger(["drqueue", "loop"]);

/** Waits between tries while the master is away, ms. */
const patience = { first: 100, most: 5000 } as const;

/** So many different complaints are written down from one answer to the next. */
const mostComplaints = 20;

/** As long as another process is said to live by this slave's identity, it asks so often, ms. */
const contestedMs = 1000;

/** So long are results gathered while there is other work, ms. */
const gatherMs = 20;

/** So often the load of others and the progress of its tasks are looked at, ms. */
const lookMs = 5000;

/** Talks to the master until it is stopped. */
export class Loop {
  /** The slave's number at the master, once it is known. */
  id: number | undefined;
  connected = false;
  /** What names the master's log folder, as it said last. */
  logStore: string | undefined;
  /** It has just started, or lost an answer: the one who answers next, maybe another master, is to look up what it should hold. */
  private hello = true;
  private news = true;
  /** It is stopping and asks for nothing more. */
  private stopping = false;
  private over = false;
  private gathering: Timer | undefined;
  private looking: Timer | undefined;
  private readonly composer: Composer;
  private readonly claim: Claim;
  private leaseMs = 30_000;
  private retryMs: number = patience.first;
  /** What went wrong since a master answered last, each said once: first nobody is there, then an upgraded one may refuse. */
  private readonly complaints = new Set<string>();
  /** Syncs under way; one that brought nothing may be parked at the master. */
  private readonly under = new Set<{ mayBeParked: boolean }>();

  constructor(
    private readonly client: Client,
    self: Self,
    private readonly own: OwnSettings,
    private readonly work: Work,
    private readonly senses: Senses,
  ) {
    this.composer = new Composer(self, own, work, senses);
    this.claim = new Claim(own.hasMoved);
  }

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
    if (!this.composer.takesTasks) this.work.returnWaiting();
    this.lookLater();
    this.tell();
  }

  /** Asks for no more tasks, since it is to stop. */
  stopAsking(): void {
    this.stopping = true;
    this.work.close();
    this.tell();
  }

  /** Says no more: another process speaks for this slave. */
  cease(): void {
    this.over = true;
    clearTimeout(this.looking);
    this.work.close();
  }

  /** Says goodbye with the last results. Waits `deadlineMs` for the master at most; returns whether it heard. */
  async leave(deadlineMs: number): Promise<boolean> {
    this.stopping = true;
    this.cease();
    const deadline = performance.now() + deadlineMs;
    while (performance.now() < deadline) {
      try {
        // In several pieces if there is much to report; the last one takes the leave.
        const leaving = this.work.unsent.length <= mostEnded;
        const sync = this.compose(leaving);
        // A master that stands still must not use up the time of the next one.
        const answer = await this.client.sync(sync, undefined, Math.max(1, (deadline - performance.now()) / 2));
        if (answer.taken) return false;
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
      const answer = await this.client.sync(sync, undefined, this.timeoutMs);
      this.leaseMs = answer.leaseMs;
      this.logStore = answer.logStore;
      // What was meant for the identity that it has given up meanwhile is not for this slave.
      if (sync.key !== this.own.key) this.news = true;
      else if (answer.taken) await this.contest(sent, answer.taken.heardMs);
      else this.apply(sync, answer, performance.now() - sent > answer.leaseMs);
      this.retryMs = patience.first;
    } catch (error) {
      this.news = true;
      await this.complain(error as Error);
    } finally {
      this.under.delete(one);
    }
    this.next();
  }

  /** A master that stands still is left for the next one so soon that the lease, which began up to a hold before, does not end meanwhile. */
  private get timeoutMs(): number {
    return Math.max(1000, holdMs(this.leaseMs) + this.leaseMs / 4);
  }

  /** A master knows another process that lives by this slave's identity: nothing of the sync was carried out. */
  private async contest(sent: number, heardMs: number): Promise<void> {
    this.connected = false;
    this.hello = true;
    this.news = true;
    if (this.over) return;
    const claim = this.claim.refused(sent, heardMs, performance.now());
    if (claim === "news")
      journal.warn(
        "another process speaks for this slave, or did a moment ago: waiting until it is clear which one is the slave",
      );
    if (claim !== "copy") {
      await Bun.sleep(contestedMs);
      return;
    }
    journal.warn(
      "the data folder of this slave is a copy, and the other one lives: this one goes on with a new identity and the same settings, and leaves alone what belongs to the other",
    );
    this.own.beginAnew();
    this.work.abandon();
    this.id = undefined;
    this.claim.accepted();
  }

  private lookLater(): void {
    clearTimeout(this.looking);
    const untilChange = msUntilChange(this.own.settings.hours, this.senses.clock());
    this.looking = setTimeout(() => this.look(), Math.max(1, Math.min(this.senses.lookMs ?? lookMs, untilChange)));
  }

  /** Tells at once when its hours begin or end, when other load takes or gives slots, and how far its tasks are. */
  private look(): void {
    if (this.over) return;
    const changed = this.composer.changed();
    if (changed) {
      if (changed.sinceHours) journal.info(changed.inHours ? "its hours begin" : "its hours are over");
      this.review();
      return;
    }
    this.lookLater();
    if (this.composer.gatherProgress()) this.tell();
  }

  private compose(leaving = false): Sync {
    return this.composer.sync({ hello: this.hello, leaving, asks: !this.stopping && !this.claim.contested });
  }

  /** `stale`: the answer is older than the lease, since this process or its machine stood still; its orders are others' by now. */
  private apply(sync: Sync, answer: SyncAnswer, stale: boolean): void {
    if (!this.connected) journal.info("connected to the master as slave number {number}", { number: answer.id });
    this.connected = true;
    this.complaints.clear();
    if (sync.hello) this.hello = false;
    this.id = answer.id;
    if (this.own.hasMoved) {
      this.own.settleIn();
      this.work.adopt();
    }
    this.claim.accepted();
    this.work.acknowledge(sync.ended);
    this.composer.progress.told(sync.progress);
    const unwanted = stale || !this.composer.takesTasks;
    const jobs = new Map(answer.jobs.map((job) => [job.id, job]));
    for (const run of answer.start) {
      const job = jobs.get(run.job);
      if (job) this.work.take(run, job, unwanted);
    }
    for (const run of answer.kill) this.work.kill(run, "killed");
  }

  private async complain(error: Error): Promise<void> {
    if (!this.complaints.has(error.message) && this.complaints.size < mostComplaints) {
      this.complaints.add(error.message);
      const refused = error instanceof ClientError && error.status !== undefined && error.status < 500;
      // What is said to people who asked once ends like this; a slave does it by itself.
      const message = error.message.replace(/[;,:] try again$/, "");
      journal[refused ? "error" : "warn"]("{message}; running tasks go on, trying again", { message });
    }
    this.connected = false;
    this.hello = true;
    // Many slaves that lost one master should not all return in the same moment.
    await Bun.sleep(this.retryMs * (0.75 + Math.random() / 2));
    // After an outage masters wait for a lease's time for those who come back.
    this.retryMs = Math.min(patience.most, this.leaseMs / 4, this.retryMs * 2);
  }
}
