// One who follows what happens: what waits for them to read it, in memory and bounded.
import type { EventType, FarmEvent } from "../events";
import { inOrder } from "../queue/events";

/** The most events that wait for one who does not read. */
const mostWaiting = 1000;

/** Which events somebody wants; all that is left out. */
export type Wanted = { types?: readonly EventType[] | undefined; job?: number | undefined };

/** An event and how it is written: once, for all who follow. */
export type Told = { event: FarmEvent; place: string; words: string };

/** An event as `Told`. */
export function told(event: FarmEvent): Told {
  const { id, type } = event;
  return { event, place: inOrder(id), words: `id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(event)}\n\n` };
}

export class EventStream {
  readonly body: ReadableStream<Uint8Array>;
  /** All up to this event is told. */
  id = "";
  private place = "";
  private ended = false;
  private waiting: string[] = [];
  /** Who reads waits for something, or this one for who reads. */
  private news = () => {};
  private taken = () => {};

  /** `left`: called once, when it has ended. */
  constructor(
    private readonly wanted: Wanted,
    private readonly left: (stream: EventStream) => void,
  ) {
    const encoder = new TextEncoder();
    this.body = new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          if (this.waiting.length === 0 && !this.ended) await new Promise<void>((news) => (this.news = news));
          if (this.ended) return controller.close();
          controller.enqueue(encoder.encode(this.waiting.splice(0).join("")));
          this.taken();
        },
        cancel: () => this.end(),
      },
      // Nothing is taken before it can be sent: what waits, waits here.
      { highWaterMark: 0 },
    );
  }

  get hasEnded(): boolean {
    return this.ended;
  }

  /** Nothing waits to be read. */
  get idle(): boolean {
    return this.waiting.length === 0;
  }

  /** From where it goes on. */
  begin(id: string, words: string): void {
    this.reach(id);
    this.say(words);
  }

  /** Tells what comes after what was told before, and is wanted; all up to the last of them is told then. */
  tell(events: readonly Told[]): void {
    const last = events.at(-1);
    if (!last || last.place <= this.place) return;
    for (const { event, place, words } of events) if (place > this.place && this.wants(event)) this.say(words);
    this.reach(last.event.id);
  }

  /** Writes a piece. Who lets too many wait is gone, or comes back for them. */
  say(words: string): void {
    if (this.waiting.length >= mostWaiting) this.end();
    if (this.ended) return;
    this.waiting.push(words);
    this.news();
  }

  /** Waits until all is read, or it has ended. */
  async read(): Promise<void> {
    while (!this.idle && !this.ended) await new Promise<void>((taken) => (this.taken = taken));
  }

  /** Ends it after what was sent; what still waits is told when they come back. */
  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.waiting = [];
    this.news();
    this.taken();
    this.left(this);
  }

  private wants({ type, job }: FarmEvent): boolean {
    const { types, job: only } = this.wanted;
    return (types === undefined || types.includes(type)) && (only === undefined || job === only);
  }

  private reach(id: string): void {
    this.id = id;
    this.place = inOrder(id);
  }
}
