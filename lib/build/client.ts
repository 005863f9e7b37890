// The client for programs that do not read TypeScript: one file of JavaScript without libraries, and one of its types.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join, posix, resolve } from "node:path";
import { z } from "zod";
import * as batch from "../batch";
import * as events from "../events";
import * as lists from "../lists";
import { PlainError } from "../local/program";
import * as many from "../many";
import * as overview from "../overview";
import * as protocol from "../protocol";
import * as rules from "../rules";
import * as settings from "../settings";
import * as states from "../states";
import * as submission from "../submission";
import * as sync from "../sync";
import * as uploads from "../uploads";
import * as views from "../views";
import * as wire from "../wire";
import { declare } from "./declare";

const project = resolve(import.meta.dir, "../..");

/** The schemas of all that crosses the wire by the names of their types, and the words that they use. */
const wireValues: Record<string, unknown> = {
  ...batch,
  ...states,
  ...wire,
  ...rules,
  ...submission,
  ...settings,
  ...sync,
  ...uploads,
  ...events,
  ...protocol,
  ...lists,
  ...many,
  ...overview,
  ...views,
};

/** Writes client.js and client.d.ts into a folder. Throws a PlainError when that fails. */
export async function buildClient(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  // Renamed when done: who imports it meanwhile never sees half of it.
  const draft = await mkdtemp(join(folder, ".draft-"));
  try {
    await Promise.all([script(join(draft, "client.js")), types(draft)]);
    for (const name of ["client.js", "client.d.ts"]) await rename(join(draft, name), join(folder, name));
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

async function script(file: string): Promise<void> {
  const { outputs } = await Bun.build({
    entrypoints: [join(project, "lib/client.ts")],
    target: "browser",
    format: "esm",
    banner: "// The client of DrQueue, for Node 20+, Bun and browsers. Made by npm run build.",
  });
  await writeFile(file, await outputs[0]!.text());
}

/** What the compiler says of the client, with the types of the wire written out. */
async function types(draft: string): Promise<void> {
  await compileTypes(draft);
  const files = new Map<string, string>();
  const names = new Set<string>();
  const read = async (file: string): Promise<void> => {
    if (files.has(file)) return;
    const text = await readFile(join(draft, `${file}.d.ts`), "utf8");
    files.set(file, text);
    for (const { from, taken } of borrowed(text)) {
      const path = posix.join(posix.dirname(file), from);
      if (path.startsWith("lib/client/")) await read(path);
      else for (const name of taken) names.add(name);
    }
  };
  await read("lib/client");
  const wire: string[] = [];
  for (const name of names) {
    const { text, needs } = wireType(name);
    wire.push(text);
    for (const need of needs) names.add(need);
  }
  const [entry, ...parts] = [...files.values()];
  const shown = borrowed(entry!).flatMap(({ exported, taken }) => (exported ? taken : []));
  await writeFile(
    join(draft, "client.d.ts"),
    [
      "// The types of the client of DrQueue. Made by npm run build.",
      withoutBorrowed(entry!),
      ...parts.map((text) => withoutBorrowed(text).replace(/^export /gm, "")),
      ...wire,
      `export { ${shown.join(", ")} };`,
      "",
    ].join("\n"),
  );
}

/** A type of the wire by its name: of a schema, as it is given (`NewX` to the schema `X`), or of words as `jobStates` to `JobState`. */
function wireType(name: string): { text: string; needs: string[] } {
  const schema = schemaOf(name);
  if (schema) return declare(name, schema);
  const given = name.startsWith("New") ? schemaOf(name.slice(3)) : undefined;
  if (given) return declare(name, given, "input");
  const words = wireValues[`${name[0]!.toLowerCase()}${name.slice(1)}s`];
  if (Array.isArray(words))
    return { text: `type ${name} = ${words.map((word) => JSON.stringify(word)).join(" | ")};`, needs: [] };
  throw new PlainError(
    `lib/client.ts uses the type ${name}, which is neither a schema nor a list of words: make it one`,
  );
}

function schemaOf(name: string): z.ZodType | undefined {
  const schema = wireValues[name];
  if (schema instanceof z.ZodType) return schema;
  // Documents may know it by another name than code.
  const named = (value: unknown) => value instanceof z.ZodType && z.globalRegistry.get(value)?.id === name;
  return Object.values(wireValues).find(named) as z.ZodType | undefined;
}

async function compileTypes(draft: string): Promise<void> {
  const tsc = join(project, "node_modules/typescript/lib/tsc.js");
  if (!existsSync(tsc)) throw new PlainError("the client's types need the compiler: run npm install");
  const config = join(draft, "tsconfig.json");
  const compilerOptions = {
    noEmit: false,
    declaration: true,
    emitDeclarationOnly: true,
    rootDir: project,
    outDir: draft,
    types: [],
  };
  const files = [join(project, "lib/client.ts")];
  await writeFile(
    config,
    JSON.stringify({ extends: join(project, "tsconfig.json"), compilerOptions, files, include: [] }),
  );
  const ran = Bun.spawn([process.execPath, tsc, "-p", config], { cwd: project, stdout: "pipe", stderr: "inherit" });
  const [said, code] = await Promise.all([new Response(ran.stdout).text(), ran.exited]);
  if (code !== 0) throw new PlainError(`the client's types do not compile: ${said.split("\n")[0]}`);
}

const borrowing = /^(import|export) (?:type )?\{([^}]*)\} from "([^"]+)";\n/gm;

/** What a file takes from others, and whether it passes it on. */
function borrowed(text: string): { exported: boolean; taken: string[]; from: string }[] {
  return [...text.matchAll(borrowing)].map(([, verb, names, from]) => ({
    exported: verb === "export",
    taken: [...names!.matchAll(/(?:type )?(\w+)\s*(?:,|$)/g)].map(([, name]) => name!),
    from: from!,
  }));
}

function withoutBorrowed(text: string): string {
  return text.replace(borrowing, "");
}
