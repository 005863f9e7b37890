// What a port does when more is asked of it than it can do: what is over a bound is refused at once, with the time to ask again, so
// that the rest is answered soon. Syncs and streams have bounds of their own and do not wait behind people's requests.
import { getConnInfo } from "hono/bun";
import { createMiddleware } from "hono/factory";
import type { Problem } from "../wire";
import { within } from "./deadline";
import { HttpError } from "./guard";
import { titles } from "./titles";

/** How many at a time. `others` of which `atOnce` are carried out; the body of a request must be there after `bodyMs`. */
export type Bounds = { syncs: number; streams: number; others: number; atOnce: number; bodyMs: number };

export const usualBounds: Bounds = { syncs: 30_000, streams: 2000, others: 1000, atOnce: 64, bodyMs: 10_000 };

/** The longest that a request waits for its turn, ms. */
const longestTurnMs = 15_000;

/** So many are refused at once in this time; the others in the next. */
const refusalsEach = { ms: 100, most: 200 } as const;

const again = { "retry-after": "1" };

/**
 * `refusal`: the answer to a request for which there is no room, before anything else is done for it. `admit`: middleware behind the
 * check of the token and the limit of the body. `shed` is called for each that is refused.
 */
export function shedding(bounds: Bounds = usualBounds, shed: () => void = () => {}) {
  const syncs = new Places("slaves", bounds.syncs, shed);
  const streams = new Places("programs that follow logs or events", bounds.streams, shed);
  const others = new Places("requests", bounds.others, shed);
  const turns = new Turns(bounds.atOnce, shed);
  const refusals = new Refusals();
  const byAddress = new Map<string, number>();

  const refusal = (
    request: Request,
    server: Pick<Bun.Server<undefined>, "requestIP">,
  ): Response | Promise<Response> | undefined => {
    const path = pathOf(request.url);
    if (path === "/sync" || isUnbounded(path) || isStream(path)) return undefined;
    if (others.isFull) {
      shed();
      return refusals.say(503);
    }
    // Nobody can have so many while all have less.
    if (others.count < bounds.others / 2) return undefined;
    const address = server.requestIP(request)?.address ?? "";
    if ((byAddress.get(address) ?? 0) < bounds.others / 2) return undefined;
    shed();
    return refusals.say(429);
  };

  const admit = createMiddleware(async (c, next) => {
    const { method, path } = c.req;
    if (isUnbounded(path)) return next();
    if (isStream(path)) {
      const leave = streams.enter();
      c.req.raw.signal.addEventListener("abort", leave);
      try {
        await next();
      } catch (error) {
        leave();
        throw error;
      }
      const { body } = c.res;
      if (body) c.res = new Response(untilEnd(body, leave), c.res);
      else leave();
      return;
    }
    // Who sends half a body holds a place as long as this, and takes nobody's turn.
    const hasBody = method !== "GET" && method !== "HEAD";
    const body = async () => {
      if (hasBody && !(await within(bounds.bodyMs, c.req.text())))
        throw new HttpError(408, "the body of the request did not come: send it whole", { connection: "close" });
    };
    if (path === "/sync") {
      const leave = syncs.enter();
      try {
        await body();
        await next();
      } finally {
        leave();
      }
      return;
    }
    const address = getConnInfo(c).remote.address ?? "";
    const theirs = byAddress.get(address) ?? 0;
    if (theirs >= bounds.others / 2) {
      shed();
      throw new HttpError(
        429,
        `${theirs} requests of yours are under way here: ask again when they are answered`,
        again,
      );
    }
    const leave = others.enter();
    byAddress.set(address, theirs + 1);
    try {
      await body();
      const over = await turns.take();
      try {
        await next();
      } finally {
        over();
      }
    } finally {
      leave();
      const left = byAddress.get(address)! - 1;
      if (left === 0) byAddress.delete(address);
      else byAddress.set(address, left);
    }
  });

  return { refusal, admit };
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

/** The path of a URL, cheaper than by a URL. */
function pathOf(url: string): string {
  const from = url.indexOf("/", url.indexOf("//") + 2);
  const to = url.indexOf("?", from);
  return url.slice(from, to < 0 ? url.length : to);
}

/** What probes ask for, which is answered whatever else is asked. */
function isUnbounded(path: string): boolean {
  return path === "/health" || path === "/ready" || path === "/metrics";
}

/** What is answered piece by piece, for as long as its reader likes. */
function isStream(path: string): boolean {
  return path === "/events" || /^\/jobs\/[^/]+\/logs\//.test(path);
}

/**
 * Answers those for whom there is no room: at once, unless they are very many. Who floods asks again as soon as it is answered, and
 * thousands that do so would leave the process no time for anything else: they are answered at the rate that it can bear.
 */
class Refusals {
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
class Places {
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
class Turns {
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

/** A body as it is; `ended` is called when it has, or its reader has gone. */
function untilEnd(body: ReadableStream<Uint8Array>, ended: () => void): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (!done) return controller.enqueue(value);
          controller.close();
        } catch (error) {
          controller.error(error);
        }
        ended();
      },
      cancel(reason) {
        ended();
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
}
