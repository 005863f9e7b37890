// A slave's talk with a master that answers as a test likes.
import { Client } from "../../lib/client";
import { hostNow } from "../../lib/slave/host";
import { Loop } from "../../lib/slave/loop";
import { OwnSettings } from "../../lib/slave/settings";
import type { JobOrder, Ordered } from "../../lib/sync";
import { until } from "../farm";
import { type Heard, listenAsMaster } from "./master";
import { Bench, jobOrder } from "./orders";

/** Both sides of it. */
export class Talk {
  readonly heard: Heard[] = [];
  readonly bench = new Bench(2);
  readonly loop: Loop;
  readonly port: number;
  server: Bun.Server<undefined>;

  constructor() {
    this.server = this.master();
    this.port = this.server.port!;
    this.loop = new Loop(
      new Client({ host: "127.0.0.1", port: this.port, token: "t" }),
      { name: "here", port: 1, address: undefined },
      OwnSettings.open(this.bench.folder),
      this.bench.work,
      { host: hostNow, clock: () => new Date(), gpus: 0 },
    );
    this.bench.onNews = () => this.loop.tell();
    this.loop.tell();
  }

  /** A master that is heard by this test. */
  master(on = 0): Bun.Server<undefined> {
    return listenAsMaster((one) => this.heard.push(one), on);
  }

  /** The next sync of the slave. */
  next(): Promise<Heard> {
    return until(async () => this.heard.shift(), "a sync");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const left = this.loop.leave(1);
    await this.server.stop(true);
    await left;
    await this.bench[Symbol.asyncDispose]();
  }
}

/** What a master answers that orders these runs of a job. */
export function give(command: string[], ...start: Ordered[]): { jobs: JobOrder[]; start: Ordered[] } {
  return { jobs: [jobOrder(command)], start };
}
