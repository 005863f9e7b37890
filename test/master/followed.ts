// A master's events without the rest of the master: a queue, and a port that tells what happens in it.
import { guardedApp } from "../../lib/local/guard";
import { type Listening, listenOn } from "../../lib/local/port";
import { newToken } from "../../lib/local/token";
import { Events } from "../../lib/master/events";
import { addEventRoutes } from "../../lib/master/routes/events";
import { translate } from "../../lib/master/translate";
import { listen, type Queue } from "../../lib/queue/open";
import { newQueue } from "../queue/stage";
import { Follower, type Following } from "./follower";

type Sql = Queue["sql"];
type Happening = { type?: string; sql?: Sql; size?: number };

export class Followed {
  events!: Events;
  private port!: Listening;
  private readonly token = newToken();
  /** Statements of the reader and of those who come back. */
  statements = 0;
  /** The result of the statement with this number comes no sooner than `held` resolves; `holding` then says that it is there. */
  hold = { number: 0, held: Promise.resolve(), holding: () => {} };

  private constructor(private readonly stage: Awaited<ReturnType<typeof newQueue>>) {}

  static async open(): Promise<Followed> {
    const followed = new Followed(await newQueue());
    await listen(followed.queue, (news) => followed.events?.woken(news));
    return followed;
  }

  get queue(): Queue {
    return this.stage.queue;
  }

  /** Begins anew: nothing has happened, nobody follows. */
  async begin(): Promise<void> {
    await this.queue.sql`truncate event restart identity`;
    this.events = new Events(Object.create(this.queue, { sql: { get: () => this.watched() } }), 200);
    const app = guardedApp(this.token, translate);
    addEventRoutes(app, this.events);
    this.port = listenOn("127.0.0.1", 0, (request, server) => app.fetch(request, server));
  }

  async end(): Promise<void> {
    this.events.stop();
    await this.port.stop();
  }

  follow(how: Following = {}): Promise<Follower> {
    return Follower.open(this.port.port, this.token, how);
  }

  /** A connection over which `request` was sent, and which is read by hand. */
  get address() {
    const request = `GET /events HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${this.token}\r\n\r\n`;
    return { hostname: "127.0.0.1", port: this.port.port, request };
  }

  /** An event of each of these jobs. */
  happen(first: number, last = first, { type = "job.changed", sql = this.queue.sql, size = 0 }: Happening = {}) {
    return sql`
      with told as (
        insert into event (type, job, data) select ${type}, job, jsonb_build_object('name', repeat('x', ${size}))
        from generate_series(${first}::int, ${last}::int) as job)
      select pg_notify('drqueue', '{"events":true}')`;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stage[Symbol.asyncDispose]();
  }

  private watched(): Sql {
    const { sql } = this.queue;
    const { number, held, holding } = this.hold;
    if (++this.statements !== number) return sql;
    return (async (words: TemplateStringsArray, ...values: string[]) => {
      const rows = await sql(words, ...values);
      holding();
      await held;
      return rows;
    }) as unknown as Sql;
  }
}
