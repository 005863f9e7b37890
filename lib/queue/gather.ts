// Writes of many callers meet in one statement: a commit costs the same for one row as for hundreds, and commits that wake the masters
// stand in line one by one.

/**
 * A step that takes one thing, made of one that takes many and answers each in order. The first is taken at once; what comes while one
 * write is under way is gathered for the next, `most` at a time. When a write fails it fails for all in it; where `undone` says of the
 * error that nothing of it was done, each is tried alone.
 */
export function gathered<T, R>(
  write: (given: readonly T[]) => Promise<readonly R[]>,
  { most, undone = () => false }: { most: number; undone?: (error: unknown) => boolean },
): (one: T) => Promise<R> {
  type Waiting = { given: T; done: (result: R) => void; failed: (error: unknown) => void };
  const waiting: Waiting[] = [];
  let busy = false;

  async function writeAll(batch: readonly Waiting[]): Promise<void> {
    try {
      const results = await write(batch.map(({ given }) => given));
      for (const [at, { done }] of batch.entries()) done(results[at]!);
    } catch (error) {
      if (batch.length > 1 && undone(error)) for (const one of batch) await writeAll([one]);
      else for (const { failed } of batch) failed(error);
    }
  }

  async function work(): Promise<void> {
    busy = true;
    while (waiting.length > 0) await writeAll(waiting.splice(0, most));
    busy = false;
  }

  return (given) =>
    new Promise((done, failed) => {
      waiting.push({ given, done, failed });
      if (!busy) void work();
    });
}
