// What the tests start: the binary that their runner built, which starts in half the time, else the entry files.
import { resolve } from "node:path";

/** The folder of the project. */
export const project = resolve(import.meta.dir, "..");

/** The words that start a program; of another release, whose folder is given, its entry file. */
export function programOf(name: "cli" | "master" | "slave", release?: string): string[] {
  const built = process.env.DRQUEUE_TEST_PROGRAM;
  if (built && release === undefined) return name === "cli" ? [built] : [built, name];
  return [process.execPath, `${release ?? project}/${name}.ts`];
}
