// Tells all who follow what happens. One reader a master, woken by the database, reads for all of them; who comes back after a gap
// is first read what they missed, and then joins the others.
import { getLogger } from "@logtape/logtape";
import { HttpError } from "../local/guard";
import { hasGap, latestEvent, readPage } from "../queue/events";
import type { Queue, Wake } from "../queue/open";
import { EventStream, told, type Wanted } from "./event-stream";

const journal = getLogger(["drqueue", "events"]);

/** The most that follow one master. */
const mostStreams = 1000;
/** The most events read at once. */
const pageSize = 500;
/** What happens within this time is read in one go, ms. */
const gatherMs = 50;
/** The longest until it is looked again for what an older transaction keeps back, or for a database that is away, ms. */
const patienceMs = 1000;

/** One for each master. `heartbeatMs`: so often those hear a word who have nothing to hear. */
export class Events {
  private readonly streams = new Set<EventStream>();
  /** Those that have read all that was read for all. */
  private readonly live = new Set<EventStream>();
  /** Up to which event was read for them. */
  private id = "";
  private rounds = 0;
  private reading = false;
  private due = false;
  private pause = gatherMs;
  private failing = false;
  private next: Timer | undefined;
  private heartbeat: Timer | undefined;
  private stopped = false;

  constructor(
    private readonly queue: Queue,
    private readonly heartbeatMs = 10_000,
  ) {}

  /**
   * Opens a stream of what happens from now on, or after the event with the id `after`. Where that is too old, or not known, it begins
   * with `reset`: the other side must look at everything anew.
   */
  async open(wanted: Wanted, after: string | undefined, gone: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    if (this.stopped) throw new HttpError(503, "the master is stopping", { "retry-after": "1" });
    if (this.streams.size >= mostStreams)
      throw new HttpError(
        503,
        `${mostStreams} programs follow this master already: close some, or ask another master`,
        {
          "retry-after": "5",
        },
      );
    const stream = new EventStream(wanted, (ended) => this.leave(ended));
    this.streams.add(stream);
    this.heartbeat ??= setInterval(() => this.beat(), this.heartbeatMs);
    gone.addEventListener("abort", () => stream.end());
    if (gone.aborted) stream.end();
    try {
      const reset = after !== undefined && (await hasGap(this.queue, after));
      const id = after === undefined || reset ? await latestEvent(this.queue) : after;
      // The id at once: who is cut off before the first event goes on from here as well.
      stream.begin(id, `: connected\nretry: 1000\nid: ${id}\n${reset ? `event: reset\ndata: {"id":"${id}"}\n` : ""}\n`);
    } catch (error) {
      stream.end();
      throw error;
    }
    void this.catchUp(stream);
    return stream.body;
  }

  /** News from this or another master. */
  woken(news: Wake): void {
    if (news.events) this.readSoon();
  }

  /** Ends all streams, and opens no more. */
  stop(): void {
    this.stopped = true;
    for (const stream of [...this.streams]) stream.end();
  }

  /** Tells what was missed, as fast as it is read, until there is nothing that the others know and this one does not. */
  private async catchUp(stream: EventStream): Promise<void> {
    for (;;) {
      await stream.read();
      if (stream.hasEnded) return;
      const { rounds } = this;
      try {
        const { events } = await readPage(this.queue, stream.id, pageSize);
        stream.tell(events.map(told));
        // Had the others read on meanwhile, this page might be older than theirs.
        if (events.length === pageSize || rounds !== this.rounds) continue;
      } catch {
        await Bun.sleep(patienceMs);
        continue;
      }
      if (stream.hasEnded) return;
      if (this.live.size === 0) this.id = stream.id;
      this.live.add(stream);
      // What happened since the page was read may have woken nobody.
      this.readSoon();
      return;
    }
  }

  private readSoon(): void {
    this.due = true;
    if (!this.reading && this.next === undefined && this.live.size > 0) void this.read();
  }

  private async read(): Promise<void> {
    this.reading = true;
    this.due = false;
    const pause = await this.round();
    this.reading = false;
    if (this.live.size === 0) return;
    this.next = setTimeout(() => {
      this.next = undefined;
      if (this.due) this.readSoon();
    }, pause);
  }

  /** Reads once for all. Returns how long the next must wait, ms. */
  private async round(): Promise<number> {
    try {
      if (this.failing && (await hasGap(this.queue, this.id))) {
        // The database that came back is an older one: what was told last is not known to it.
        for (const stream of [...this.streams]) stream.end();
        return 0;
      }
      const { events, unsettled } = await readPage(this.queue, this.id, pageSize);
      if (this.failing) journal.info("events are read again");
      this.failing = false;
      this.rounds++;
      const page = events.map(told);
      for (const stream of [...this.live]) stream.tell(page);
      this.id = events.at(-1)?.id ?? this.id;
      // Nobody is woken for the rest of them, nor when an older transaction ends.
      this.due ||= unsettled || events.length === pageSize;
      if (events.length === pageSize) return 0;
      this.pause = unsettled && events.length === 0 ? Math.min(patienceMs, this.pause * 2) : gatherMs;
      return this.pause;
    } catch (error) {
      if (!this.failing)
        journal.warn("events cannot be read, trying again: {error}", { error: (error as Error).message });
      this.failing = true;
      this.due = true;
      return patienceMs;
    }
  }

  /** Says a word to those who hear nothing, and up to where they have heard all: who wants few events does not fall behind. */
  private beat(): void {
    for (const stream of this.streams) if (stream.idle && stream.id !== "") stream.say(`:\nid: ${stream.id}\n\n`);
  }

  private leave(stream: EventStream): void {
    this.streams.delete(stream);
    this.live.delete(stream);
    if (this.live.size === 0) {
      clearTimeout(this.next);
      this.next = undefined;
    }
    if (this.streams.size > 0) return;
    clearInterval(this.heartbeat);
    this.heartbeat = undefined;
  }
}
