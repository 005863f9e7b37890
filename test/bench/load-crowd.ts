// The generator of the load, a process of its own: slaves that exist only as syncs, connections that say nothing, submissions at a
// given rate, and people who read lists. Told what to do by messages; answers each `measure` with what it saw since the last.
import { Settings } from "../../lib/settings";
import { protocolVersion, type SyncAnswer } from "../../lib/sync";
import { keyOf, type RunKey } from "../../lib/wire";
import { Wires } from "./load-wire";
import { percentile } from "./report";

/** `taskMs`: how long a task takes on the average. Rates are per second; all but the first four may change while it runs. */
export type Orders = {
  port: number;
  token: string;
  slaves: number;
  idle: number;
  taskMs: number;
  submissions: number;
  lists: number;
};

/** Times in ms. `counts`: requests answered well, by what they were; `errors`: the others, with what was said. */
export type Seen = {
  seconds: number;
  counts: Record<string, number>;
  p50: Record<string, number>;
  p99: Record<string, number>;
  errors: Record<string, number>;
  connections: number;
  /** Results acknowledged since the start. */
  finished: number;
};

const lists = [
  "/jobs?limit=100",
  "/jobs?limit=100&sort=-priority",
  "/jobs?limit=100&sort=name&state=waiting",
  "/jobs?limit=100&owner=owner7",
  "/jobs?limit=100&state=failed&sort=-submitted",
  "/jobs?limit=100&name=shot77",
  "/jobs?limit=100&name=nowhere",
  "/jobs?limit=100&sort=state",
  "/jobs?limit=100&pool=pool3&sort=owner",
  "/slaves?limit=100",
];

class Crowd {
  private samples = new Map<string, number[]>();
  private errors = new Map<string, number>();
  private since = performance.now();
  private finished = 0;
  private readonly wires: Wires;

  constructor(private orders: Orders) {
    this.wires = new Wires(orders.port, orders.token);
  }

  async start(): Promise<void> {
    const { slaves, idle } = this.orders;
    const silent: unknown[] = [];
    for (let at = 0; at < idle; at += 100) {
      silent.push(await Promise.all(Array.from({ length: Math.min(100, idle - at) }, () => this.wires.open())));
    }
    // They come in the course of some seconds, as after a power cut.
    for (let at = 0; at < slaves; at++) {
      void this.slave(at);
      if (at % 50 === 49) await Bun.sleep(25);
    }
    void this.steadily(
      "submission",
      () => this.orders.submissions,
      (at) => [
        "POST",
        "/jobs",
        JSON.stringify({ name: `new${at}`, owner: `owner${at % 50}`, command: ["true"], frames: "1", pool: "load" }),
      ],
    );
    void this.steadily(
      "list",
      () => this.orders.lists,
      (at) => ["GET", lists[at % lists.length]!, ""],
    );
  }

  change(orders: Partial<Orders>): void {
    this.orders = { ...this.orders, ...orders };
  }

  seen(): Seen {
    const by = (value: (samples: number[]) => number) =>
      Object.fromEntries([...this.samples].map(([what, samples]) => [what, value(samples)]));
    const seen: Seen = {
      seconds: (performance.now() - this.since) / 1000,
      counts: by(({ length }) => length),
      p50: by((samples) => percentile(samples, 0.5)),
      p99: by((samples) => percentile(samples, 0.99)),
      errors: Object.fromEntries(this.errors),
      connections: this.wires.opened,
      finished: this.finished,
    };
    this.samples = new Map();
    this.errors = new Map();
    this.since = performance.now();
    return seen;
  }

  /** One slot: it reports what ended and gets the next; while it renders, or nothing waits, its sync is parked. */
  private async slave(at: number): Promise<void> {
    const said = syncOf(at);
    let running: RunKey | undefined;
    let hello = true;
    const sync = async (ended: RunKey | undefined): Promise<SyncAnswer | undefined> => {
      const what = ended ? "sync with a result" : hello ? "first sync" : "parked sync";
      const body = JSON.stringify({
        ...said,
        ...(hello && { hello }),
        running: running ? 1 : 0,
        free: running ? 0 : 1,
        alive: running ? [running] : [],
        ended: ended ? [{ ...ended, reason: "exit", code: 0, ranMs: 5000, cpuMs: 5000, memoryMb: 100 }] : [],
      });
      const answer = await this.ask(what, "POST", "/sync", body);
      if (answer !== undefined && ended) this.finished++;
      return answer === undefined ? undefined : (JSON.parse(answer) as SyncAnswer);
    };
    let ended: RunKey | undefined;
    let due = Number.POSITIVE_INFINITY;
    while (true) {
      // While it renders its sync is parked; the end of the task is told by another one, and the master lets the parked one go.
      const answered = sync(ended);
      const over = () => Bun.sleep(Math.max(0, due - performance.now())).then(() => "over" as const);
      const answer = await (running ? Promise.race([answered, over()]) : answered);
      if (answer === "over") {
        ended = running;
        running = undefined;
      } else if (answer) {
        hello = false;
        ended = undefined;
        const [start] = answer.start;
        if (start && !running) {
          running = keyOf(start);
          due = performance.now() + this.orders.taskMs * (0.5 + Math.random());
        }
      } else {
        hello = true;
        await Bun.sleep(100 + Math.random() * 200);
      }
    }
  }

  /** So many a second, whether those before are answered or not. */
  private async steadily(what: string, rate: () => number, request: (at: number) => [string, string, string]) {
    let owed = 0;
    let last = performance.now();
    for (let at = 0; ; await Bun.sleep(5)) {
      const now = performance.now();
      owed += ((now - last) / 1000) * rate();
      last = now;
      for (; owed >= 1; owed--) void this.ask(what, ...request(at++));
    }
  }

  /** The body of an answer of 2xx; all else is counted as an error. */
  private async ask(what: string, method: string, path: string, body: string): Promise<string | undefined> {
    const begun = performance.now();
    try {
      const answer = await this.wires.ask(method, path, body);
      if (answer.status < 300) {
        this.samples.getOrInsertComputed(what, () => []).push(performance.now() - begun);
        return answer.body;
      }
      this.failed(`${what}: ${answer.status} ${answer.body.slice(0, 200)}`);
    } catch (error) {
      this.failed(`${what}: ${(error as Error).message}`);
    }
    return undefined;
  }

  private failed(why: string): void {
    this.errors.set(why, (this.errors.get(why) ?? 0) + 1);
  }
}

function syncOf(at: number) {
  return {
    version: protocolVersion,
    key: crypto.randomUUID(),
    name: `slave${at}`,
    software: "bench",
    port: 0,
    os: "LINUX",
    cpus: 8,
    memoryMb: 64_000,
    freeMemoryMb: 60_000,
    memoryLeftMb: 60_000,
    gpus: 0,
    gpusLeft: 0,
    load: 1,
    foreignSlots: 0,
    inHours: true,
    settings: Settings.parse({ slots: 1, pools: ["load"], enabled: true }),
  };
}

let crowd: Crowd | undefined;
process.on("message", async (message: Orders | Partial<Orders> | "measure") => {
  if (message === "measure") process.send!(crowd!.seen());
  else if (crowd) crowd.change(message);
  else {
    crowd = new Crowd(message as Orders);
    await crowd.start();
    process.send!("started");
  }
});
