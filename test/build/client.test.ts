// The client as a stranger has it: built, in a package of its own, under Node and in a place that has only what browsers have.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { buildClient } from "../../lib/build/client";
import { type Farm, startFarm } from "../farm";

const project = resolve(import.meta.dir, "../..");
const node = Bun.which("node");
let farm: Farm;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-client-"));
  const there = join(folder, "node_modules", "drqueue");
  mkdirSync(there, { recursive: true });
  cpSync(join(project, "package.json"), join(there, "package.json"));
  symlinkSync(join(project, "lib"), join(there, "lib"));
  [farm] = await Promise.all([startFarm(), buildClient(join(there, "dist"))]);
});
afterAll(async () => {
  await farm[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const built = (name: string) => Bun.file(join(folder, "node_modules", "drqueue", "dist", name));

async function run(program: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  // A master that is not there comes first: the next one is asked.
  const env = {
    ...farm.env,
    DRQUEUE_MASTER: `127.0.0.1:1,127.0.0.1:${farm.masters[0]!.port}`,
    DRQUEUE_TOKEN: farm.token,
  };
  const ran = Bun.spawn([program, ...args], { cwd: folder, env, stdout: "pipe", stderr: "pipe" });
  const [out, err, code] = await Promise.all([
    new Response(ran.stdout).text(),
    new Response(ran.stderr).text(),
    ran.exited,
  ]);
  return { code, out, err };
}

async function example(): Promise<string> {
  const readme = await Bun.file(join(project, "README.md")).text();
  const [, section = ""] = readme.split("\n### TypeScript\n");
  const [, code = ""] = /```ts\n(.*?)```/s.exec(section) ?? [];
  expect(code).toContain("drqueue/client");
  // The one thing that is not everywhere: a jobscript of the reader's.
  return code.replace("/mnt/scripts/shot7.sh", "true");
}

test("it is one file without any library, and so are its types", async () => {
  expect(await built("client.js").text()).not.toMatch(/^import |\bzod\b|\brequire\(|\bBun\.|\bprocess\./m);
  expect(await built("client.d.ts").text()).not.toMatch(/^import |\bimport\(|\bzod\b|\bz\.|\/\/\/ <reference/m);
});

describe("the example of the README runs as it stands there", () => {
  const said =
    /^(waiting|running) \d+\n(.*\n)*finished 10\n(.*\n)*1 s1 finished\nfinished\n404 there is no job 999999\n$/;

  test.skipIf(!node)("under Node", async () => {
    await Bun.write(join(folder, "example.mjs"), await example());
    expect(await run(node!, "example.mjs")).toEqual({ code: 0, out: expect.stringMatching(said), err: "" });
  });

  test("under Bun, which reads the TypeScript", async () => {
    await Bun.write(join(folder, "example.ts"), await example());
    expect(await run(process.execPath, "example.ts")).toEqual({ code: 0, out: expect.stringMatching(said), err: "" });
  });
});

test.skipIf(!node)("where there is nothing but what browsers have, it does the same", async () => {
  const { port } = farm.masters[0]!;
  const program = `
    import { readFileSync } from "node:fs";
    import vm from "node:vm";
    const names = ["fetch", "AbortController", "AbortSignal", "TextDecoder", "TextEncoder", "ReadableStream", "URL", "URLSearchParams",
      "Response", "setTimeout", "clearTimeout", "performance", "crypto"];
    const told = [];
    const context = vm.createContext({ ...Object.fromEntries(names.map((name) => [name, globalThis[name]])), told });
    const client = new vm.SourceTextModule(readFileSync(${JSON.stringify(built("client.js").name)}, "utf8"), { context });
    const page = new vm.SourceTextModule(\`
      import { Client, ClientError } from "client";
      const farm = new Client({ masters: ["http://127.0.0.1:${port}"], token: "${farm.token}" });
      const { id } = await farm.submit({ name: "page", command: ["echo", "from a page"] });
      told.push((await farm.wait(id)).state);
      for await (const event of farm.events({ job: id, after: "0-0" })) if (told.push(event.type) > 1) break;
      for await (const line of farm.logLines(id, 1)) if (!line.startsWith("#")) told.push(line);
      try { await farm.job(999999); } catch (error) { told.push(error instanceof ClientError && error.status); }
      told.push(typeof process, typeof Buffer, typeof require);
    \`, { context });
    await page.link((name) => name === "client" ? client : undefined);
    await page.evaluate();
    console.log(JSON.stringify(told));
  `;
  await Bun.write(join(folder, "page.mjs"), program);
  const { out, err } = await run(node!, "--experimental-vm-modules", "--no-warnings", "page.mjs");
  expect({ out: out.trim(), err }).toEqual({
    out: '["finished","job.submitted","from a page",404,"undefined","undefined","undefined"]',
    err: "",
  });
});

describe("its types", () => {
  async function compile(file: string, text: string, more: object = {}): Promise<string> {
    await Bun.write(join(folder, file), text);
    const compilerOptions = {
      strict: true,
      noEmit: true,
      target: "ES2023",
      module: "ESNext",
      moduleResolution: "bundler",
      lib: ["ES2023", "DOM"],
      types: [],
      noPropertyAccessFromIndexSignature: true,
      ...more,
    };
    const config = join(folder, `${file}.json`);
    await Bun.write(config, JSON.stringify({ compilerOptions, files: [file] }));
    const { out, err } = await run(process.execPath, join(project, "node_modules/typescript/lib/tsc.js"), "-p", config);
    return out + err;
  }

  test("check the example of the README in the strictest way, and find what is wrong", async () => {
    const globals = "declare const process: { env: Record<string, string | undefined> };\n";
    const right = await example().then(
      (code) => globals + code.replaceAll("process.env.", 'process.env["').replaceAll(/(DRQUEUE_\w+) \?\?/g, '$1"] ??'),
    );
    const wrong = `
      import { Client, type Job, type Slave } from "drqueue/client";
      const farm = new Client({ host: "farm1", port: 1234, token: "" });
      const all: [Job[], Slave[]] = [await farm.jobs({ state: ["waiting", "running"], limit: 5 }), await farm.slaves()];
      all[0][0]?.frameCounts.finished.toFixed();
      // @ts-expect-error: a job needs a name
      await farm.submit({ command: ["true"] });
      // @ts-expect-error: no such state
      await farm.jobs({ state: "done" });
      // @ts-expect-error: a number
      (await farm.job(1)).priority.trim();
      // @ts-expect-error: no such event
      farm.events({ types: ["job.exploded"] });
      // @ts-expect-error: may be null
      (await farm.runs(1, 1))[0]?.slave.length;
    `;
    const [first, second] = await Promise.all([compile("right.ts", right), compile("wrong.ts", wrong)]);
    expect(first + second).toBe("");
  });

  test("are those of the source: what fits one fits the other", async () => {
    const source = join(project, "lib/client");
    const names = /^export \{ (.*) \};$/m.exec(await built("client.d.ts").text())![1]!.split(", ");
    const classes = ["Client", "ClientError"];
    expect(names.length).toBeGreaterThan(20);
    const same = names
      .filter((name) => !classes.includes(name))
      .map((name) => `const ${name}: Same<Built.${name}, Source.${name}> = true;`);
    const text = `
      import type * as Built from "drqueue/client";
      import type * as Source from "${source}";
      type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : "the source has more") : "the source is narrower";
      type Methods<C> = { [K in keyof C]: C[K] };
      ${same.join("\n")}
      const client: Same<Methods<Built.Client>, Methods<Source.Client>> = true;
      export { client, ${names.filter((name) => !classes.includes(name)).join(", ")} };
    `;
    const bun = {
      types: [join(project, "node_modules/bun-types")],
      lib: ["ESNext", "DOM", "DOM.Iterable"],
      skipLibCheck: true,
      allowImportingTsExtensions: true,
    };
    expect(await compile("same.ts", text, { ...bun, exactOptionalPropertyTypes: true })).toBe("");
  });
});
