// Several masters to choose from, deadlines and errors.
import { describe, expect, test } from "bun:test";
import type { Sync } from "../../lib/sync";
import { clientOf, nobody, refusal, StandIn } from "./standin";

const jobs = () => Response.json({ jobs: [] });
const never = () => new Promise<Response>(() => {});
const away = () =>
  Response.json(
    { type: "about:blank", title: "x", status: 503, detail: "the database is away" },
    { status: 503, headers: { "retry-after": "2" } },
  );

describe("of several masters", () => {
  test("the next is asked when one is away, and stays the one that is asked", async () => {
    await using first = new StandIn(away);
    await using second = new StandIn(jobs);
    const client = clientOf([nobody, first, second]);
    expect(await client.jobs()).toEqual([]);
    expect(await client.jobs()).toEqual([]);
    expect(first.count("GET /jobs")).toBe(1);
    expect(second.count("GET /jobs")).toBe(2);
  });

  test("one that answers nothing costs its share of the time, not all of it", async () => {
    await using mute = new StandIn(never, { healthy: false });
    await using second = new StandIn((request) => (request.method === "POST" ? Response.json({ id: 7 }) : jobs()));
    expect(await clientOf([mute, second], 3000).jobs()).toEqual([]);
    expect(await clientOf([mute, second], 3000).rerun(1)).toMatchObject({ id: 7 });
    expect(mute.count("POST /jobs/1/rerun")).toBe(0);
  });

  test("what may have been done is not asked for twice; what cannot have been is", async () => {
    await using dies = new StandIn(() => undefined);
    await using second = new StandIn(() => Response.json({ id: 7 }));
    const client = clientOf([dies, second]);
    const error = await refusal(client.rerun(1));
    expect(error.message).toMatch(/^cannot reach 127\.0\.0\.1:\d+ \(.+\): it may have been done all the same, so look/);
    expect(error.mayBeDone).toBe(true);
    expect(second.count("POST /jobs/1/rerun")).toBe(0);
    // The next request begins with the one that lives.
    expect(await client.rerun(1)).toMatchObject({ id: 7 });
    expect(await clientOf([nobody, second]).rerun(1)).toMatchObject({ id: 7 });
  });

  test("a submission whose answer is lost is sent again, under the same key, to the next", async () => {
    const keys: (string | null)[] = [];
    const noted = (answer: () => Response | undefined) => (request: Request) => {
      keys.push(request.headers.get("idempotency-key"));
      return answer();
    };
    await using dies = new StandIn(noted(() => undefined));
    await using second = new StandIn(noted(() => Response.json({ id: 7, jobs: [{ job: 7 }] })));
    const job = { name: "x", command: ["x"] };
    expect(await clientOf([dies, second]).submit(job)).toMatchObject({ id: 7 });
    expect(await clientOf([second]).submitAll([job])).toEqual([{ job: 7 }]);
    expect(await clientOf([second]).submit(job, { key: "my own" })).toMatchObject({ id: 7 });
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).toBe(keys[0]!);
    expect(keys[2]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[2]).not.toBe(keys[0]!);
    expect(keys[3]).toBe("my own");
  });

  test("a submission whose answer is lost is sent to the only master again, until it is back and tells", async () => {
    const first = new StandIn(() => undefined);
    const port = Number(first.address.split(":")[1]);
    const submitted = clientOf([first]).submit({ name: "x", command: ["x"] });
    while (first.count("POST /jobs") === 0) await Bun.sleep(5);
    await first[Symbol.asyncDispose]();
    let asked = 0;
    await using _ = new StandIn(() => (++asked < 3 ? away() : Response.json({ id: 7 })), { port });
    expect(await submitted).toEqual({ id: 7 });
  });

  test("a submission is doubtful only when nobody tells in time what became of it", async () => {
    await using mute = new StandIn(never);
    const error = await refusal(clientOf([mute, nobody], 1500).submit({ name: "x", command: ["x"] }));
    expect([error.mayBeDone, error.message]).toEqual([
      true,
      expect.stringContaining("it may have been done all the same"),
    ]);
  });

  test("a question that is cut off is asked again", async () => {
    await using dies = new StandIn(() => undefined);
    await using second = new StandIn(jobs);
    expect(await clientOf([dies, second]).jobs()).toEqual([]);
    expect(dies.count("GET /jobs")).toBe(1);
  });

  test("a change that meets a master without its database is not repeated, and told", async () => {
    await using first = new StandIn(away);
    await using second = new StandIn(() => Response.json({ tasks: 1, killing: 0 }));
    const client = clientOf([first, second]);
    expect(await refusal(client.rerun(1))).toMatchObject({
      status: 503,
      detail: "the database is away",
      retryAfter: 2,
    });
    expect(await client.rerun(1)).toEqual({ tasks: 1, killing: 0 });
  });

  test("all that failed are named when none answers", async () => {
    const { message, status, mayBeDone } = await refusal(clientOf([nobody, "127.0.0.1:2"]).rerun(1));
    expect(mayBeDone).toBe(false);
    expect(message).toBe("cannot reach 127.0.0.1:1 (nothing listens there), 127.0.0.1:2 (nothing listens there)");
    expect(status).toBeUndefined();
    await using first = new StandIn(away);
    expect(await refusal(clientOf([first, nobody]).jobs())).toMatchObject({ status: 503, mayPass: true });
  });
});

test("a slave's sync goes to one master at a time, so that the slave knows when it has changed", async () => {
  await using second = new StandIn(() => Response.json({ start: [] }));
  const client = clientOf([nobody, second]);
  const sync = {} as Sync;
  expect((await refusal(client.sync(sync))).message).toBe("cannot reach 127.0.0.1:1 (nothing listens there)");
  expect(await client.sync(sync)).toMatchObject({ start: [] });
  expect(second.asked).toEqual(["POST /sync"]);
});

describe("a request", () => {
  test("has a deadline, also while its answer comes", async () => {
    const begun = () =>
      new Response(new ReadableStream({ start: (body) => body.enqueue(new TextEncoder().encode("{")) }));
    await using half = new StandIn(begun);
    expect((await refusal(clientOf([half], 300).jobs())).message).toContain("no answer in time");
  });

  test("whose answer is a stream may take longer", async () => {
    const slow = async function* () {
      yield "a\n";
      await Bun.sleep(500);
      yield "b\n";
    };
    await using log = new StandIn(() => new Response(slow() as never));
    expect(await Array.fromAsync(clientOf([log], 250).logLines(1, 1, { follow: true }))).toEqual(["a", "b"]);
  });

  test("ends with its signal, for the signal's reason", async () => {
    await using mute = new StandIn(never);
    const reason = new Error("enough");
    const stop = new AbortController();
    const log = clientOf([mute, mute]).log(1, 1, { signal: stop.signal });
    stop.abort(reason);
    expect(
      await log.then(
        () => "answered",
        (error: unknown) => error,
      ),
    ).toBe(reason);
  });

  test("that something else answers than a master says so", async () => {
    await using other = new StandIn(() => new Response("<html>"));
    expect((await refusal(clientOf([other]).jobs())).message).toBe(`what answers at ${other.address} is no DrQueue`);
    await using broken = new StandIn(() => new Response("<html>", { status: 502, statusText: "Bad Gateway" }));
    expect(await refusal(clientOf([broken]).jobs())).toMatchObject({
      message: `${broken.address} answers 502 Bad Gateway`,
      status: 502,
      detail: undefined,
      retryAfter: undefined,
    });
  });
});
