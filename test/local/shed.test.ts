import { afterAll, beforeAll, expect, test } from "bun:test";
import { Hono } from "hono";
import { HttpError } from "../../lib/local/guard";
import { type Listening, listenOn } from "../../lib/local/port";
import { shedding } from "../../lib/local/shed";
import { until } from "../farm";

let port: Listening;
/** Requests that were let in and are not answered, and how to answer all. */
let under = 0;
let answerAll = () => {};
/** How many it says that it refused. */
let refused = 0;
let answered: Promise<void>;

beforeAll(() => {
  const app = new Hono();
  const { refusal, admit } = shedding({ syncs: 2, streams: 2, others: 6, atOnce: 2, bodyMs: 200 }, () => refused++);
  app.use(admit);
  app.onError((error) =>
    error instanceof HttpError
      ? new Response(error.message, { status: error.status, headers: error.headers })
      : new Response("", { status: 500 }),
  );
  app.get("/events", () => new Response(new ReadableStream({ start: (stream) => stream.enqueue("hello") })));
  app.get("/jobs/1/logs/:frame", () => new Response("no such log", { status: 404 }));
  app.all("*", async (c) => {
    under++;
    await answered;
    under--;
    return c.text(await c.req.text());
  });
  port = listenOn("127.0.0.1", 0, (request, server) => refusal(request, server) ?? app.fetch(request, server));
});
afterAll(() => port.stop());

function hold() {
  answered = new Promise((over) => (answerAll = over));
}
const ask = (path: string, more: RequestInit = {}) => fetch(`http://127.0.0.1:${port.port}${path}`, more);
const areUnder = (count: number) => until(async () => under === count || undefined, `${count} to be under way`);

test("of one address half are let in, a few at a time, and the others sent away with the time to return", async () => {
  hold();
  const asked = Array.from({ length: 10 }, () => ask("/jobs"));
  await areUnder(2);
  const first = await Promise.race(asked);
  expect([first.status, first.headers.get("retry-after")]).toEqual([429, "1"]);
  answerAll();
  const statuses = (await Promise.all(asked)).map(({ status }) => status).sort();
  expect(statuses).toEqual([200, 200, 200, ...Array(7).fill(429)]);
  expect(refused).toBe(7);
});

test("syncs have places of their own", async () => {
  hold();
  const asked = [...Array(5)].map(() => ask("/jobs"));
  await areUnder(2);
  const syncs = [...Array(3)].map(() => ask("/sync", { method: "POST", body: "sync" }));
  await areUnder(4);
  const sentAway = await Promise.race(syncs);
  expect([sentAway.status, sentAway.headers.get("retry-after")]).toEqual([503, "1"]);
  answerAll();
  expect((await Promise.all(syncs)).map(({ status }) => status).sort()).toEqual([200, 200, 503]);
  await Promise.all(asked);
});

test("who sends half a body is sent away, and takes nobody's turn", async () => {
  hold();
  answerAll();
  const halves = await Promise.all(
    Array.from({ length: 2 }, async () => {
      let heard = "";
      const socket = await Bun.connect({
        hostname: "127.0.0.1",
        port: port.port,
        socket: {
          data(_, piece) {
            heard += piece.toString();
          },
        },
      });
      socket.write("POST /jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf");
      return { socket, heard: () => heard };
    }),
  );
  expect((await ask("/jobs")).status).toBe(200);
  for (const { socket, heard } of halves) {
    await until(async () => heard().startsWith("HTTP/1.1 408") || undefined, "to be sent away");
    socket.end();
  }
  expect((await Promise.all([...Array(3)].map(() => ask("/jobs")))).map(({ status }) => status)).toEqual([
    200, 200, 200,
  ]);
});

test("a stream has its place until it ends, or its reader leaves", async () => {
  const leave = new AbortController();
  const open = await Promise.all([...Array(2)].map(() => ask("/events", { signal: leave.signal })));
  expect(open.map(({ status }) => status)).toEqual([200, 200]);
  expect((await ask("/events")).status).toBe(503);
  leave.abort();
  const end = new AbortController();
  await until(async () => (await ask("/events", { signal: end.signal })).status === 200 || undefined, "room");
  end.abort();
});

test("an answer without a body, as to HEAD, keeps no place", async () => {
  for (const path of ["/events", "/jobs/1/logs/9"])
    for (let asked = 0; asked < 3; asked++) expect((await ask(path, { method: "HEAD" })).status).not.toBe(503);
});
