// The rooms of the code: who may import whom. Imports point downwards only.
import { describe, expect, test } from "bun:test";
import { basename, dirname, join, relative, resolve } from "node:path";

const project = resolve(import.meta.dir, "..");
const scripts = ["*.ts", "lib/**/*.ts", "lib/**/*.tsx", "lib/**/*.mjs"]
  .flatMap((pattern) => [...new Bun.Glob(pattern).scanSync(project)])
  .sort();

/** What a file imports: files of the project by their path in it, all else by name. */
const importsOf = new Map<string, string[]>();
for (const file of scripts) {
  const text = await Bun.file(join(project, file)).text();
  const named = text.matchAll(
    /^(?:(?:import|export)\b[^;'"`]*?\bfrom|import)\s+["']([^"']+)|\bimport\(\s*["']([^"']+)/gm,
  );
  importsOf.set(
    file,
    [...named].map((match) => pathOf(file, match[1] ?? match[2]!)),
  );
}

function pathOf(from: string, name: string): string {
  if (!name.startsWith(".")) return name;
  const path = relative(project, join(project, dirname(from), name));
  return [path, `${path}.ts`, `${path}.tsx`, `${path}/index.ts`].find((one) => scripts.includes(one)) ?? path;
}

/** The files that hold rules only: no I/O of any kind. */
const pure = [
  "frames",
  "order",
  "sets",
  "states",
  "tasks",
  "logs",
  "environment",
  "ports",
  "wire",
  "events",
  "notices",
  "submission",
  "amounts",
  "buckets",
  "batch",
  "jobfile",
  "exported",
  "settings",
  "protocol",
  "lists",
  "overview",
  "views",
  "many",
  "releases",
  "sync",
  "rules",
  "line-rules",
  "hours",
  "paths",
  "pictures",
  "load",
  "uploads",
  "after",
  "alike",
  "queue/plan",
  "queue/obstacles",
  "queue/explain",
  "queue/moves",
  "queue/place",
  "master/patience",
  "install/service",
  "install/systemd",
  "install/launchd",
  "install/windows",
  "master/notify/words",
  "master/notify/bodies",
].map((name) => `lib/${name}.ts`);
const isPure = (file: string) => pure.includes(file) || file.startsWith("lib/kinds/");

function room(file: string): string {
  if (isPure(file)) return "pure";
  if (!file.includes("/")) return file === "schema.ts" ? "schema" : "entry";
  const parts = file.split("/");
  return parts.length === 2 ? basename(file, ".ts") : parts[1]!;
}

/** What each room may use of the others; a room may always use itself. */
const below: Record<string, string[]> = {
  entry: ["master", "slave", "cli", "start", "build", "local"],
  // Starts master and slave as processes of their own, and looks on as the command line does.
  start: ["cli", "client", "local", "pure"],
  // Packs the Postgres that the queue unpacks.
  build: ["queue", "local", "pure"],
  master: ["queue", "client", "local", "pure"],
  slave: ["client", "local", "pure"],
  cli: ["install", "client", "local", "pure"],
  page: ["client", "pure"],
  install: ["local", "pure"],
  queue: ["schema", "local", "pure"],
  local: ["client", "pure"],
  schema: ["pure"],
  client: ["pure"],
  pure: [],
};

test("the scan sees the project", () => {
  expect(scripts.length).toBeGreaterThan(50);
  expect(importsOf.get("master.ts")).toContain("lib/master/flags.ts");
  expect(importsOf.get("lib/queue/round.ts")).toContain("lib/queue/assign.ts");
  for (const file of pure) expect(scripts).toContain(file);
});

describe("a file imports only from its room and those below it", () => {
  test.each(scripts)("%s", (file) => {
    const from = room(file);
    const wrong = importsOf
      .get(file)!
      .filter((name) => scripts.includes(name) || name.startsWith("test/"))
      .filter((name) => room(name) !== from && !below[from]?.includes(room(name)));
    expect(wrong).toEqual([]);
  });
});

test("only the master uses the queue", () => {
  const ofQueue = (name: string) => name.startsWith("lib/queue/") && name !== "lib/queue/postgres-files.ts";
  const users = scripts.filter((file) => importsOf.get(file)!.some(ofQueue));
  expect(users.filter((file) => !/^lib\/(master|queue)\//.test(file))).toEqual([]);
});

test("master, slave and command line never import each other", () => {
  for (const one of ["master", "slave", "cli"]) {
    const others = ["master", "slave", "cli"].filter((other) => other !== one).map((other) => `lib/${other}/`);
    for (const file of scripts.filter((file) => file.startsWith(`lib/${one}/`)))
      expect(importsOf.get(file)!.filter((name) => others.some((other) => name.startsWith(other)))).toEqual([]);
  }
});

test("pure files use no system, network or database, but zod for what crosses a wire or a person writes", async () => {
  for (const file of scripts.filter(isPure)) {
    const libraries = importsOf.get(file)!.filter((name) => !scripts.includes(name));
    const allowed =
      /^lib\/((protocol|lists|overview|views|many|wire|events|submission|settings|sync|rules|batch|jobfile|uploads)\.ts$|kinds\/)/.test(
        file,
      )
        ? ["zod"]
        : [];
    expect([file, libraries.filter((name) => !allowed.includes(name))]).toEqual([file, []]);
    const text = await Bun.file(join(project, file)).text();
    expect([file, text.match(/\b(Bun\.|process\.|fetch\(|Date\.now|new Date\(\)|Math\.random|setTimeout)/)]).toEqual([
      file,
      null,
    ]);
  }
});

test("nobody but the queue speaks to the database, and the tables are in one file", async () => {
  for (const file of scripts) {
    const drivers = importsOf.get(file)!.filter((name) => /^(postgres|drizzle-orm)(\/|$)/.test(name));
    if (!file.startsWith("lib/queue/") && file !== "schema.ts") expect([file, drivers]).toEqual([file, []]);
    const text = await Bun.file(join(project, file)).text();
    if (file !== "schema.ts") expect([file, /\bpgTable\b/.test(text)]).toEqual([file, false]);
  }
});

test("no import goes in a circle between files", () => {
  const done = new Set<string>();
  const walk = (file: string, path: string[]) => {
    if (path.includes(file)) throw new Error([...path.slice(path.indexOf(file)), file].join(" -> "));
    if (done.has(file)) return;
    for (const name of importsOf.get(file) ?? []) walk(name, [...path, file]);
    done.add(file);
  };
  for (const file of scripts) walk(file, []);
});

test("no file is a drawer for everything, and none is long", async () => {
  for (const file of scripts) {
    expect([file, /^(utils?|helpers?|common|misc)$/i.test(basename(file).replace(/\..*$/, ""))]).toEqual([file, false]);
    for (const folder of dirname(file).split("/")) expect(folder).not.toMatch(/^(utils?|helpers?|common|misc)$/i);
    const lines = (await Bun.file(join(project, file)).text()).split("\n").length - 1;
    if (file.startsWith("lib/")) expect([file, lines <= 300 ? "short" : lines]).toEqual([file, "short"]);
  }
});

test("entry files hold no logic", async () => {
  for (const file of ["master.ts", "slave.ts", "cli.ts"]) {
    const text = await Bun.file(join(project, file)).text();
    expect([file, /\b(function|class|for|while|if)\b/.test(text)]).toEqual([file, false]);
  }
});

test("the command line speaks to the farm through the client alone", async () => {
  for (const file of scripts.filter((file) => file.startsWith("lib/cli/"))) {
    const text = await Bun.file(join(project, file)).text();
    expect([file, /\bfetch\(|\bWebSocket\b|node:(http|https|net)\b/.test(text)]).toEqual([file, false]);
  }
});

test("the client needs nothing but what browsers have", async () => {
  for (const file of scripts.filter((file) => room(file) === "client")) {
    expect(importsOf.get(file)!.filter((name) => !scripts.includes(name))).toEqual([]);
    const text = await Bun.file(join(project, file)).text();
    expect([file, text.match(/\b(Bun\.|process\.|Buffer\b|node:)/)?.[0]]).toEqual([file, undefined]);
  }
});
