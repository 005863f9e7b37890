// Looking at lines by rules and patterns, which a worker does: one that takes too long is ended with it.
import type { OutputRules } from "../../rules";
import type { Places } from "./find";

/** Names the log of a run. */
export type LogName = { job: number; frame: number; attempt: number };

/** What lines are looked at for: what a person wants to find, or what the job says of its output. */
export type Look = { find: string } | { rules: OutputRules };

/** What was seen in a line. */
export type Seen = { places?: Places; mark?: "fatal" | "warning" | undefined };

/** Bytes of the log, one part after the other, that each begin with a line. */
export type Parts = readonly (readonly [from: number, to: number])[];

export type Asked =
  | { type: "look"; look: Look }
  | { type: "ping" }
  | { type: "judge"; id: number; lines: readonly string[] }
  | { type: "scan"; log: LogName; parts: Parts }
  | { type: "stop" };

export type Answered =
  | { type: "alive" }
  | { type: "judged"; id: number; seen: Seen[] }
  | { type: "scanned"; found: number[]; done: number }
  | { type: "over"; rest: number }
  | { type: "failed"; words: string };

/** `found`: where lines begin, `done`: bytes looked through so far. */
export type Heard = (found: readonly number[], done: number) => void;

/** The program of the worker, as the bundle names it. */
declare const lookProgram: string;

type Policies = { createPolicy(name: string, rules: object): { createScriptURL(text: string): string } };

/** Browsers that want it said by a policy which addresses are programs know just this one. */
const { trustedTypes } = globalThis as { trustedTypes?: Policies };
const program =
  trustedTypes?.createPolicy("look", { createScriptURL: () => lookProgram }).createScriptURL("") ?? lookProgram;

/** Asked so often whether it is still there, and so often in vain, it is stuck. */
const pingMs = 700;
const mostPings = 4;

export class Looking {
  private readonly worker = new Worker(program, { type: "module" });
  private readonly judging = new Map<number, (seen: Seen[] | undefined) => void>();
  private scanning: { heard: Heard; over: (rest: number) => void; failed: (error: Error) => void } | undefined;
  private asked = 0;
  private pings = 0;
  private closed = false;
  private readonly pinging: ReturnType<typeof setInterval>;

  /** `gaveUp` is told in words why it looks no more. Throws where there are no workers. */
  constructor(
    look: Look,
    private readonly gaveUp: (why: string) => void,
  ) {
    this.worker.onmessage = ({ data }: MessageEvent<Answered>) => this.hear(data);
    this.worker.onerror = () => this.giveUp("This browser does not look through logs.");
    this.send({ type: "look", look });
    this.pinging = setInterval(() => {
      if (this.judging.size === 0 && !this.scanning) return;
      if (++this.pings > mostPings) this.giveUp("This pattern takes too long.");
      else this.send({ type: "ping" });
    }, pingMs);
  }

  /** What is seen in each of the lines; undefined when it looks no more. */
  judge(lines: readonly string[]): Promise<Seen[] | undefined> {
    if (this.closed) return Promise.resolve(undefined);
    const id = ++this.asked;
    return new Promise((tell) => {
      this.judging.set(id, tell);
      this.send({ type: "judge", id, lines });
    });
  }

  /** Looks through a log. Returns where the last line of the first part begins. Throws when it cannot be read; never returns once stopped or closed. */
  scan(log: LogName, parts: Parts, heard: Heard): Promise<number> {
    if (this.closed) return Promise.reject(new Error("Find it anew."));
    return new Promise((over, failed) => {
      this.scanning = { heard, over, failed };
      this.send({ type: "scan", log, parts });
    });
  }

  /** Looks through the log no further. */
  stop(): void {
    this.scanning = undefined;
    this.send({ type: "stop" });
  }

  close(): void {
    this.closed = true;
    clearInterval(this.pinging);
    this.worker.terminate();
    for (const tell of this.judging.values()) tell(undefined);
    this.judging.clear();
    this.scanning = undefined;
  }

  private send(asked: Asked): void {
    this.worker.postMessage(asked);
  }

  private giveUp(why: string): void {
    this.close();
    this.gaveUp(why);
  }

  private hear(answer: Answered): void {
    this.pings = 0;
    const { scanning } = this;
    if (answer.type === "judged") {
      this.judging.get(answer.id)?.(answer.seen);
      this.judging.delete(answer.id);
    } else if (answer.type === "scanned") scanning?.heard(answer.found, answer.done);
    else if (answer.type === "over" || answer.type === "failed") {
      this.scanning = undefined;
      if (answer.type === "over") scanning?.over(answer.rest);
      else scanning?.failed(new Error(answer.words));
    }
  }
}
