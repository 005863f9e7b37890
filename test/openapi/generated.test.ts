// A client that a generator makes of the document works: for programs in languages that have none of ours.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { type Farm, startFarm } from "../farm";

const bin = resolve(import.meta.dir, "../../node_modules/.bin");
let farm: Farm;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-generated-"));
  farm = await startFarm();
  const base = `http://127.0.0.1:${farm.masters[0]!.port}`;
  writeFileSync(join(folder, "openapi.json"), await (await fetch(`${base}/openapi.json`)).text());
  // The command of the README, on a file.
  const readme = await Bun.file(resolve(bin, "../../README.md")).text();
  const [, words = ""] = /^npx orval (.+?) *#/m.exec(readme) ?? [];
  expect(words).toContain("/openapi.json");
  await run([join(bin, "orval"), ...words.replace(/http\S+/, "openapi.json").split(" ")]);
});
afterAll(async () => {
  await farm?.[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

async function run(command: string[]): Promise<string> {
  const ran = Bun.spawn([process.execPath, ...command], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: "1" },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([new Response(ran.stdout).text(), new Response(ran.stderr).text()]);
  if ((await ran.exited) !== 0) throw new Error(`${command[0]}: ${out}${err}`);
  return out;
}

const program = `
import { getJob, listJobs, submitJob, type Job } from "./farm";

const [base, token] = process.argv.slice(2);
const plain = globalThis.fetch;
globalThis.fetch = ((path: string, options: RequestInit) =>
  plain(base + path, { ...options, headers: { ...options.headers, authorization: "Bearer " + token } })) as typeof fetch;

const submitted = await submitJob({ name: "shot7", command: ["true"], frames: "1-10", block: 5, owner: "ana" });
if (submitted.status !== 201) throw new Error(submitted.data.detail);
const { id } = submitted.data;
const listed = await listJobs({ owner: "ana", sort: "-id", limit: 10 });
if (listed.status !== 200) throw new Error(listed.data.detail);
const names: string[] = listed.data.jobs.map((job: Job) => job.name + " " + job.taskCounts.total);
const missing = await getJob(999);
console.log(JSON.stringify({ id, names, missing: missing.status === 404 && missing.data.detail }));
`;

test("a generated client submits, lists, and is told what there is not; its types are right", async () => {
  writeFileSync(join(folder, "program.ts"), program);
  const base = `http://127.0.0.1:${farm.masters[0]!.port}`;
  const said = JSON.parse(await run(["program.ts", base, farm.token])) as unknown;
  expect(said).toEqual({ id: 1, names: ["shot7 2"], missing: "there is no job 999" });
  symlinkSync(resolve(bin, ".."), join(folder, "node_modules"));
  const compilerOptions = {
    target: "ESNext",
    module: "ESNext",
    moduleResolution: "bundler",
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    lib: ["ESNext", "DOM", "DOM.Iterable"],
    types: ["bun-types"],
  };
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.ts"] }));
  await run([join(bin, "tsc"), "-p", "."]);
});
