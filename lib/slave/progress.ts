// How far runs are, as far as the master may not know it yet.
import { mostProgress } from "../sync";
import { type RunKey, runName } from "../wire";

type Percent = RunKey & { percent: number };

export class Progress {
  private readonly untold = new Map<string, Percent>();

  /** These are further than they were. */
  add(news: readonly Percent[]): void {
    for (const one of news) this.untold.set(runName(one), one);
  }

  /** What one sync says of these runs; the others are over. */
  of(held: readonly RunKey[]): Percent[] {
    const names = new Set(held.map(runName));
    for (const name of this.untold.keys()) if (!names.has(name)) this.untold.delete(name);
    return [...this.untold.values()].slice(0, mostProgress);
  }

  /** The master knows these, unless they are further again. */
  told(sent: readonly Percent[] = []): void {
    for (const one of sent)
      if (this.untold.get(runName(one))?.percent === one.percent) this.untold.delete(runName(one));
  }
}
