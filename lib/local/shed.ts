// What a port does when more is asked of it than it can do: what is over a bound is refused at once, with the time to ask again, so
// that the rest is answered soon. Syncs and streams have bounds of their own and do not wait behind people's requests.
import { getConnInfo } from "hono/bun";
import { createMiddleware } from "hono/factory";
import { within } from "./deadline";
import { HttpError } from "./guard";
import { again, Places, Refusals, Turns } from "./places";

/** How many at a time. `others` of which `atOnce` are carried out; the body of a request must be there after `bodyMs`. */
export type Bounds = { syncs: number; streams: number; others: number; atOnce: number; bodyMs: number };

export const usualBounds: Bounds = { syncs: 30_000, streams: 2000, others: 1000, atOnce: 64, bodyMs: 10_000 };

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
      // Nobody reads the body of an answer to HEAD.
      if (body && c.req.raw.method !== "HEAD") c.res = new Response(untilEnd(body, leave), c.res);
      else {
        leave();
        await body?.cancel();
      }
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
  return path === "/events" || /^\/jobs\/[^/]+\/(logs|pictures)\//.test(path);
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
