// What a job runs, as the command line says it: a kind's jobscript, one that is there already, or a program.
import { statSync } from "node:fs";
import { basename, resolve, win32 } from "node:path";
import { PlainError } from "../local/program";
import type { KindInfo } from "../protocol";
import type { Submission } from "../submission";
import { fieldsGiven, type Given, pathsFromHere, requireFields } from "./kind-fields";

type Work = { name: string; given: Pick<Submission, "kind" | "command"> & { fields?: Submission["fields"] } };

/** What the job runs, and a name for it. Throws a PlainError. */
export function workOf(
  kind: KindInfo | undefined,
  fields: { options: Given; pairs: readonly (readonly [string, string])[] },
  jobscript: string | undefined,
  program: readonly string[],
): Work {
  if (kind && jobscript !== undefined) throw new PlainError("either --kind or --jobscript", 2);
  if (kind) {
    if (program[0] !== undefined)
      throw new PlainError(`'${program[0]}' is one word too many: --kind ${kind.name} knows its program`, 2);
    const given = pathsFromHere(kind, fieldsGiven(kind, fields.options, fields.pairs));
    requireFields(kind, given);
    return { name: nameOfScene(kind, given), given: { kind: kind.name, fields: given } };
  }
  if (fields.pairs.length > 0) throw new PlainError("--field is for a kind: name it in --kind", 2);
  if (jobscript !== undefined) {
    const path = /^[A-Za-z]:|^\\\\/.test(jobscript) ? jobscript : resolve(jobscript);
    checkScript(path);
    return { name: fileName(path), given: { command: [path, ...program] } };
  }
  if (program.length === 0)
    throw new PlainError(
      "name the program to run, as in: drqueue submit --frames 1-10 -- program args (or a --kind, or a --jobscript)",
      2,
    );
  return { name: fileName(program[0]!), given: { command: [...program] } };
}

/** A script that is not here may be on the slaves; one that is here tells what will go wrong there. */
function checkScript(path: string): void {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file?.isDirectory()) throw new PlainError(`--jobscript: ${path} is a folder`, 2);
  if (file && process.platform !== "win32" && (file.mode & 0o111) === 0)
    throw new PlainError(`--jobscript: ${path} may not be run: chmod +x ${path}`, 2);
}

function nameOfScene(kind: KindInfo, fields: Submission["fields"]): string {
  const scene = fields.scene ?? kind.fields.map(({ name, path }) => path && fields[name]).find(Boolean);
  return scene === undefined || scene === "" ? kind.name : fileName(`${scene}`);
}

/** The last part of a path of either system, fit for the name of a job. */
function fileName(path: string): string {
  const last = /^[A-Za-z]:|^\\\\/.test(path) ? win32.basename(path) : basename(path);
  return (
    last
      .toWellFormed()
      .replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ")
      .slice(0, 200)
      .toWellFormed() || "job"
  );
}
