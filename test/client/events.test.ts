// Events as the client brings them: gaps, resets, ends. What masters send is checked beside them.
import { expect, test } from "bun:test";
import type { FarmEvent, Reset } from "../../lib/client";
import { until } from "../farm";
import { clientOf, refusal, StandIn } from "./standin";

const told = (id: string) =>
  `id: ${id}\ndata: ${JSON.stringify({ id, at: "2026-01-01T00:00:00Z", type: "job.state", job: 1, slave: null, data: {} })}\n\n`;

/** A stream of events that goes on after this text, or ends. */
function stream(text: string, { ends = false } = {}): Response {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(text));
      if (ends) controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "text/event-stream" } });
}

const idOf = (event: FarmEvent | Reset) => ("id" in event ? event.id : event.type);

test("after a gap they go on behind the last one, at the next master, though only its id was heard", async () => {
  const came: (string | null)[] = [];
  const note = (request: Request) => came.push(request.headers.get("last-event-id"));
  await using first = new StandIn((request) => {
    note(request);
    return came.length === 1 ? stream(`${told("1-1")}:\nid: 1-5\n\nid: 1-6\ndata: {"cut`, { ends: true }) : undefined;
  });
  await using second = new StandIn((request) => {
    note(request);
    return stream(`: hello\r\n\r\n${told("1-6")}`);
  });
  const seen: string[] = [];
  for await (const event of clientOf([first, second]).events({ after: "0-9" })) {
    seen.push(idOf(event));
    if (seen.length === 2) break;
  }
  expect(seen).toEqual(["1-1", "1-6"]);
  expect(came).toEqual(["0-9", "1-5", "1-5"]);
});

test("who missed some is told to look anew, and goes on from there", async () => {
  await using master = new StandIn(() => stream(`id: 5-1\nevent: reset\ndata: {"id":"5-1"}\n\n${told("5-2")}`));
  const seen: string[] = [];
  for await (const event of clientOf([master]).events({ after: "1-1" })) {
    seen.push(idOf(event));
    if (seen.length === 2) break;
  }
  expect(seen).toEqual(["reset", "5-2"]);
});

test("types and job are asked of the master", async () => {
  let asked = "";
  await using master = new StandIn((request) => {
    asked = new URL(request.url).search;
    return stream(told("1-1"));
  });
  for await (const _ of clientOf([master]).events({ types: ["job.state", "job.error"], job: 7 })) break;
  expect(asked).toBe("?types=job.state%2Cjob.error&job=7");
});

test("they end with the signal, without an error, wherever it meets them", async () => {
  await using master = new StandIn(() => stream(told("1-1")));
  const stop = new AbortController();
  const seen: string[] = [];
  for await (const event of clientOf([master]).events({ signal: stop.signal })) {
    seen.push(idOf(event));
    setTimeout(() => stop.abort(), 10);
  }
  expect(seen).toEqual(["1-1"]);
  // Nobody there: while it waits to try again.
  const other = new AbortController();
  const waiting = Array.fromAsync(clientOf(["127.0.0.1:1"]).events({ signal: other.signal }));
  await Bun.sleep(50);
  other.abort();
  expect(await waiting).toEqual([]);
  expect(await Array.fromAsync(clientOf([master]).events({ signal: AbortSignal.abort() }))).toEqual([]);
});

test("a refusal is told, not tried again", async () => {
  await using master = new StandIn(() => Response.json({ detail: "not the token" }, { status: 401 }));
  expect(await refusal(clientOf([master]).events().next())).toMatchObject({ status: 401, detail: "not the token" });
  expect(master.asked.length).toBe(1);
});

test("a connection is given back when the reader stops", async () => {
  let gone = false;
  await using master = new StandIn((request) => {
    request.signal.addEventListener("abort", () => {
      gone = true;
    });
    return stream(told("1-1"));
  });
  for await (const _ of clientOf([master]).events()) break;
  await until(async () => gone || undefined, "the connection to end");
});

test("a wait looks again when an event tells of the job, and without events it looks now and then", async () => {
  for (const [events, looks] of [[() => stream(told("1-1")), 2] as const, [undefined, 2] as const]) {
    let asked = 0;
    await using master = new StandIn((request) => {
      if (new URL(request.url).pathname === "/events")
        return events?.() ?? Response.json({ detail: "there is no GET /events" }, { status: 404 });
      asked++;
      return Response.json({ id: 1, state: asked < looks ? "running" : "finished" });
    });
    // Without being told it would look again after 5 s, or after one where there are no events.
    const signal = AbortSignal.timeout(4000);
    expect(await clientOf([master]).wait(1, { signal })).toMatchObject({ state: "finished" });
    expect(asked).toBe(looks);
  }
});
