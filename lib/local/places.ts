// How many may be let in at a port, whose turn it is, and what is said to those for whom there is no room.
import type { Problem } from "../wire";
import { within } from "./deadline";
import { HttpError } from "./guard";
import { titles } from "./titles";

/** The longest that a request waits for its turn, ms. */
const longestTurnMs = 15_000;

/** So many are refused at once in this time; the others in the next. */
const refusalsEach = { ms: 100, most: 200 } as const;

/** What those are told who are sent away: when to come back, in seconds. */
export const again = { "retry-after": "1" };

/**
 * Answers those for whom there is no room: at once, unless they are very many. Who floods asks again as soon as it is answered, and
 * thousands that do so would leave the process no time for anything else: they are answered at the rate that it can bear.
 */
export class Refusals {
  private said = 0;
  private readonly line: (() => void)[] = [];
  private timer: Timer | undefined;

  say(status: 429 | 503): Response | Promise<Response> {
    this.timer ??= setInterval(() => this.tick(), refusalsEach.ms);
    if (this.said++ < refusalsEach.most) return refused(status);
    return new Promise((answer) => this.line.push(() => answer(refused(status))));
  }

  private tick(): void {
    const now = this.line.splice(0, refusalsEach.most);
    for (const answer of now) answer();
    if (this.said === 0 && now.length === 0) {
      clearInterval(this.timer);
      this.timer = undefined;
    }
    this.said = now.length;
  }
}

/** So many may be here at a time. */
export class Places {
  private taken = 0;

  constructor(
    private readonly what: string,
    private readonly most: number,
    private readonly shed: () => void,
  ) {}

  get count(): number {
    return this.taken;
  }

  get isFull(): boolean {
    return this.taken >= this.most;
  }

  /** Returns how to leave, which may be called again. Throws an HttpError when there is no room. */
  enter(): () => void {
    if (this.isFull) {
      this.shed();
      throw new HttpError(
        503,
        `this master has ${this.most} ${this.what} under way, and no room for more: ask again`,
        again,
      );
    }
    this.taken++;
    let here = true;
    return () => {
      if (here) this.taken--;
      here = false;
    };
  }
}

/** Lets so many act at a time; the others wait in line. */
export class Turns {
  private free: number;
  private readonly line: (() => void)[] = [];

  constructor(
    atOnce: number,
    private readonly shed: () => void,
  ) {
    this.free = atOnce;
  }

  /** Waits for a turn; returns how to end it. Throws an HttpError when it does not come in time. */
  async take(): Promise<() => void> {
    if (this.free > 0) this.free--;
    else {
      let called = () => {};
      const turn = new Promise<void>((resolve) => {
        called = resolve;
      });
      this.line.push(called);
      if (!(await within(longestTurnMs, turn))) {
        const at = this.line.indexOf(called);
        // Called in the very moment in which it gave up.
        if (at < 0) this.next();
        else this.line.splice(at, 1);
        this.shed();
        throw new HttpError(503, "this master is busy, and your turn did not come: ask again", again);
      }
    }
    return () => this.next();
  }

  private next(): void {
    const called = this.line.shift();
    if (called) called();
    else this.free++;
  }
}

function refused(status: 429 | 503): Response {
  const detail =
    status === 429 ? "too many requests of yours are under way here: ask again" : "this master is busy: ask again";
  const problem: Problem = { type: "about:blank", title: titles[status]!, status, detail };
  return new Response(JSON.stringify(problem), {
    status,
    headers: { "content-type": "application/problem+json", ...again },
  });
}
