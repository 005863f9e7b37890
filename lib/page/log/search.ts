// A search through a whole log: what was found so far, how far it is, and the way from one line to the next.
import { Hits } from "./hits";
import { Judged } from "./judged";
import { type LogName, type Look, Looking } from "./looking";
import type { Sight } from "./rows";

/** What a search needs of the view. `size`: bytes there are now. */
export type Seeker = {
  size: () => number;
  sight: () => Sight | undefined;
  show: (at: number) => Promise<void>;
  changed: () => void;
};

export class Search {
  hits = new Hits(0);
  /** Bytes looked through, of all; nothing goes on when they are equal or it is told to stop. */
  done = 0;
  total = 0;
  runs = false;
  /** Why it found nothing, or not all. */
  problem: string | undefined;
  /** The line that was gone to last; `arrives` until it is in sight. */
  current: number | undefined;
  private arrives = false;
  readonly judged: Judged;
  private readonly looking: Looking;
  private waits: 1 | -1 | undefined;
  /** Where the last line begins that was looked at, and how large the log was then. */
  private edge = { line: 0, size: 0 };

  constructor(
    private readonly log: LogName,
    look: Look,
    private readonly seeker: Seeker,
  ) {
    this.looking = new Looking(look, (why) => this.end(why));
    this.judged = new Judged(this.looking, seeker.changed);
  }

  /** Whether there is nothing of it in the whole log. */
  get isVain(): boolean {
    return this.hits.state === "all" && this.hits.count === 0;
  }

  /** Begins with the first line in sight, and goes to the first that is found. */
  async begin(from = this.seeker.sight()?.first ?? 0): Promise<void> {
    const size = this.seeker.size();
    this.hits = new Hits(from);
    this.current = from - 1;
    this.waits = 1;
    this.edge = { line: from, size };
    const { hits } = this;
    const isOver = await this.run([
      [from, size],
      [0, from],
    ]);
    if (!isOver || hits !== this.hits) return;
    hits.state = "all";
    this.heard();
    this.seeker.changed();
  }

  /** Looks at what was written since. */
  async grow(): Promise<void> {
    const { line, size } = this.edge;
    if (this.runs || this.hits.state !== "all" || this.seeker.size() <= size) return;
    this.edge.size = this.seeker.size();
    await this.run([[line, this.edge.size]]);
    this.seeker.changed();
  }

  /** To the next line, or back to the one before. */
  go(direction: 1 | -1): void {
    const sight = this.seeker.sight();
    if (!sight) return;
    const isSeen = this.current !== undefined && this.current >= sight.first && this.current <= sight.last;
    const from = isSeen || this.arrives ? this.current! : direction === 1 ? sight.first - 1 : sight.last + 1;
    this.current = from;
    this.waits = direction;
    this.heard();
    this.seeker.changed();
  }

  close(): void {
    this.runs = false;
    this.judged.close();
  }

  /** Looks no further. */
  stop(): void {
    this.looking.stop();
    this.end("Stopped");
  }

  private end(why: string): void {
    this.problem = why;
    this.runs = false;
    this.seeker.changed();
  }

  /** Returns whether it came to the end. */
  private async run(parts: [number, number][]): Promise<boolean> {
    this.runs = true;
    this.problem = undefined;
    this.done = 0;
    this.total = parts.reduce((sum, [from, to]) => sum + to - from, 0);
    const late = parts[0]![1] - parts[0]![0];
    try {
      this.edge.line = await this.looking.scan(this.log, parts, (found, done) => {
        this.hits.add(found);
        this.done = done;
        if (done >= late && this.hits.state === "late") this.hits.state = "early";
        this.heard();
        this.seeker.changed();
      });
      this.runs = false;
      return true;
    } catch (error) {
      this.end((error as Error).message);
      return false;
    }
  }

  private heard(): void {
    if (this.waits === undefined) return;
    const next = this.waits === 1 ? this.hits.after(this.current!) : this.hits.before(this.current!);
    const isUnknown = next === "wait" || next === "beyond";
    if (isUnknown && this.runs) return;
    this.waits = undefined;
    // Of what is not kept, or was not looked at since it was stopped, it is looked for anew.
    if (isUnknown) void this.begin(this.current! + 1);
    else if (next === "none") this.current = undefined;
    else {
      this.current = next;
      this.arrives = true;
      void this.seeker.show(next).then(() => {
        this.arrives = false;
      });
    }
  }
}
