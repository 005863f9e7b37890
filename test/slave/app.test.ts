// A slave's own port: what it shows, what it changes, and what it keeps to itself.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenAPIHono } from "@hono/zod-openapi";
import { Metrics } from "../../lib/local/metrics";
import { newToken } from "../../lib/local/token";
import type { SettingsChange, SlaveState } from "../../lib/settings";
import { slaveApp } from "../../lib/slave/app";
import { OwnSettings } from "../../lib/slave/settings";
import type { Problem } from "../../lib/wire";

const token = newToken();
const signed = { authorization: `Bearer ${token}` };
let folder: string;
let app: OpenAPIHono;
let own: OwnSettings;
let writing: string | undefined;
const held = new Set<number>();
const forgotten: number[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-app-"));
  own = OwnSettings.open(folder);
  mkdirSync(join(folder, "logs", "000007.shot"), { recursive: true });
  writeFileSync(join(folder, "logs", "000007.shot", "0001.1.log"), "line\n");
  writeFileSync(join(folder, "secret"), "secret");
  const state = (): SlaveState => ({
    name: "here",
    id: 3,
    settings: own.settings,
    problem: null,
    connected: true,
    unsent: 0,
    runs: [],
  });
  const change = (wanted: SettingsChange) => own.change(wanted);
  app = slaveApp(token, {
    state,
    history: () => ({ stepMs: 30_000, points: [] }),
    change,
    logs: join(folder, "logs"),
    writes: (log) => log === writing,
    holds: (job) => held.has(job),
    forgetJob: (job) => forgotten.push(job),
    metrics: new Metrics(),
    connected: () => true,
  });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const log = (path: string, more = "") =>
  app.request(`/log?path=${encodeURIComponent(path)}${more}`, { headers: signed });
const patch = (body: string, headers: Record<string, string> = { "content-type": "application/json" }) =>
  app.request("/settings", { method: "PATCH", headers: { ...signed, ...headers }, body });
const detail = async (response: Response) => ((await response.json()) as Problem).detail;

test("it shows itself", async () => {
  expect(await (await app.request("/slave", { headers: signed })).json()).toMatchObject({ name: "here", id: 3 });
});

describe("settings", () => {
  test("are changed, and the answer is what they are now", async () => {
    const response = await patch(JSON.stringify({ slots: 5, addPools: ["nuke"] }));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ slots: 5, pools: ["Default", "nuke"], enabled: true });
    expect(OwnSettings.open(folder).settings.slots).toBe(5);
  });

  test("of every kind are changed, and shown", async () => {
    const wanted = {
      drain: true,
      leaveMb: 512,
      loadLimit: 1.5,
      hours: "sat-sun",
      paths: [{ farm: "/mnt/show", here: "S:\\show" }],
      gpus: 1,
    };
    const response = await patch(JSON.stringify(wanted));
    expect(await response.json()).toMatchObject(wanted);
    expect(await (await app.request("/slave", { headers: signed })).json()).toMatchObject({ settings: wanted });
    expect(await (await patch('{"slots": 4}')).json()).toMatchObject(wanted);
    expect(await (await patch('{"enabled": true, "loadLimit": null}')).json()).toMatchObject({
      ...wanted,
      drain: false,
      loadLimit: null,
    });
  });

  const refused: [what: string, body: string, words: RegExp][] = [
    ["too many slots", '{"slots": 5000}', /^slots: /],
    ["slots that are no number", '{"slots": "4"}', /^slots: /],
    ["half a slot", '{"slots": 1.5}', /^slots: /],
    ["a word nobody knows", '{"slot": 4}', /slot/],
    ["nothing at all", "{}", /nothing to change/],
    ["a pool with a blank", '{"addPools": ["a b"]}', /a pool is 1 to 64 letters/],
    ["no pool left", '{"pools": ["a"], "removePools": ["a"]}', /at least one pool/],
    ["hours that nobody can read", '{"hours": "mon-sunday 8-9"}', /^hours: 'mon-sunday' is no day.*write for example/],
    ["hours of two lines", '{"hours": "mon\\ntue"}', /^hours: may not contain control/],
    ["a folder without a second name", '{"paths": [{"farm": "/a", "here": ""}]}', /^paths\.0\.here: /],
    ["the root as a mapped folder", '{"paths": [{"farm": "/", "here": "Z:"}]}', /^paths: '\/' stands for every/],
    ["a load limit of nothing", '{"loadLimit": 0}', /^loadLimit: /],
    ["more GPUs than can be", '{"gpus": 1000}', /^gpus: /],
    ["what is not JSON", "{slots", /not JSON/],
  ];
  for (const [what, body, words] of refused) {
    test(`refuse ${what} in one line, and stay as they are`, async () => {
      const before = own.settings;
      const response = await patch(body);
      expect(response.status).toBe(400);
      const said = await detail(response);
      expect(said).toMatch(words);
      expect(said).not.toContain("\n");
      expect(own.settings).toEqual(before);
    });
  }

  test("are not changed by a body that does not say it is JSON", async () => {
    const before = own.settings;
    for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]) {
      expect((await patch('{"slots": 9}', { "content-type": type })).status).toBe(415);
    }
    expect(own.settings).toEqual(before);
  });
});

describe("logs", () => {
  test("are read by the path that the master knows", async () => {
    const response = await log("000007.shot/0001.1.log");
    expect(response.headers.get("content-type")).toContain("text/plain");
    expect(await response.text()).toBe("line\n");
    expect((await log("000007.shot/0002.1.log")).status).toBe(404);
  });

  const outside = [
    "../secret",
    "/etc/passwd",
    "000007.shot/../../secret",
    "000007.shot/..%2f..%2fsecret",
    "000007.../../secret",
    "000007.shot/0001.1.log/../../../secret",
    "000007.shot//0001.1.log",
    "000007.shot\\0001.1.log",
    "000007.shot/0001.1.log\n",
    "000007.shot/0001.1.log\0",
    "./000007.shot/0001.1.log",
    "",
  ];
  for (const path of outside) {
    test(`no other file can be read: ${JSON.stringify(path)}`, async () => {
      const response = await log(path);
      expect(response.status).toBe(400);
      expect(await detail(response)).toBe("path: not the path of a log");
    });
  }

  test("are followed until their run ends", async () => {
    writing = "000007.shot/0001.1.log";
    const reader = (await log(writing, "&follow=true")).body!.getReader();
    const text = async () => new TextDecoder().decode((await reader.read()).value);
    expect(await text()).toBe("line\n");
    appendFileSync(join(folder, "logs", writing), "more\n");
    expect(await text()).toBe("more\n");
    appendFileSync(join(folder, "logs", writing), "last\n");
    writing = undefined;
    expect(await text()).toBe("last\n");
    expect((await reader.read()).done).toBe(true);
  });
});

describe("what is left of a deleted job", () => {
  const path = (name: string) => join(folder, "logs", name);
  const remove = (name: string) =>
    app.request(`/jobs/${encodeURIComponent(name)}`, { method: "DELETE", headers: signed });
  const make = (name: string) => {
    mkdirSync(path(name), { recursive: true });
    writeFileSync(join(path(name), "0001.1.log"), "line\n");
  };

  test("is removed, and the second time there is nothing", async () => {
    make("000008.shot_2");
    make("000009.other");
    const response = await remove("000008.shot_2");
    expect([response.status, await response.json()]).toEqual([200, { removed: true }]);
    expect(existsSync(path("000008.shot_2"))).toBe(false);
    expect(existsSync(path("000009.other"))).toBe(true);
    expect(await (await remove("000008.shot_2")).json()).toEqual({ removed: false });
    expect(forgotten).toEqual([8, 8]);
  });

  test("stays while a run of the job is there", async () => {
    make("000010.busy");
    held.add(10);
    forgotten.length = 0;
    const response = await remove("000010.busy");
    expect(response.status).toBe(409);
    expect(await detail(response)).toMatch(/^job 10 still runs here/);
    expect(existsSync(path("000010.busy"))).toBe(true);
    expect(forgotten).toEqual([]);
    held.clear();
    expect((await remove("000010.busy")).status).toBe(200);
  });

  test("is nothing else's: links are not followed, files stay, and what links lead to inside stays", async () => {
    const outside = join(folder, "outside");
    mkdirSync(outside, { recursive: true });
    writeFileSync(join(outside, "precious"), "x");
    symlinkSync(outside, path("000011.link"));
    writeFileSync(path("000012.file"), "x");
    make("000013.inner");
    symlinkSync(outside, join(path("000013.inner"), "link"));
    expect(await (await remove("000011.link")).json()).toEqual({ removed: false });
    expect(await (await remove("000012.file")).json()).toEqual({ removed: false });
    expect(await (await remove("000013.inner")).json()).toEqual({ removed: true });
    expect(existsSync(join(outside, "precious"))).toBe(true);
    expect(existsSync(path("000012.file"))).toBe(true);
  });

  const outside = [
    "..",
    ".",
    "../secret",
    "000007.shot/../../outside",
    "000007.shot/0001.1.log",
    "/etc",
    "000007",
    "7.shot",
    "000007.",
    "000007.shot\n",
    "000007.sh\0t",
    "000007.a\\b",
    `000007.${"x".repeat(81)}`,
  ];
  for (const name of outside)
    test(`has no other name: ${JSON.stringify(name.slice(0, 30))}`, async () => {
      forgotten.length = 0;
      expect((await remove(name)).status).toBeOneOf([400, 404]);
      expect(forgotten).toEqual([]);
      expect(existsSync(path("000007.shot/0001.1.log"))).toBe(true);
    });
});
