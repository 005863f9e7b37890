// What was seen in the lines in sight, by where they begin: asked for when a line is shown, told when it is known.
import type { Looking, Seen } from "./looking";

const mostKept = 5000;

export class Judged {
  /** `text`: what was judged; of a line that grows it is another one each time. */
  private readonly known = new Map<number, { text: string; seen: Seen }>();
  private readonly wanted = new Map<number, string>();
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
      if (this.wanted.size === 0) queueMicrotask(() => void this.ask());
      this.wanted.set(at, text);
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
    while (this.wanted.size > 0) {
      const lines = [...this.wanted];
      this.wanted.clear();
      const seen = await this.looking.judge(lines.map(([, text]) => text));
      if (!seen) break;
      if (this.known.size > mostKept) this.known.clear();
      let isNews = false;
      for (const [nth, [at, text]] of lines.entries()) {
        isNews ||= isSomething(seen[nth]!) || isSomething(this.known.get(at)?.seen);
        this.known.set(at, { text, seen: seen[nth]! });
      }
      if (isNews) this.changed();
    }
    this.asking = false;
  }
}

function isSomething(seen: Seen | undefined): boolean {
  return seen?.mark !== undefined || (seen?.places ?? []).length > 0;
}
