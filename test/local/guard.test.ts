// What the ports of master and slave have in common: the token, the size of bodies, the shape of errors.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { body, guardedApp, HttpError, json, problems } from "../../lib/local/guard";
import { Metrics } from "../../lib/local/metrics";
import { type Listening, listenOn } from "../../lib/local/port";
import { newToken } from "../../lib/local/token";
import type { Dispatcher } from "../../lib/master/dispatch";
import type { Kinds } from "../../lib/master/kinds";
import { addJobRoutes } from "../../lib/master/routes/jobs";
import { addKindRoutes } from "../../lib/master/routes/kinds";
import { addLicenceRoutes } from "../../lib/master/routes/licences";
import { addLogRoutes } from "../../lib/master/routes/logs";
import { addOwnerRoutes } from "../../lib/master/routes/owners";
import { addSlaveRoutes } from "../../lib/master/routes/slaves";
import type { Queue } from "../../lib/queue/open";
import { slaveApp } from "../../lib/slave/app";
import { largestBody, type Problem } from "../../lib/wire";

const token = newToken();
const signed = { authorization: `Bearer ${token}`, "content-type": "application/json" };

/** Whatever gets past the guard fails the test: there is nothing behind it. */
const behind = () => {
  throw new Error("a request got past the guard");
};
const nothing = new Proxy({}, { get: behind });

function masterApp(): OpenAPIHono {
  const app = guardedApp(token, () => undefined);
  addJobRoutes(app, nothing as Queue, nothing as Kinds, "/no/such");
  addSlaveRoutes(app, nothing as Queue, nothing as Dispatcher, token);
  addLogRoutes(app, nothing as Queue, { logs: "/no/such", token }, undefined);
  addKindRoutes(app, nothing as Kinds);
  addLicenceRoutes(app, nothing as Queue);
  addOwnerRoutes(app, nothing as Queue);
  return app;
}
const apps: [name: string, app: () => OpenAPIHono, fewest: number][] = [
  ["the master", masterApp, 30],
  [
    "a slave",
    () =>
      slaveApp(token, {
        state: behind,
        history: behind,
        change: behind,
        logs: "/no/such",
        writes: behind,
        holds: behind,
        forgetJob: behind,
        metrics: new Metrics(),
        connected: () => true,
      }),
    4,
  ],
];

/** What holds no data: that the program runs and can serve, the description of its routes, and the page that shows it. */
const open = ["/health", "/ready", "/openapi.json", "/docs", "/docs/page.css", "/docs/swagger-ui.js", "/docs/page.js"];

describe("without the farm's token there is no way in", () => {
  const wrong: [what: string, headers: Record<string, string>][] = [
    ["none", {}],
    ["an empty one", { authorization: "Bearer " }],
    ["another one", { authorization: `Bearer ${newToken()}` }],
    ["one that begins right", { authorization: `Bearer ${token.slice(0, -1)}` }],
    ["one that goes on", { authorization: `Bearer ${token}x` }],
    ["one without its scheme", { authorization: token }],
    ["a password", { authorization: `Basic ${btoa(`drqueue:${token}`)}` }],
    ["a cookie", { cookie: `token=${token}` }],
  ];
  for (const [name, make, fewest] of apps) {
    test(`by any route of ${name} but those that hold no data`, async () => {
      const app = make();
      const routes = app.routes.filter(({ method, path }) => method !== "ALL" && !open.includes(path));
      expect(new Set(routes.map(({ method, path }) => `${method} ${path}`)).size).toBeGreaterThanOrEqual(fewest);
      for (const { method, path } of routes) {
        const url = path.replace(":id", "1").replace(":frame", "1").replace(":name", "s1");
        for (const [what, headers] of wrong) {
          const response = await app.request(`${url}?token=${token}`, { method, headers });
          expect([what, method, path, response.status]).toEqual([what, method, path, 401]);
        }
      }
      const unsigned = [
        ["GET", "/nothing/here"],
        ["POST", "/health"],
        ["POST", "/openapi.json"],
        ["GET", "/docs/../jobs"],
        ["GET", "/docs/package.json"],
        ["GET", "/health/"],
        ["GET", "//health/../jobs"],
        ["OPTIONS", "/jobs"],
        ["HEAD", "/jobs"],
        ["TRACE", "/slave"],
      ] as const;
      for (const [method, path] of unsigned)
        expect([path, (await app.request(path, { method })).status]).toEqual([path, 401]);
      expect(await (await app.request("/health")).json()).toEqual({ status: "ok" });
      for (const path of open.slice(1)) {
        const response = await app.request(path);
        expect([path, response.status]).toEqual([path, 200]);
        expect(await response.text()).not.toContain(token);
      }
    });
  }

  test("and the refusal says where the token is, but not what it is", async () => {
    const app = masterApp();
    for (const headers of [{}, { authorization: "Bearer wrong" }]) {
      const response = await app.request("/jobs", { headers });
      expect(response.headers.get("content-type")).toBe("application/problem+json");
      const said = await response.text();
      expect(said).toContain("token");
      expect(said).not.toContain(token);
      expect(said).not.toContain("wrong");
    }
  });
});

describe("a request that goes wrong is one line, in the shape of a problem", () => {
  const app = guardedApp(token, (error) =>
    error.message === "taken" ? new HttpError(409, "it is taken", { "retry-after": "7" }) : undefined,
  );
  app.openapi(
    createRoute({
      method: "post",
      path: "/things",
      request: { body: body(z.strictObject({ name: z.string().max(3), size: z.int().optional() })) },
      responses: { 200: json(z.object({}), "Done"), ...problems },
    }),
    (c) => {
      const { name } = c.req.valid("json");
      if (name === "bad") throw new Error("a secret of ours");
      if (name === "had") throw new Error("taken");
      return c.json({}, 200);
    },
  );
  let port: Listening;
  beforeAll(() => {
    port = listenOn("127.0.0.1", 0, (request, server) => app.fetch(request, server));
  });
  afterAll(() => port.stop());

  const send = async (sent: BodyInit, headers: Record<string, string> = signed) => {
    const response = await fetch(`http://127.0.0.1:${port.port}/things`, { method: "POST", headers, body: sent });
    return { status: response.status, problem: (await response.json()) as Problem, headers: response.headers };
  };

  test("what is wrong is named, but not repeated", async () => {
    const { status, problem } = await send('{"name": "much too long", "size": "x"}');
    expect(status).toBe(400);
    expect(problem).toMatchObject({ type: "about:blank", status: 400, title: "Bad request" });
    expect(problem.detail).toMatch(/^name: .*\(and 1 more\)$/);
    expect(problem.detail).not.toContain("much too long");
  });

  test("a body that is not JSON, or does not say that it is", async () => {
    expect((await send("{name")).problem).toMatchObject({ status: 400, detail: "the body is not JSON" });
    const plain = { ...signed, "content-type": "application/x-www-form-urlencoded" };
    expect((await send('{"name":"a"}', plain)).problem).toMatchObject({
      status: 415,
      detail: expect.stringContaining("content-type: application/json") as string,
    });
  });

  test("an error of ours keeps its words for the log", async () => {
    const { status, problem } = await send('{"name":"bad"}');
    expect(status).toBe(500);
    expect(JSON.stringify(problem)).not.toContain("secret");
  });

  test("an error that the rooms below know is translated", async () => {
    const { problem, headers } = await send('{"name":"had"}');
    expect(problem).toEqual({ type: "about:blank", title: "Conflict", status: 409, detail: "it is taken" });
    expect(headers.get("retry-after")).toBe("7");
  });

  test("a body of 10 MB is refused, with its length told or not", async () => {
    const large = `{"name":"${"x".repeat(10 * 1024 * 1024)}"}`;
    const piecewise = () =>
      new ReadableStream({
        start(controller) {
          for (let at = 0; at < large.length; at += 256 * 1024)
            controller.enqueue(new TextEncoder().encode(large.slice(at, at + 256 * 1024)));
          controller.close();
        },
      });
    for (const sent of [large, piecewise()]) {
      const { status, problem } = await send(sent);
      expect(status).toBe(413);
      expect(problem.detail).toBe(`a request has at most ${largestBody / 1024 / 1024} MB`);
    }
    expect((await send(JSON.stringify({ name: "abc" }))).status).toBe(200);
  });

  test("a path that is not there", async () => {
    const response = await app.request("/nothing", { headers: signed });
    expect(await response.json()).toMatchObject({ status: 404, detail: "there is no GET /nothing" });
  });
});
