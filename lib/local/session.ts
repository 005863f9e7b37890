// Browsers are signed in by a cookie that only who knows the farm's token can make. Nothing is kept of it: it says itself until when.
import { createHash, createHmac } from "node:crypto";
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import { getCookie, setCookie } from "hono/cookie";
import { HttpError } from "./guard";
import { sameToken } from "./token";

/** How long a browser stays signed in, s. */
const lastsS = 30 * 86_400;

const SignIn = z.strictObject({ token: z.string().max(1000) });
const elsewhere = "this comes from the page of another site: only the farm's own page may change it";

/** The cookie of this farm: browsers send those of all ports of a host. */
const nameOf = (token: string) => `drqueue_${createHash("sha256").update(token).digest("hex").slice(0, 8)}`;

const sealOf = (token: string, until: number) =>
  createHmac("sha256", token).update(`signed in until ${until}`).digest("base64url");

/** What a cookie says that is good until then, ms. */
export function sessionUntil(token: string, until: number): string {
  return `${until}.${sealOf(token, until)}`;
}

/** Whether it was made by who knows the token, and is still good at this time, ms. */
export function isSession(value: string, token: string, now: number): boolean {
  const [, until, seal] = /^(\d{1,15})\.([\w-]+)$/.exec(value) ?? [];
  return until !== undefined && Number(until) > now && sameToken(seal!, sealOf(token, Number(until)));
}

/** Whether a request comes from a browser that is signed in. Throws an HttpError when another site made the browser send it. */
export function isSignedIn(c: Context, token: string): boolean {
  const value = getCookie(c, nameOf(token));
  if (value === undefined || !isSession(value, token, Date.now())) return false;
  if (c.req.method !== "GET" && c.req.method !== "HEAD" && !isOwnOrigin(c)) throw new HttpError(403, elsewhere);
  return true;
}

/** Whether a browser says that the page was this farm's own: with all that changes something it does say. */
function isOwnOrigin(c: Context): boolean {
  const origin = c.req.header("origin");
  return origin !== undefined && URL.canParse(origin) && new URL(origin).host === c.req.header("host");
}

/** Adds /session, for browsers alone: signing in by the token, and out. */
export function addSession(app: OpenAPIHono, token: string): void {
  const keep = (c: Context, value: string, maxAge: number) =>
    setCookie(c, nameOf(token), value, {
      httpOnly: true,
      sameSite: "Strict",
      path: "/",
      maxAge,
      // Behind a proxy with https the farm itself sees none of it.
      secure: c.req.header("origin")?.startsWith("https:") ?? false,
    });
  app.use("/session", bodyLimit({ maxSize: 10_000 }));
  app.post("/session", async (c) => {
    // Nobody else's page may sign a browser in here.
    if (c.req.header("origin") !== undefined && !isOwnOrigin(c)) throw new HttpError(403, elsewhere);
    const given = SignIn.safeParse(await c.req.json().catch(() => undefined));
    if (!given.success) throw new HttpError(400, 'send {"token": "..."}, the farm\'s token');
    if (!sameToken(given.data.token.trim(), token))
      throw new HttpError(
        401,
        "this is not the farm's token: it is in the file 'token' in the master's data folder, or in DRQUEUE_TOKEN",
      );
    keep(c, sessionUntil(token, Date.now() + lastsS * 1000), lastsS);
    return c.body(null, 204);
  });
  app.delete("/session", (c) => {
    keep(c, "", 0);
    return c.body(null, 204);
  });
}
