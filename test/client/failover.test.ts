// A farm whose master is killed while programs look on: events, a wait and a slave go on with the other one.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Client, type FarmEvent } from "../../lib/client";
import { type Farm, type Member, startFarm, until } from "../farm";

let farm: Farm;
let masters: Member[];
let client: Client;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0 });
  const first = farm.masters[0]!;
  masters = [first, await farm.startMaster({ name: "m2" })];
  await farm.startSlave("s1", { master: masters });
  client = clientOf(masters);
});
afterAll(() => farm[Symbol.asyncDispose]());

function clientOf(among: Member[]): Client {
  return new Client({ masters: among.map(({ port }) => ({ host: "127.0.0.1", port })), token: farm.token });
}

const job = (command: string) => ({ name: "job", command: ["sh", "-c", command], folder: farm.folder });

test("a wait ends with the job, told by an event, and fails when the job is deleted", async () => {
  const { id } = await client.submit(job("sleep 0.2"));
  expect(await client.wait(id)).toMatchObject({ id, state: "finished" });
  expect(await client.wait(id)).toMatchObject({ id, state: "finished" });
  const { id: doomed } = await client.submit({ ...job("true"), stopped: true });
  const waiting = client.wait(doomed).catch((error: unknown) => error);
  await client.delete(doomed);
  expect(await waiting).toMatchObject({ status: 404, detail: `there is no job ${doomed}` });
});

test("a wait that is given up throws the signal's reason; a watch ends", async () => {
  const { id } = await client.submit({ ...job("true"), stopped: true });
  const late = AbortSignal.timeout(100);
  expect(await client.wait(id, { signal: late }).catch((error: Error) => error.name)).toBe("TimeoutError");
  const stop = new AbortController();
  const states: string[] = [];
  for await (const { state, priority } of client.watch(id, { signal: stop.signal })) {
    states.push(`${state} ${priority}`);
    if (states.length === 1) await client.change(id, { priority: 9 });
    else stop.abort();
  }
  expect(states).toEqual(["stopped 500", "stopped 9"]);
  await client.delete(id);
});

test("a watch shows each step, and last how it ended", async () => {
  const { id } = await client.submit({ ...job("true"), frames: "1-3" });
  let last = 0;
  let state = "";
  for await (const now of client.watch(id)) {
    expect(now.frameCounts.finished).toBeGreaterThanOrEqual(last);
    last = now.frameCounts.finished;
    state = now.state;
  }
  expect([last, state]).toEqual([3, "finished"]);
});

test("a master is killed: events come on without a gap or a repetition, waits end, the slave renders on", async () => {
  const [dies, lives] = masters as [Member, Member];
  const stop = new AbortController();
  const seen: FarmEvent[] = [];
  const listening = (async () => {
    for await (const event of client.events({ signal: stop.signal, types: ["job.submitted", "job.state"] }))
      if (event.type !== "reset") seen.push(event);
  })();
  const heard = (id: number, state: string) =>
    until(
      async () => seen.find((event) => event.job === id && event.data.state === state) && true,
      `to hear that job ${id} is ${state}`,
    );
  // The stream stands as soon as it tells of something.
  while (seen.length === 0) {
    await client.submit(job("true"));
    await Bun.sleep(50);
  }
  const { id } = await client.submit(job("until [ -e go ]; do sleep 0.05; done"));
  const waiting = client.wait(id);
  await heard(id, "running");

  await dies.end("SIGKILL");
  const { id: next } = await client.submit(job("true"));
  await Bun.write(`${farm.folder}/go`, "");
  expect(await waiting).toMatchObject({ id, state: "finished" });
  expect(await client.wait(next)).toMatchObject({ state: "finished" });
  await heard(id, "finished");
  await heard(next, "finished");
  expect((await farm.clientOf(farm.slave("s1")).slaveState()).connected).toBe(true);
  stop.abort();
  await listening;

  // What happened from the first one heard to the last, as the other master tells it from the beginning.
  const all: string[] = [];
  for await (const event of clientOf([lives]).events({ after: "0-0", types: ["job.submitted", "job.state"] })) {
    if (event.type === "reset") continue;
    all.push(event.id);
    if (event.id === seen.at(-1)!.id) break;
  }
  expect(seen.map((event) => event.id)).toEqual(all.slice(all.indexOf(seen[0]!.id)));
});
