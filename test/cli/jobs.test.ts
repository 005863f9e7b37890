import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, startFarm } from "../farm";

let farm: Farm;
const ids: number[] = [];

beforeAll(async () => {
  farm = await startFarm({ slaves: 0 });
  for (let at = 0; at < 6; at++) {
    const { id } = await farm.client.submit({
      name: `shot ${at}${at % 2 ? " beauty" : ""}`,
      owner: at < 3 ? "ana" : "bo",
      pool: at === 5 ? "night" : "Default",
      frames: "1-1000000",
      command: ["render", "it's", "{frame}"],
      stopped: at === 4,
    });
    ids.push(id);
  }
});
afterAll(() => farm[Symbol.asyncDispose]());

test("an empty farm lists no jobs, in words and in JSON", async () => {
  await using empty = await startFarm({ slaves: 0 });
  expect(await empty.cli("jobs")).toEqual({ code: 0, out: "no jobs\n", err: "" });
  expect((await empty.cli("jobs", "--json")).out).toBe("[]\n");
  expect((await empty.cli("watch")).out).toBe("all jobs have ended\n");
  expect((await empty.cli("slaves")).out).toBe("no slaves: start one with drqueue slave\n");
});

test("jobs are listed newest first, a page at a time", async () => {
  const first = await farm.cli("jobs", "--limit", "4");
  expect(idsIn(first.out)).toEqual(ids.slice(2).reverse());
  expect(first.out).toEndWith(`4 shown; older ones: --before ${ids[2]}\n`);
  const second = await farm.cli("jobs", "--limit", "4", "--before", `${ids[2]}`);
  expect(idsIn(second.out)).toEqual([ids[1]!, ids[0]!]);
  expect(second.out).not.toContain("--before");
});

test("filters of state, owner, pool and name hold together", async () => {
  const listed = async (...flags: string[]) =>
    idsIn((await farm.cli("jobs", ...flags)).out).map((id) => ids.indexOf(id));
  expect(await listed("--state", "stopped")).toEqual([4]);
  expect(await listed("--owner", "bo", "--pool", "Default")).toEqual([4, 3]);
  expect(await listed("--name", "sh*beauty")).toEqual([5, 3, 1]);
  expect(await listed("--name", "beauty", "--owner", "ana", "--state", "waiting")).toEqual([1]);
  expect(await listed("--name", "%")).toEqual([]);
});

test("a list shows counts as people read them, without colours in a pipe", async () => {
  const { out } = await farm.cli("jobs", "--limit", "1");
  expect(out).toContain("0/1,000,000");
  expect(out).not.toContain("\x1b");
});

test("a list says why a job stopped itself, and until when one waits", async () => {
  const notBefore = "2099-01-31T12:00:00.000Z";
  const early = await farm.submit({
    name: "early",
    command: ["true"],
    notBefore,
    after: [{ job: ids[0]!, until: "finished" }],
  });
  const note = (await farm.cli("jobs", "--name", "early")).out;
  expect(note).toMatch(new RegExp(`not before 2099-0[12]-\\d\\d \\d\\d:00, after ${ids[0]}\n$`));
  expect(await farm.client.jobs({ name: "early" })).toMatchObject([{ notBefore }]);
  await farm.client.delete(early);
});

test("--json holds what the list shows and more", async () => {
  const found = JSON.parse((await farm.cli("jobs", "--json", "--limit", "2")).out);
  expect(found).toMatchObject([
    { id: ids[5], pool: "night", frameCounts: { total: 1_000_000 } },
    { id: ids[4], stopped: true },
  ]);
});

test("a job is shown with its settings, its command as one would type it", async () => {
  const { out } = await farm.cli("job", `${ids[0]}`);
  expect(out).toMatch(/^state +waiting$/m);
  expect(out).toMatch(/^frames +1-1000000 {2}\(1,000,000\)$/m);
  expect(out).toContain("render 'it'\\''s' {frame}");
  expect(out).toMatch(/^submitted +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/m);
  const several = JSON.parse((await farm.cli("job", `${ids[0]}-${ids[1]}`, `${ids[5]}`, "--json")).out);
  expect(several.map(({ id }: { id: number }) => id)).toEqual([ids[0], ids[1], ids[5]]);
});

test("what a job carries cannot steer the terminal", async () => {
  const id = await farm.submit({ command: ["a\x1b[2Jb"], env: { X: "\x1b]0;owned\x07" }, folder: "/x\x1b[31m\n/y" });
  const { out } = await farm.cli("job", `${id}`);
  expect(out).not.toContain("\x1b");
  expect(out).toMatch(/^folder +\/x \[31m \/y$/m);
});

function idsIn(list: string): number[] {
  return [...list.matchAll(/^ *(\d+) {2}shot/gm)].map(([, id]) => Number(id));
}
