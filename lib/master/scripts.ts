// Jobscripts that a kind wrote, as files that slaves share and people read and edit.
import { randomBytes } from "node:crypto";
import { readdirSync } from "node:fs";
import { chmod, open, unlink } from "node:fs/promises";
import { join, resolve } from "node:path";
import { getLogger } from "@logtape/logtape";
import { within } from "../local/deadline";
import type { Queue } from "../queue/open";
import { folderToPlace, placeScript } from "../queue/script";

const journal = getLogger(["drqueue", "scripts"]);

/** What a kind wrote. */
type Script = { sh: string; cmd: string };

/** So long a submission waits for its jobscripts to be written, ms; and so many jobs' are written at a time. */
const patience = { ms: 5000, atOnce: 8 } as const;

/**
 * Puts the jobscripts of jobs that were just submitted into the script folder. Until then, and when that fails, slaves run the text
 * that travels with the task, which is the same. Storage that hangs is not waited for: it must not make a person submit twice.
 */
export async function keepScripts(
  queue: Queue,
  scripts: string,
  jobs: readonly { id: number; script?: Script | null | undefined }[],
): Promise<void> {
  const left = jobs.flatMap(({ id, script }) => (script ? [{ id, script }] : []));
  const keepOn = async () => {
    for (let next = left.shift(); next; next = left.shift()) await keepBoth(queue, scripts, next.id, next.script);
  };
  await within(patience.ms, Promise.all(Array.from({ length: patience.atOnce }, keepOn)));
}

async function keepBoth(queue: Queue, scripts: string, id: number, script: Script): Promise<void> {
  try {
    const folder = await folderToPlace(queue, id);
    if (folder === undefined) return;
    const path = await writeScripts(scripts, folder, script);
    // Deleted already: whoever removes its files may have been here before.
    if (!(await placeScript(queue, id, path))) for (const file of bothOf(path)) await unlink(file);
  } catch (error) {
    journal.warn("the jobscript of job {job} cannot be written to {scripts}, slaves run it from its text: {error}", {
      job: id,
      scripts,
      error: (error as Error).message,
    });
  }
}

function bothOf(path: string): string[] {
  return [path, path.replace(/\.sh$/, ".cmd")];
}

/**
 * Writes both jobscripts of a job into the script folder and returns the absolute path of the one in sh; that for Windows lies beside
 * it and ends in .cmd. Never overwrites: where slaves do not share this folder, a file of another farm may have the same path, and six
 * random digits keep it from being taken for this one. Throws when they cannot be written; nothing is left then.
 */
export async function writeScripts(
  scripts: string,
  logFolder: string,
  script: Script,
  digits = () => randomBytes(3).toString("hex"),
): Promise<string> {
  for (let tries = 1; ; tries++) {
    const path = join(resolve(scripts), `${logFolder}.${digits()}`);
    try {
      await writeBoth(path, script);
      return `${path}.sh`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST" || tries === 10) throw error;
    }
  }
}

async function writeBoth(path: string, { sh, cmd }: Script): Promise<void> {
  const written: string[] = [];
  try {
    for (const [file, text] of [
      [`${path}.cmd`, cmd],
      [`${path}.sh`, sh],
    ] as const) {
      const handle = await open(file, "wx", 0o755);
      written.push(file);
      try {
        await handle.writeFile(text);
      } finally {
        await handle.close();
      }
      // Whatever the umask: the slaves may run as another user.
      await chmod(file, 0o755);
    }
  } catch (error) {
    for (const file of written) await unlink(file).catch(() => {});
    throw error;
  }
}

/** The files in the script folder that belong to the job of this log folder. */
export function scriptsOf(names: readonly string[], logFolder: string): string[] {
  return names.filter(
    (name) => name.startsWith(`${logFolder}.`) && /^[0-9a-f]{6}\.(sh|cmd)$/.test(name.slice(logFolder.length + 1)),
  );
}

/** The names in the script folder; none when it cannot be read. */
export function namesIn(scripts: string): string[] {
  try {
    return readdirSync(scripts);
  } catch {
    return [];
  }
}
