// A line between two programs that can be cut, slowed down, stopped, or say things twice.
import { createServer, connect as dial, type Server, type Socket } from "node:net";
import { Requests } from "./requests";

/** What a line does to what goes through it. `clear`: nothing. */
export type Mode = "clear" | "drop requests" | "drop answers" | "delay" | "stall" | "repeat requests";

/** The other end: undefined while nobody listens there. */
export type Target = () => number | undefined;

type Pair = { near: Socket; far: Socket; requests: Requests | undefined };

/** One line, with a port for each of the places it leads to. All that it carries goes over loopback. */
export class Line {
  mode: Mode = "clear";
  readonly ports: number[] = [];
  /** How often requests were sent twice. */
  repeated = 0;
  private readonly servers: Server[] = [];
  private readonly pairs = new Set<Pair>();

  private constructor(
    readonly name: string,
    private readonly http: boolean,
  ) {}

  /** Opens a port for each target. `http`: requests are told apart, so that they can be repeated. */
  static async open(name: string, targets: readonly Target[], http: boolean): Promise<Line> {
    const line = new Line(name, http);
    for (const target of targets) {
      const server = createServer({ allowHalfOpen: false }, (near) => line.accept(near, target));
      await new Promise<void>((resolve, reject) => {
        server.once("error", reject);
        server.listen(0, "127.0.0.1", resolve);
      });
      line.servers.push(server);
      line.ports.push((server.address() as { port: number }).port);
    }
    return line;
  }

  /** From now on, also for what is connected already. */
  set(mode: Mode): void {
    this.mode = mode;
    if (mode === "drop requests") this.cut();
    for (const { near, far } of this.pairs)
      for (const one of [near, far]) mode === "stall" ? one.pause() : one.resume();
  }

  async close(): Promise<void> {
    this.cut();
    await Promise.all(this.servers.map((server) => new Promise((closed) => server.close(closed))));
  }

  private cut(): void {
    for (const { near, far } of this.pairs) {
      near.destroy();
      far.destroy();
    }
    this.pairs.clear();
  }

  private accept(near: Socket, target: Target): void {
    const port = target();
    if (port === undefined || this.mode === "drop requests") {
      near.on("error", () => {});
      near.destroy();
      return;
    }
    const far = dial({ host: "127.0.0.1", port });
    const requests = this.http ? new Requests((bytes) => this.repeat(bytes, port)) : undefined;
    const pair = { near, far, requests };
    this.pairs.add(pair);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.setNoDelay(true);
      one.on("error", () => other.destroy());
      one.on("close", () => {
        other.destroy();
        this.pairs.delete(pair);
      });
      one.on("end", () => other.end());
      if (this.mode === "stall") one.pause();
    }
    near.on("data", (bytes: Buffer) => {
      requests?.add(bytes);
      this.carry(bytes, far);
    });
    far.on("data", (bytes: Buffer) => {
      if (this.mode !== "drop answers") return this.carry(bytes, near);
      near.destroy();
      far.destroy();
    });
  }

  private carry(bytes: Buffer, to: Socket): void {
    // All wait equally long: their order stays.
    if (this.mode === "delay" || this.delayed > 0) {
      this.delayed++;
      setTimeout(
        () => {
          this.delayed--;
          if (!to.destroyed) to.write(bytes);
        },
        this.http ? 150 : 30,
      );
    } else if (!to.destroyed) to.write(bytes);
  }
  private delayed = 0;

  /** Over a connection of its own, whose answer nobody reads. */
  private repeat(bytes: Buffer, port: number): void {
    if (this.mode !== "repeat requests") return;
    this.repeated++;
    const far = dial({ host: "127.0.0.1", port });
    far.on("error", () => {});
    far.write(bytes);
    far.resume();
    setTimeout(() => far.destroy(), 3000);
  }
}
