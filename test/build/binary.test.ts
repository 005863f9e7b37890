// One binary, built as `npm run build` does but for the Postgres in it, in a folder that has nothing else.
import { afterAll, beforeAll, expect, test } from "bun:test";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { programAssets } from "../../lib/build/assets";
import { compile } from "../../lib/build/compile";
import { readLock } from "../../lib/local/lock";
import { bundlePage } from "../../lib/local/page-files";
import { version } from "../../lib/local/program";
import { until } from "../farm";
import { readCommand, readUnit } from "../install/units";
import { newDatabase, testServer } from "../postgres";
import { scrape } from "../prometheus";

const project = resolve(import.meta.dir, "../..");
let folder: string;
let binary: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-binary-"));
  binary = join(folder, "bin", "drqueue");
  await compile({
    entry: join(project, "cli.ts"),
    assets: await programAssets(folder),
    file: binary,
    target: undefined,
  });
  // What a person's folder may hold, and must not reach a program that is merely called there.
  mkdirSync(join(folder, "work"));
  writeFileSync(join(folder, "work", "bunfig.toml"), 'preload = ["./missing.ts"]\n');
  writeFileSync(join(folder, "work", ".env"), "DATABASE_URL=postgres://127.0.0.1:1/wrong\nDRQUEUE_MASTER=wrong:1\n");
  writeFileSync(join(folder, "work", "tsconfig.json"), "{ broken");
  writeFileSync(join(folder, "work", "package.json"), "{ broken");
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(args: string[], env: Record<string, string> = {}) {
  return Bun.spawn([binary, ...args], {
    cwd: join(folder, "work"),
    env: { PATH: "/usr/bin:/bin", HOME: folder, DRQUEUE_DATA: join(folder, "data"), ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
}

async function run(args: string[], env?: Record<string, string>) {
  const ran = start(args, env);
  const [out, err] = await Promise.all([new Response(ran.stdout).text(), new Response(ran.stderr).text()]);
  return { code: await ran.exited, out, err };
}

/** Waits until a program of the binary has written its port to its lock. */
function portOf(lock: string): Promise<number> {
  return until(async () => readLock(join(folder, "data", lock))?.port as number | undefined, `${lock} to have a port`);
}

test("is a program that anyone may run, with nothing left of its making", () => {
  expect(statSync(binary).mode & 0o777).toBe(0o755);
  expect(readdirSync(join(folder, "bin"))).toEqual(["drqueue"]);
});

test("knows its version without the project's files", () => {
  const ran = Bun.spawnSync([binary, "--version"], { cwd: join(folder, "work"), env: {} });
  expect({ out: ran.stdout.toString(), err: ran.stderr.toString() }).toEqual({ out: `${version}\n`, err: "" });
});

test("holds master, slave and commands: a job is submitted, rendered and read back, and all of it stops", async () => {
  const database = { DATABASE_URL: await newDatabase(await testServer()) };
  const here = ["--host", "127.0.0.1", "--port", "0"];
  const master = start(["master", ...here], database);
  const running = [master];
  try {
    const at = `127.0.0.1:${await portOf("master.lock")}`;
    const slave = start(["slave", "--name=s1", "--pool=maya", "--master", at, ...here]);
    running.unshift(slave);
    const script = 'echo "frame $DRQUEUE_FRAME by $DRQUEUE_BIN"';
    const submit = ["submit", "--frames=5-6", "--pool=maya", "--owner=ann", "--wait", "--json", "--master", at];
    expect(await run([...submit, "--", "sh", "-c", script])).toMatchObject({ code: 0, err: "" });
    expect((await run(["log", "1", "6", "--master", at])).out).toContain(`frame 6 by ${join(folder, "bin")}\n`);
    for (const [path, holds] of [
      ["/openapi.json", '"openapi":"3.1.0"'],
      ["/docs", "docs/swagger-ui.js"],
      ["/docs/swagger-ui.js", "SwaggerUIBundle"],
      ["/docs/page.css", ".swagger-ui"],
    ] as const)
      expect([path, (await (await fetch(`http://${at}${path}`)).text()).includes(holds)]).toEqual([path, true]);
    const page = Object.entries(await bundlePage());
    expect(page.length).toBeGreaterThanOrEqual(3);
    for (const [path, { text }] of page)
      expect([path, (await (await fetch(`http://${at}${path}`)).text()) === text]).toEqual([path, true]);
    const token = readFileSync(join(folder, "data", "token"), "utf8").trim();
    expect((await run(["page", "--master", at])).out).toBe(`http://${at}/#token=${token}\n`);
    const now = await scrape(Number(at.split(":")[1]), token);
    expect(now.value("drqueue_tasks_handed_out_total")).toBe(2);
    expect(now.value("process_resident_memory_bytes")).toBeGreaterThan(1e6);
    const jobs = await run(["jobs", "--json", "--master", at]);
    expect(JSON.parse(jobs.out)).toMatchObject([{ id: 1, state: "finished", owner: "ann" }]);
  } finally {
    const codes: number[] = [];
    for (const program of running) {
      program.kill("SIGTERM");
      codes.push(await program.exited);
    }
    expect(codes).toEqual([0, 0]);
  }
}, 60_000);

test("loads a studio's kinds from files on the disk, and names the one that is wrong", async () => {
  const kinds = join(folder, "kinds");
  mkdirSync(kinds);
  const words = 'words: (fields: object) => [first, last, step, value("scene")]';
  const rest = 'fields: z.strictObject({ scene: field.path("SCENE", "Scene", "The scene") })';
  writeFileSync(
    join(kinds, "right.ts"),
    `export default ({ z, field, value, first, last, step }) =>
      ({ name: "ours", title: "Ours", about: "Ours.", program: "ours", each: "range", ${rest}, ${words} });\n`,
  );
  writeFileSync(join(kinds, "wrong.js"), "export default (\n");
  const { code, err } = await run(["master", "--port", "0", "--kinds", kinds]);
  expect({ code, lines: err.trim().split("\n").length }).toEqual({ code: 1, lines: 1 });
  expect(err).toContain("wrong.js: line ");
  expect(err).not.toContain("right.ts");
});

test("installed, it is what the system starts", async () => {
  const root = join(folder, "root");
  expect((await run(["install", "slave", "--for=systemd", "--root", root, "--slots", "2"])).code).toBe(0);
  const unit = readFileSync(join(root, "etc/systemd/system/drqueue-slave.service"), "utf8");
  const [, command] = readUnit(unit).Service!.find(([name]) => name === "ExecStart")!;
  expect(readCommand(command)).toEqual([binary, "slave", "--slots", "2"]);
});

test("without a Postgres inside, its master asks for DATABASE_URL in one line", async () => {
  const { code, err } = await run(["master", "--port", "0"]);
  expect(code).toBe(1);
  expect(err.trim().split("\n")).toHaveLength(1);
  expect(err).toContain("this build carries no Postgres");
  expect(err).toContain("set DATABASE_URL");
});

test("code that does not bundle leaves the earlier binary as it was", async () => {
  const entry = join(folder, "wrong.ts");
  writeFileSync(entry, 'import "./missing";\n');
  const before = statSync(binary);
  expect(compile({ entry, assets: [], file: binary, target: undefined })).rejects.toThrow("missing");
  await compile({ entry, assets: [], file: binary, target: undefined }).catch(() => {});
  expect(statSync(binary)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
  expect(existsSync(join(folder, "bin", "drqueue"))).toBe(true);
  expect(readdirSync(join(folder, "bin"))).toEqual(["drqueue"]);
});
