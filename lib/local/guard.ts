// What the HTTP ports of master and slave have in common: the token, the size of bodies, the shape of errors.

import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { getLogger } from "@logtape/logtape";
import type { Context, ErrorHandler, MiddlewareHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import { matchedRoutes } from "hono/route";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import { largestBody, type Problem, type Problem as problemSchema } from "../wire";
import { addDocs } from "./docs";
import { type About, describeApi } from "./openapi";
import { titles } from "./titles";
import { sameToken } from "./token";

/** An error with the HTTP status that says it best; its message is shown to the caller. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

/**
 * What a browser is told of an answer that it may show as if it were a page, such as the log of a hostile jobscript: it is what it says it
 * is, runs nothing, stands in no page of others and is not kept.
 */
const inBrowsers = {
  "x-content-type-options": "nosniff",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "cache-control": "no-store",
};

/** The most of an explanation, characters. */
const mostExplained = 300;

/**
 * For the `responses` of a route: the errors that it may answer beside those that follow from what it asks for, which are 401, 400 for
 * parameters and bodies, 413 and 415 for bodies. Every error has the shape of a Problem.
 */
export const problems = <C extends 404 | 409 | 416 | 502 | 503>(...codes: C[]) =>
  Object.fromEntries(codes.map((code) => [code, { description: titles[code] }])) as {
    [code in C]: { description: string; content: { "application/problem+json": { schema: typeof problemSchema } } };
  };

/** For the `responses` of a route: a JSON answer of this schema. */
export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

/** For the `request` of a route: a JSON body of this schema, and one that the documentation shows. */
export const body = <T extends z.ZodType>(schema: T, example?: z.input<T>) => {
  // No schema waits for anything, and checked without waiting a sync costs a quarter.
  schema.safeParseAsync = async (given, params) => schema.safeParse(given, params);
  return { required: true, content: { "application/json": { schema, ...(example !== undefined && { example }) } } };
};

/**
 * How a port is watched. `unready`: why it cannot serve now, in a few words; undefined when it can. `answered`: a request was, by the
 * template of its route, `/jobs/{id}`, which is `other` where there is none. `admit` holds back or refuses what has the token.
 * `knows`: what /health says of things that clients may count on. `open` adds routes that want no token, since they hold no data.
 * `isSignedIn`: whether something else than the token in a header lets a request in.
 */
export type Watchers = {
  unready?: () => Promise<string | undefined> | string | undefined;
  answered?: (method: string, route: string, status: number, seconds: number) => void;
  admit?: MiddlewareHandler;
  knows?: readonly string[];
  open?: (app: OpenAPIHono) => void;
  isSignedIn?: (c: Context) => boolean;
};

const Health = z.object({
  status: z.literal("ok"),
  knows: z.array(z.string()).optional().describe("What clients may count on, and earlier releases do not have"),
});

/**
 * An app of which every route wants the token, but those that hold no data: /health, /ready, the description at /openapi.json, and the
 * page that shows it at /docs. `translate` turns an error of the rooms below into an HttpError. `larger`: paths whose bodies may have
 * more bytes.
 */
export function guardedApp(
  token: string,
  translate: (error: Error) => HttpError | undefined,
  about: About = { title: "DrQueue", description: "A render queue: jobs, slaves, and what happens" },
  larger: Readonly<Record<string, number>> = {},
  { unready, answered, admit, knows, open, isSignedIn }: Watchers = {},
): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result, c) => (result.success ? undefined : answer(c, 400, explain(result.error))),
  });
  if (answered)
    app.use(async (c, next) => {
      const begun = performance.now();
      await next();
      answered(c.req.method, routeOf(c), c.res.status, (performance.now() - begun) / 1000);
    });
  addOpenRoutes(app, about, unready, knows);
  open?.(app);
  app.use(async (c, next) => {
    const given = /^Bearer (.+)$/.exec(c.req.header("authorization") ?? "")?.[1];
    if (given === undefined && isSignedIn?.(c)) {
      await next();
      for (const [name, value] of Object.entries(inBrowsers))
        if (!c.res.headers.has(name)) c.res.headers.set(name, value);
      return;
    }
    if (given === undefined)
      return answer(c, 401, "the farm's token is missing: send it as 'Authorization: Bearer TOKEN'");
    if (!sameToken(given, token))
      return answer(
        c,
        401,
        "this is not the farm's token: compare DRQUEUE_TOKEN with the file 'token' in the master's data folder",
      );
    return next();
  });
  const atMost = (maxSize: number) =>
    bodyLimit({ maxSize, onError: (c) => answer(c, 413, `a request has at most ${maxSize / 1024 / 1024} MB`) });
  for (const [path, bytes] of Object.entries(larger)) app.use(path, atMost(bytes));
  const usual = atMost(largestBody);
  app.use((c, next) => (c.req.path in larger ? next() : usual(c, next)));
  if (admit) app.use(admit);
  app.notFound((c) => answer(c, 404, `there is no ${c.req.method} ${c.req.path}`));
  app.onError(errorsOf(translate));
  return app;
}

/** The template of the route that a request matched, the first one where several do; what matches all methods is middleware. */
function routeOf(c: Context): string {
  const path = matchedRoutes(c).find(({ method }) => method !== "ALL")?.path;
  return path?.replace(/:(\w+)(\{[^}]*\})?/g, "{$1}") ?? "other";
}

function addOpenRoutes(
  app: OpenAPIHono,
  about: About,
  unready: Watchers["unready"] = () => undefined,
  knows?: readonly string[],
): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/health",
      operationId: "health",
      summary: "Whether the program answers; wants no token",
      tags: ["about"],
      security: [],
      responses: { 200: json(Health, "It does") },
    }),
    (c) => c.json({ status: "ok" as const, ...(knows && { knows: [...knows] }) }, 200),
  );
  app.openapi(
    createRoute({
      method: "get",
      path: "/ready",
      operationId: "ready",
      summary: "Whether the program can do its work now; wants no token",
      tags: ["about"],
      security: [],
      responses: { 200: json(z.object({ status: z.literal("ready") }), "It can"), ...problems(503) },
    }),
    async (c) => {
      const why = await unready();
      if (why !== undefined) throw new HttpError(503, why, { "retry-after": "1" });
      return c.json({ status: "ready" as const }, 200);
    },
  );
  // Made when first asked for: programs start without it.
  let document: ReturnType<typeof describeApi> | undefined;
  app.openapi(
    createRoute({
      method: "get",
      path: "/openapi.json",
      operationId: "describe",
      summary: "This description; wants no token",
      tags: ["about"],
      security: [],
      responses: { 200: json(z.looseObject({ openapi: z.string() }), "An OpenAPI 3.1 document") },
    }),
    (c) => {
      document ??= describeApi(app, about);
      return c.json(document as { openapi: string }, 200);
    },
  );
  addDocs(app);
}

function errorsOf(translate: (error: Error) => HttpError | undefined): ErrorHandler {
  return (error, c) => {
    const known = error instanceof HttpError ? error : translate(error);
    if (known) return answer(c, known.status, known.message, known.headers);
    if ("status" in error && error.status === 400) return answer(c, 400, "the body is not JSON");
    if ("status" in error && error.status === 415)
      return answer(c, 415, "the body must be JSON: send it with 'content-type: application/json'");
    getLogger("drqueue").error("{method} {path} failed: {error}", { method: c.req.method, path: c.req.path, error });
    return answer(c, 500, "internal error: the log of the program that answered has more");
  };
}

function answer(c: Context, status: number, detail: string, headers: Record<string, string> = {}): Response {
  const problem: Problem = { type: "about:blank", title: titles[status] ?? "Error", status, detail };
  return c.json(problem, status as ContentfulStatusCode, { ...headers, "content-type": "application/problem+json" });
}

/** The first thing wrong with a request, in one line; never the rejected input itself. */
function explain(error: z.ZodError): string {
  const issue = error.issues[0];
  if (!issue) return "the request is not valid";
  const more = error.issues.length > 1 ? ` (and ${error.issues.length - 1} more)` : "";
  return `${issue.path.length > 0 ? `${inOneLine(issue.path.join("."))}: ` : ""}${inOneLine(issue.message)}${more}`;
}

/** The names of keys that are not known come from outside, as many and as long as a body may be. */
function inOneLine(words: string): string {
  const line = words.slice(0, mostExplained + 1).replace(/[\s\p{C}]+/gu, " ");
  return line.length > mostExplained ? `${line.slice(0, mostExplained)}...` : line;
}
