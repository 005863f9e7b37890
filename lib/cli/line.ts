// A line on the terminal that says how far something is, written over each time.

/** Between two words on how far it is, ms. */
const tellMs = 200;

/** Nothing is written unless a person looks on. */
export class Line {
  private readonly shown: boolean;
  private toldAt = 0;

  constructor(quiet: boolean) {
    this.shown = !quiet && process.stderr.isTTY === true;
  }

  tell(words: () => string): void {
    if (!this.shown || performance.now() - this.toldAt < tellMs) return;
    this.toldAt = performance.now();
    process.stderr.write(`\r\x1b[K${words()}`);
  }

  end(): void {
    if (this.shown) process.stderr.write("\r\x1b[K");
  }
}

/** Bytes as people read them: `3.9 MB`. */
export function megabytes(bytes: number): string {
  return bytes < 1e5 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;
}
