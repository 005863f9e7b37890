// What was seen in the lines in sight, by where they begin: asked for when a line is shown, told when it is known.
import type { Looking, Seen } from "./looking";

const mostKept = 5000;

export class Judged {
  /** `text`: what was judged; of a line that grows it is another one each time. */
  private readonly known = new Map<number, { text: string; seen: Seen }>();
  private wanted: { at: number; text: string }[] = [];
  private asking = false;
  private closed = false;

  constructor(
    private readonly looking: Looking,
    private readonly changed: () => void,
  ) {}

  /** What was seen in a line; until that is known, what was seen in it before it grew. */
  of(at: number, text: string): Seen | undefined {
    const found = this.known.get(at);
    if (found?.text !== text && !this.closed) {
      this.wanted.push({ at, text });
      if (!this.asking) queueMicrotask(() => void this.ask());
    }
    return found?.seen;
  }

  close(): void {
    this.closed = true;
    this.looking.close();
  }

  private async ask(): Promise<void> {
    if (this.asking) return;
    this.asking = true;
    const lines = this.wanted;
    this.wanted = [];
    const seen = await this.looking.judge(lines.map(({ text }) => text));
    this.asking = false;
    if (!seen) return;
    if (this.known.size > mostKept) this.known.clear();
    for (const [nth, { at, text }] of lines.entries()) this.known.set(at, { text, seen: seen[nth]! });
    // Lines that were wanted meanwhile are asked for when they are drawn again.
    this.wanted = [];
    this.changed();
  }
}
