// What the tests start: binaries that their runner built, which start in half the time, else the entry files.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";

/** The folder of the project. */
export const project = resolve(import.meta.dir, "..");

/** Where the runner puts the binary of another release, in the folder that its files are laid out in. */
export const builtName = "built-drqueue";

type Name = "cli" | "master" | "slave";

/** The words that start a program, of this release or of that in a folder. */
export function programOf(name: Name, release = project): string[] {
  const built = release === project ? process.env.DRQUEUE_TEST_PROGRAM : join(release, builtName);
  if (built && existsSync(built)) return name === "cli" ? [built] : [built, name];
  return sourceOf(name, release);
}

/** The same by its entry file: it finds what a binary does not bring, as Postgres. */
export function sourceOf(name: Name, release = project): string[] {
  return [process.execPath, join(release, `${name}.ts`)];
}

/** The words that start the command line, for a line of shell. */
export function shellWords(): string {
  return programOf("cli")
    .map((word) => `"${word}"`)
    .join(" ");
}
