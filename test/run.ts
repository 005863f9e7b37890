// `npm test`: types, lint, then every test, on one Postgres of its own. Ends with one line: N passed, N failed.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { programAssets } from "../lib/build/assets";
import { compile } from "../lib/build/compile";
import { openQueue } from "../lib/queue/open";
import { newDatabase, startPostgres } from "./postgres";
import { builtName, project } from "./program";
import { type Previous, previousRelease } from "./upgrade/previous";

async function run(command: string[], env: Record<string, string> = {}): Promise<{ ok: boolean; out: string }> {
  const child = Bun.spawn(command, {
    cwd: project,
    env: { ...process.env, ...env },
    stdin: "ignore",
    stdout: "inherit",
    stderr: "pipe",
  });
  let out = "";
  for await (const piece of child.stderr) {
    process.stderr.write(piece);
    out += Buffer.from(piece).toString();
  }
  return { ok: (await child.exited) === 0, out };
}

/** One binary of the project, which starts in half the time that its files take. */
async function builtProgram(): Promise<string> {
  const file = join(folder, "drqueue");
  await compile({ entry: join(project, "cli.ts"), assets: await programAssets(folder), file, target: undefined });
  return file;
}

/** Lays out the release before this one and builds it, where the history has it. */
async function builtPrevious(): Promise<void> {
  previous = previousRelease();
  if (!previous) return;
  const assets = [join(previous.folder, "migrations")];
  await compile({
    entry: join(previous.folder, "cli.ts"),
    assets,
    file: join(previous.folder, builtName),
    target: undefined,
  });
}

/** The name of a database that tests copy instead of making its tables again and again. */
async function migratedTables(): Promise<string> {
  const url = await newDatabase(server);
  await (await openQueue({ url })).close();
  return url.slice(url.lastIndexOf("/") + 1);
}

let passed = 0;
let failed = 0;
let skipped = 0;

async function check(name: string, command: string, ...args: string[]): Promise<void> {
  if ((await run([`${project}/node_modules/.bin/${command}`, ...args])).ok) passed++;
  else {
    failed++;
    console.log(`${name} failed`);
  }
}

console.log("types, lint, tests ...");
const checks = Promise.all([
  check("types", "tsc", "-p", "."),
  check("lint", "biome", "check", "--error-on-warnings", "."),
]);
const server = await startPostgres();
let previous: Previous | undefined;
const folder = await mkdtemp(join(tmpdir(), "drqueue-built-"));
try {
  const [built, tables] = await Promise.all([builtProgram(), migratedTables(), builtPrevious()]);
  // What is given behind `--` names the test files to run; without, all.
  const { ok, out } = await run(
    [process.execPath, "test", "--timeout", "60000", "--parallel=6", "--no-isolate", ...Bun.argv.slice(2)],
    {
      DRQUEUE_TEST_POSTGRES: server.url,
      DRQUEUE_TEST_STAGED: server.staged,
      DRQUEUE_TEST_TABLES: tables,
      DRQUEUE_TEST_PROGRAM: built,
      DRQUEUE_TEST_PREVIOUS: previous?.folder ?? "",
      NO_COLOR: "1",
      // Most processes of the tests are gone before compiled code would pay: a command takes half the work without.
      BUN_JSC_thresholdForJITAfterWarmUp: "20000",
    },
  );
  const count = (what: string) => Number(new RegExp(`^ *(\\d+) ${what}$`, "m").exec(out)?.[1] ?? 0);
  passed += count("pass");
  failed += count("fail");
  skipped += count("skip");
  // A run that broke off, or found no test, has failed whatever it counted.
  if (!ok && count("fail") === 0) failed++;
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
  previous?.remove();
}
await checks;
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
process.exit(failed > 0 ? 1 : 0);
