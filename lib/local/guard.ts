// What the HTTP ports of master and slave have in common: the token, the size of bodies, the shape of errors.

import { OpenAPIHono } from "@hono/zod-openapi";
import { getLogger } from "@logtape/logtape";
import type { Context, ErrorHandler } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { z } from "zod";
import { largestBody, type Problem, Problem as problemSchema } from "../wire";
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

/** The most of an explanation, characters. */
const mostExplained = 300;

const titles: Record<number, string> = {
  400: "Bad request",
  401: "Not signed in",
  404: "Not found",
  409: "Conflict",
  413: "Too large",
  415: "Not JSON",
  500: "Internal error",
  502: "No answer from the slave",
  503: "Not available now",
};

/** For the `responses` of a route: every error has this shape. */
export const problems = {
  default: { description: "An error", content: { "application/problem+json": { schema: problemSchema } } },
} as const;

/** For the `responses` of a route: a JSON answer of this schema. */
export const json = <T extends z.ZodType>(schema: T, description: string) => ({
  description,
  content: { "application/json": { schema } },
});

/** For the `request` of a route: a JSON body of this schema. */
export const body = <T extends z.ZodType>(schema: T) => ({
  required: true,
  content: { "application/json": { schema } },
});

/** An app of which every route but /health wants the token. `translate` turns an error of the rooms below into an HttpError. */
export function guardedApp(token: string, translate: (error: Error) => HttpError | undefined): OpenAPIHono {
  const app = new OpenAPIHono({
    defaultHook: (result, c) => (result.success ? undefined : answer(c, 400, explain(result.error))),
  });
  app.get("/health", (c) => c.json({ status: "ok" }));
  app.use(async (c, next) => {
    const given = /^Bearer (.+)$/.exec(c.req.header("authorization") ?? "")?.[1];
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
  app.use(
    bodyLimit({
      maxSize: largestBody,
      onError: (c) => answer(c, 413, `a request has at most ${largestBody / 1024 / 1024} MB`),
    }),
  );
  app.notFound((c) => answer(c, 404, `there is no ${c.req.method} ${c.req.path}`));
  app.onError(errorsOf(translate));
  return app;
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
