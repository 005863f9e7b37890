// Browsers are signed in by a cookie that only who knows the farm's token can make. Nothing is kept of it: it says itself until when.
import { createHash, createHmac } from "node:crypto";
import { type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { setCookie } from "hono/cookie";
import { within } from "./deadline";
import { HttpError } from "./guard";
import { sameToken } from "./token";

/** How long a browser stays signed in, s. */
const lastsS = 30 * 86_400;

/** What signing in sends is at most so large, bytes, and there within so long, ms: nobody has shown a token yet. */
const mostBytes = 10_000;
const bodyMs = 5000;

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
  const now = Date.now();
  if (!cookiesOf(c, nameOf(token)).some((value) => isSession(value, token, now))) return false;
  if (c.req.method !== "GET" && c.req.method !== "HEAD" && !isOwnPage(c)) throw new HttpError(403, elsewhere);
  return true;
}

/** All cookies of this name: another program of the host may have set one before the farm's, which then comes first. */
function cookiesOf(c: Context, name: string): string[] {
  const pairs = (c.req.header("cookie") ?? "").split(";").map((pair) => pair.trim());
  return pairs.filter((pair) => pair.startsWith(`${name}=`)).map((pair) => pair.slice(name.length + 1));
}

/**
 * Whether a browser says that the page was this farm's own: of all that changes something it says where it comes from. Behind a proxy
 * the host may be another than the one a person sees; but with https browsers compare the two themselves.
 */
function isOwnPage(c: Context): boolean {
  const origin = c.req.header("origin");
  if (origin === undefined || !URL.canParse(origin)) return false;
  const site = c.req.header("sec-fetch-site");
  return site === undefined ? new URL(origin).host === c.req.header("host") : site === "same-origin";
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
  // Nobody else's page may sign a browser in or out here.
  app.use("/session", async (c, next) => {
    if (c.req.header("origin") !== undefined && !isOwnPage(c)) throw new HttpError(403, elsewhere);
    return next();
  });
  app.post("/session", async (c) => {
    const given = SignIn.safeParse(await smallBody(c));
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

/** The JSON of a small body that says how long it is; undefined when there is none. Throws an HttpError when it does not come. */
async function smallBody(c: Context): Promise<unknown> {
  if (!(Number(c.req.header("content-length")) <= mostBytes)) return undefined;
  const text = c.req.text();
  if (!(await within(bodyMs, text)))
    throw new HttpError(408, "the body of the request did not come: send it whole", { connection: "close" });
  try {
    return JSON.parse(await text);
  } catch {
    return undefined;
  }
}
