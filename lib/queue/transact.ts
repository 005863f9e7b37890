// Transactions that others undo are carried out again.
import { codeOf } from "./error-code";
import type { Queue, Tx } from "./open";

const mostTries = 5;

/**
 * Carries out a step in one transaction. Where Postgres undid it because others were in its way (serialization failure, deadlock), the
 * step is carried out again, a few times: it may have no effect but on the database, and on what it sets anew each time.
 */
export async function transact<T>(queue: Queue, step: (tx: Tx) => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return (await queue.sql.begin(step)) as T;
    } catch (error) {
      if (tries === mostTries || !/^(40001|40P01)$/.test(codeOf(error) ?? "")) throw error;
      await Bun.sleep(Math.random() * 10 * 2 ** tries);
    }
  }
}
