// Whether a command can be started on this machine, and how: else why not, in words for the person who submitted it.
import { closeSync, openSync, readSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { platform } from "./platform";

/** So much of a script's first line is looked at, as Linux does, bytes. */
const longestFirstLine = 256;

/**
 * The command as it is started. A jobscript that may not be executed, as on storage without that right, is read by the interpreter
 * that its first line names. `refused`: why it cannot be started.
 */
export function runnable(
  command: readonly string[],
  folder: string,
  path: string | undefined,
): { command: string[] } | { refused: string } {
  const [program = "", ...words] = command;
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    return { refused: `the working folder ${folder} does not exist on this slave` };
  if (!/[/\\]/.test(program))
    return Bun.which(program, { PATH: path ?? "" })
      ? { command: [program, ...words] }
      : { refused: `there is no program ${program} in this slave's PATH` };
  const file = resolve(folder, program);
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return { refused: `the jobscript ${file} does not exist on this slave` };
  if (found.isDirectory()) return { refused: `${file} is a folder, not a jobscript` };
  if (platform.mayRun(file)) return { command: [program, ...words] };
  const [interpreter, ...more] = (found.isFile() && interpreterOf(file)) || [];
  if (interpreter === undefined) return { refused: `the jobscript ${file} may not be executed: chmod +x it` };
  if (statSync(interpreter, { throwIfNoEntry: false })?.isFile())
    return { command: [interpreter, ...more, file, ...words] };
  const ends = interpreter.endsWith("\r") ? ": its lines end as on Windows" : "";
  return {
    refused: `the interpreter ${interpreter.trim()} of the jobscript ${file} does not exist on this slave${ends}`,
  };
}

/** What the `#!` line of a script puts in front of it: the interpreter, and all the rest as one argument; undefined without such a line. */
export function interpreterOf(file: string): string[] | undefined {
  let script: number | undefined;
  try {
    script = openSync(file, "r");
    const bytes = Buffer.alloc(longestFirstLine);
    const line = bytes.toString("utf8", 0, readSync(script, bytes, 0, bytes.length, 0)).split("\n", 1)[0]!;
    const [, interpreter, argument] = /^#![ \t]*([^ \t]+)(?:[ \t]+(.*?))?[ \t]*$/.exec(line) ?? [];
    return interpreter ? [interpreter, ...(argument ? [argument] : [])] : undefined;
  } catch {
    return undefined;
  } finally {
    if (script !== undefined) closeSync(script);
  }
}
