// Tells people what happens: makes messages of events, where this master keeps house, and sends those that are due. A loop of its own,
// which nothing else waits for.
import { getLogger } from "@logtape/logtape";
import type { NewNotice, NoticeStyle } from "../../events";
import { within } from "../../local/deadline";
import { type Told, waitAfter } from "../../notices";
import { claim, type Delivery, keepTold, markFailed, markSent, sweepDeliveries } from "../../queue/deliveries";
import type { Queue } from "../../queue/open";
import { Refusal } from "../../queue/refusal";
import { tellEvents } from "../../queue/tell";
import type { LogPlaces } from "../logs/read";
import { isAway } from "../translate";
import { bodyFor } from "./bodies";
import { gather } from "./gather";
import { type Mailer, noMail } from "./mail";
import { hostOf, NotDelivered, post } from "./webhook";

const journal = getLogger(["drqueue", "notify"]);

/** At most so many messages are on their way from this master at a time. */
const mostAtOnce = 8;
const sweepEveryMs = 600_000;

/** How patient it is, ms. `retryMs`: before the second try; doubled with each. `gatherMs`: so long lost slaves are waited for. */
export type Patience = {
  retryMs: number;
  gatherMs: number;
  /** For a web hook to answer. */
  deadlineMs: number;
  /** Until a message that a master took and did not send, since it died, is another's. */
  leaseMs: number;
  /** Between two looks without a wake, and at least between two looks. */
  pollMs: number;
  restMs: number;
};

const usual: Patience = {
  retryMs: 10_000,
  gatherMs: 5000,
  deadlineMs: 10_000,
  leaseMs: 60_000,
  pollMs: 1000,
  restMs: 100,
};

/** Where a message goes. */
export type Address = { to: string; style: NoticeStyle; secret: string | null };

export class Notifier {
  private readonly patience: Patience;
  private readonly busy = new Map<string, Promise<void>>();
  /** Addresses at which a message did not arrive, until when they are left alone: with many messages they would take all room for ever. */
  private readonly resting = new Map<string, number>();
  private readonly gathering = new Map<string, Promise<Told>>();
  private running: Promise<void> | undefined;
  private stopped = false;
  private filling = false;
  private sweptAt = Number.NEGATIVE_INFINITY;
  private woken = Promise.withResolvers<void>();

  constructor(
    private readonly queue: Queue,
    private readonly places: LogPlaces,
    private readonly mailer: Mailer | undefined,
    private readonly keepsHouse: () => boolean,
    patience: Partial<Patience> = {},
  ) {
    this.patience = { ...usual, ...patience };
  }

  /** Begins to tell. */
  start(): void {
    this.running ??= this.loop();
  }

  /** Something happened that somebody may want to know. */
  wake(): void {
    this.woken.resolve();
  }

  /** Stops; what is on its way gets `ms` to arrive. What does not is sent again by another master, or by this one when it is back. */
  async stop(ms = 2000): Promise<void> {
    this.stopped = true;
    this.wake();
    await within(ms, Promise.all([this.running, ...this.busy.values()]));
    this.mailer?.close();
  }

  /** Throws a Refusal when one of these wants mail and this master sends none. */
  check(given: readonly Pick<NewNotice, "to">[]): void {
    if (!this.mailer && given.some(({ to }) => to.startsWith("mailto:"))) throw new Refusal("conflict", noMail);
  }

  /** Sends one message now. Throws a NotDelivered. */
  async send({ to, style, secret }: Address, told: Told, delivery: string, mailId = delivery): Promise<void> {
    if (style !== "mail")
      return post({ to, secret }, bodyFor(style, told, delivery), delivery, this.patience.deadlineMs);
    if (!this.mailer) throw new NotDelivered(noMail);
    await this.mailer.send(to, told, mailId);
  }

  private async loop(): Promise<void> {
    for (let failing = false; !this.stopped; ) {
      this.woken = Promise.withResolvers();
      try {
        // Messages are made by the master that keeps house, and each is sent by a master that can: it is locked while one sends it.
        while (!this.stopped && this.keepsHouse() && (await tellEvents(this.queue, this.patience.gatherMs)) > 0)
          await this.fill();
        await this.fill();
        if (this.keepsHouse()) await this.sweep();
        if (failing) journal.info("notices go on");
        failing = false;
      } catch (error) {
        if (!failing) journal.error("notices wait: {error}", { error: (error as Error).message });
        failing = true;
      }
      if (this.stopped) return;
      await Bun.sleep(this.patience.restMs);
      await within(this.patience.pollMs, this.woken.promise);
    }
  }

  /** Starts to send what is due, as far as there is room; called again whenever a message has left. */
  private async fill(): Promise<void> {
    if (this.filling) return;
    this.filling = true;
    try {
      while (!this.stopped && this.busy.size < mostAtOnce) {
        const most = mostAtOnce - this.busy.size;
        const now = performance.now();
        for (const [to, until] of this.resting) if (until <= now) this.resting.delete(to);
        const { leaseMs } = this.patience;
        const due = await claim(this.queue, {
          mail: this.mailer !== undefined,
          busy: [...this.busy.keys(), ...this.resting.keys()],
          most,
          leaseMs,
        });
        if (due.length === 0) return;
        for (const one of due)
          this.busy.set(
            one.to,
            this.deliver(one).then(() => this.left(one.to)),
          );
      }
    } finally {
      this.filling = false;
    }
  }

  private left(to: string): void {
    this.busy.delete(to);
    // A database that is away is the loop's to complain about.
    if (!this.stopped) void this.fill().catch(() => {});
  }

  private async deliver(one: Delivery): Promise<void> {
    const { id, to, tries, made } = one;
    try {
      const told = await this.whole(one);
      await this.send(one, told, `${id}`, `${id}.${made}`);
      await markSent(this.queue, id);
    } catch (error) {
      // What the database could not be told is done again when the lease is over.
      if (!(error instanceof NotDelivered))
        return void journal.warn("message {id} waits: {error}", { id, error: (error as Error).message });
      const { message: problem, waitMs } = error;
      this.resting.set(to, performance.now() + Math.max(waitMs, this.patience.retryMs));
      const wait = Math.max(waitMs, waitAfter(tries, this.patience.retryMs));
      const gone = await markFailed(this.queue, id, problem, wait).catch(() => false);
      const place = one.style === "mail" ? to : hostOf(to);
      if (gone)
        journal.error("message {id} to {place} is given up after {tries} tries: {problem}", {
          id,
          place,
          tries,
          problem,
        });
      else if (tries === 1) journal.warn("message {id} to {place} is tried again: {problem}", { id, place, problem });
    }
  }

  /** All that is told of the event: gathered once, for all who are told of it and for every try. */
  private whole({ message: { event, told, ready } }: Delivery): Promise<Told> {
    if (ready || !told.job) return Promise.resolve(told);
    let whole = this.gathering.get(event);
    if (!whole) {
      whole = this.gathered(event, told);
      this.gathering.set(event, whole);
      const done = () => void this.gathering.delete(event);
      whole.then(done, done);
    }
    return whole;
  }

  private async gathered(event: string, told: Told): Promise<Told> {
    try {
      const all = await gather(this.queue, this.places, told);
      await keepTold(this.queue, event, all);
      return all;
    } catch (error) {
      if (isAway(error as Error)) throw error;
      // Better told without its numbers than not at all.
      journal.error("the numbers of a message are missing: {error}", { error });
      return told;
    }
  }

  private async sweep(): Promise<void> {
    if (performance.now() - this.sweptAt < sweepEveryMs) return;
    this.sweptAt = performance.now();
    await sweepDeliveries(this.queue);
  }
}
