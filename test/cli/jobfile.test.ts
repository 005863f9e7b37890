// Jobs from files, and files from jobs.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Farm, startFarm } from "../farm";
import { shellWords } from "../program";
import { envOf } from "./live";

const project = resolve(import.meta.dir, "../..");
let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0 });
});
afterAll(() => farm[Symbol.asyncDispose]());

const put = (name: string, text: string | object) =>
  writeFileSync(join(farm.folder, name), typeof text === "string" ? text : JSON.stringify(text));
const newest = async () => (await farm.client.jobs({ limit: 1 }))[0]?.id ?? 0;
/** Runs a line of shell in which `drqueue` is the command line. */
async function shell(line: string): Promise<{ code: number; out: string; err: string }> {
  const ran = Bun.spawn(["sh", "-c", `drqueue() { ${shellWords()} "$@"; }; ${line}`], {
    cwd: farm.folder,
    env: envOf(farm),
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(ran.stdout).text(),
    new Response(ran.stderr).text(),
    ran.exited,
  ]);
  return { code, out, err };
}

/** The code blocks of the README's section about job files. */
const readme = readFileSync(join(project, "README.md"), "utf8");
const section = readme.slice(readme.indexOf("### Job files"), readme.indexOf("\n## Jobscripts"));
const [example, again] = [...section.matchAll(/```\w+\n(.*?)```/gs)].map(([, text]) => text!);

test("the file in the README is submitted as it stands there", async () => {
  put("shot7.yaml", example!);
  const before = await newest();
  expect(await farm.cli("submit", "shot7.yaml")).toEqual({
    code: 0,
    out: `job ${before + 1} submitted: render\njob ${before + 2} submitted: comp\njob ${before + 3} submitted: film\n`,
    err: "",
  });
  const [render, comp, film] = await Promise.all([1, 2, 3].map((at) => farm.client.job(before + at)));
  const all = { pool: "maya,night", owner: "ana", env: { SHOT: "shot7" } };
  expect(render).toMatchObject({
    ...all,
    kind: "blender",
    frames: "1-100",
    block: 5,
    memoryMb: 4096,
    silenceMs: 600_000,
  });
  expect(comp).toMatchObject({ ...all, frames: "1-100", needs: [{ job: render!.id, until: "frames" }] });
  expect(film).toMatchObject({
    ...all,
    command: ["/mnt/scripts/film.sh"],
    needs: [{ job: comp!.id, until: "finished" }],
  });
});

test("the line in the README submits a job again with other frames", async () => {
  const id = await farm.submit({ name: "shot7", command: ["true"], frames: "1-100", owner: "ana", memoryMb: 2048 });
  expect(await shell(again!.replace("12", `${id}`))).toEqual({ code: 0, out: `job ${id + 1} submitted\n`, err: "" });
  expect(await farm.client.job(id + 1)).toMatchObject({ name: "shot7", frames: "1-200", owner: "ana", memoryMb: 2048 });
});

test("several jobs are exported with what they wait for: each other by id, others by number; as YAML too", async () => {
  const first = await farm.submit({ command: ["true"], owner: "ana" });
  const jobs = [
    { id: "render", name: "render", owner: "ana", command: ["r"], after: [{ job: first }] },
    { id: "comp", name: "comp", owner: "ana", command: ["c"], after: [{ job: "render", until: "ended" as const }] },
  ];
  await farm.client.submitAll(jobs);
  const { out } = await farm.cli("job", `${first + 1}-${first + 2}`, "--export");
  const file = {
    jobs: [
      { id: "render", name: "render", command: ["r"], owner: "ana", after: [first] },
      { id: "comp", name: "comp", command: ["c"], owner: "ana", after: [{ job: "render", until: "ended" }] },
    ],
  };
  expect(JSON.parse(out)).toEqual(file);
  const yaml = (await farm.cli("job", `${first + 1},${first + 2}`, "--yaml")).out;
  expect(Bun.YAML.parse(yaml)).toEqual(file);
  put("both.yml", yaml);
  expect(JSON.parse((await farm.cli("submit", "both.yml", "--json")).out)).toEqual({
    jobs: [
      { id: "render", job: first + 3 },
      { id: "comp", job: first + 4 },
    ],
  });
  expect((await farm.client.job(first + 4)).needs).toMatchObject([{ job: first + 3, until: "ended" }]);
});

test("flags count more than the file, for all its jobs; frames and name only for one", async () => {
  put("two.json", [{ command: ["a"], priority: 1, env: { A: 1 } }, { command: ["b"] }]);
  put("one.json", { command: ["a"], frames: "1-3", folder: "shots", $schema: "x" });
  const flags = "--priority 900 --pool night --owner bob --stopped --env B=2 --memory 1G".split(" ");
  expect((await farm.cli("submit", "two.json", ...flags)).code).toBe(0);
  const last = await newest();
  const given = { priority: 900, pool: "night", owner: "bob", stopped: true, memoryMb: 1024 };
  expect(await farm.client.job(last - 1)).toMatchObject({ ...given, env: { A: "1", B: "2" } });
  expect(await farm.client.job(last)).toMatchObject({ ...given, env: { B: "2" } });

  const { code, out } = await farm.cli("submit", "one.json", "--frames", "5-9", "--name", "nine", "--json");
  expect({ code, out: JSON.parse(out) }).toEqual({ code: 0, out: { id: last + 1 } });
  expect(await farm.client.job(last + 1)).toMatchObject({
    name: "nine",
    frames: "5-9",
    owner: expect.stringMatching(/\w/),
    folder: join(farm.folder, "shots"),
  });
  expect(await farm.cli("submit", "two.json", "--frames", "1")).toMatchObject({
    code: 2,
    err: expect.stringContaining("--frames"),
  });
});

test("standard input may be JSON or YAML", async () => {
  const before = await newest();
  expect(await shell(`printf '\\n {"command": ["a"]}' | drqueue submit -`)).toMatchObject({ code: 0, err: "" });
  expect(await shell(`printf 'command: [b]\\nframes: 7\\n' | drqueue submit -`)).toMatchObject({ code: 0, err: "" });
  expect(await farm.client.job(before + 1)).toMatchObject({ command: ["a"] });
  expect(await farm.client.job(before + 2)).toMatchObject({ command: ["b"], frames: "7" });
  expect(await shell("echo '{' | drqueue submit -")).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^drqueue: standard input: line \d: [^\n]+\n$/),
  });
});

test("behind -- a file is a program", async () => {
  put("program.json", { command: ["a"] });
  expect((await farm.cli("submit", "--", "program.json")).code).toBe(0);
  expect(await farm.client.job(await newest())).toMatchObject({ command: ["program.json"] });
});

test.each<[string, string | object, string]>([
  ["a.yaml", "name: x\ncommand: [a,\n  b\nenv: 2\n", "a.yaml: line 4: Unexpected"],
  ["b.json", '{"name": "x",\n "frames": "1-10"\n "b": 1}', 'b.json: line 3: Expected ","'],
  ["c.yml", "# nothing\n", "c.yml: there is no job in it"],
  ["f.json", { command: ["x"], notBefore: "soon" }, "f.json: notBefore: 'soon' is not a time: write 22:00"],
  ["g.json", { command: ["x"], frames: "1:5" }, "g.json: frames: ':' means three things in three programs"],
  ["i.yaml", "- command: [x]\n- {id: comp, command: [x], block: 0}\n", "i.yaml: jobs[1] (comp): block: "],
  ["k.json", [{ id: "a", command: ["x"], after: "a" }], "k.json: jobs[0] (a): after: it would wait for itself: a → a"],
])("%s: what is wrong is told in one line with file, job and field", async (name, text, said) => {
  put(name, text);
  const before = await newest();
  const { code, out, err } = await farm.cli("submit", name);
  expect({ code, out }).toEqual({ code: 2, out: "" });
  expect(err).toStartWith(`drqueue: ${said}`);
  expect(err.trimEnd()).not.toContain("\n");
  expect(await newest()).toBe(before);
});

test.each([
  [["submit", "nowhere.yaml"], "there is no job file nowhere.yaml; to run a program of this name write -- before it"],
  [["submit", "one.json", "two.json"], "'two.json' is one word too many: one job file at a time"],
  [["submit", "one.json", "--jobscript", "/x"], "either a job file or --jobscript"],
  [["submit", "one.json", "--field", "a=b"], "either a job file or --field"],
])("%j is refused", async (args, said) => {
  const { code, err } = await farm.cli(...args);
  expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(said) });
});

test("--schema prints the schema without a farm", async () => {
  const { DRQUEUE_TOKEN: _, ...env } = farm.env;
  const ran = Bun.spawnSync([process.execPath, join(project, "cli.ts"), "submit", "--schema"], {
    env: { ...env, DRQUEUE_DATA: join(farm.folder, "nowhere") },
  });
  expect(ran.exitCode).toBe(0);
  expect(JSON.parse(ran.stdout.toString())).toMatchObject({ title: "DrQueue job file", $defs: { JobOfFile: {} } });
});
