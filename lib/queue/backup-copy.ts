// Postgres's COPY through postgres.js 3.4: to the driver such a query is done when it has a stream, and it tells nobody what came of it at
// the end: an error after the last row would be lost, and waited for without end. So its own callbacks are listened to.
import type { Readable, Writable } from "node:stream";
import type postgres from "postgres";
import { gathered } from "../local/backup-file";

type Query = ReturnType<postgres.Sql["unsafe"]>;

/** Rows come one by one: so many bytes of them are given on at once. */
const atOnce = 256 * 1024;

/** A COPY that has begun. `outcome`: the number of rows, once the server has said so. */
type Begun<Stream> = { stream: Stream; outcome: Promise<number> };

/** Begins a COPY. Throws what the server has against it. */
async function begin<Stream extends Readable | Writable>(
  query: Query,
  way: "readable" | "writable",
): Promise<Begun<Stream>> {
  const stream = Promise.withResolvers<Stream>();
  const outcome = Promise.withResolvers<number>();
  // It is looked at when its time has come.
  outcome.promise.catch(() => {});
  // Called with the stream at first, and with what came of it in the end.
  const resolve = (got: Stream | { count: number }) =>
    "count" in got ? outcome.resolve(got.count) : stream.resolve(got);
  const reject = (error: unknown) => {
    stream.reject(error);
    outcome.reject(error);
  };
  Object.assign(query, { resolve, reject });
  void query[way]();
  return { stream: await stream.promise, outcome: outcome.promise };
}

/** What `copy ... to stdout` gives, as text. Whoever stops reading before the end must end the server's process: it goes on otherwise. */
export async function* copyOut(sql: postgres.Sql, statement: string): AsyncGenerator<Uint8Array, void> {
  const { stream: rows, outcome } = await begin<Readable>(sql.unsafe(statement), "readable");
  try {
    yield* gathered(rows.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>, atOnce);
    // The driver has paused its socket if the last rows came faster than they were read, and there are none now whose reading sets it going.
    rows._read(0);
    await outcome;
  } finally {
    rows.on("error", () => {});
    rows.resume();
  }
}

/** One `copy ... from stdin` under way. Every method throws what the server has against it. */
export class CopyIn {
  private readonly stream: Writable;
  private readonly outcome: Promise<number>;

  private constructor({ stream, outcome }: Begun<Writable>) {
    this.stream = stream;
    this.outcome = outcome;
    // What goes wrong is told by the outcome as well.
    stream.on("error", () => {});
  }

  static async begin(tx: postgres.TransactionSql, statement: string): Promise<CopyIn> {
    return new CopyIn(await begin<Writable>(tx.unsafe(statement), "writable"));
  }

  /** Returns when there is room for more. */
  async write(bytes: Uint8Array): Promise<void> {
    const { promise: room, resolve } = Promise.withResolvers<void>();
    if (this.stream.write(bytes)) return;
    this.stream.once("drain", resolve);
    try {
      await Promise.race([room, this.outcome]);
    } finally {
      this.stream.off("drain", resolve);
    }
  }

  /** Returns the number of rows. */
  async end(): Promise<number> {
    this.stream.end();
    return this.outcome;
  }

  /** Ends it without success. */
  async abandon(why: Error): Promise<void> {
    this.stream.destroy(why);
    await this.outcome.catch(() => {});
  }
}
