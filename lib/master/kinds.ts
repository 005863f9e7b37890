// The kinds of jobs of a farm: those that come with it, and a studio's own in files of a folder, loaded once at the start.
import { readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { frameCount, parseFrames } from "../frames";
import { builtinKinds } from "../kinds";
import { checkKind, wordsProblemFor } from "../kinds/check";
import { jobscript, type Shell, variablesOf } from "../kinds/jobscript";
import { type Kind, oneLine, parseFields } from "../kinds/kind";
import { within } from "../local/deadline";
import { HttpError } from "../local/guard";
import { PlainError } from "../local/program";
import { patternProblem, patternProblemFor } from "../pictures";
import type { JobDetail } from "../protocol";
import type { Expanded } from "../queue/insert";
import type { JobChange, Submission } from "../submission";

/** So long may a studio's file wait for something, ms. */
const readMs = 10_000;

/** Kinds by name. */
export type Kinds = ReadonlyMap<string, Kind>;

/**
 * The kinds of a farm with the files of `folder`; a kind there replaces one of the same name that comes with the program. A file is a
 * module whose default export is a function that is given what kinds are made of, since it can import nothing of this program,
 * and returns the kind. Bun loads such files also when the program is one binary.
 * @throws PlainError in one line that names every faulty file
 */
export async function loadKinds(folder: string | undefined): Promise<Kinds> {
  const kinds = new Map(builtinKinds.map((kind) => [kind.name, kind]));
  const own = new Map<string, string>();
  const faults: string[] = [];
  for (const file of folder === undefined ? [] : filesIn(folder)) {
    try {
      const kind = checkKind(await exportOf(join(folder!, file)));
      const other = own.get(kind.name);
      if (other) throw new Error(`kind ${kind.name} is in ${other} as well`);
      own.set(kind.name, file);
      kinds.set(kind.name, kind);
    } catch (error) {
      faults.push(`${file}: ${faultOf(error)}`);
    }
  }
  if (faults.length > 0) throw new PlainError(`kinds in ${folder} cannot be used: ${faults.join("; ")}`);
  return new Map([...kinds].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The names of those kinds that a studio brought. */
export function ownNames(kinds: Kinds): string[] {
  return [...kinds.values()].filter((kind) => !builtinKinds.includes(kind)).map(({ name }) => name);
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder)
      .filter((name) => /^[^.].*\.(js|mjs|ts)$/.test(name) && !name.endsWith(".d.ts"))
      .sort();
  } catch (error) {
    throw new PlainError(`cannot read the folder of kinds ${folder} (${(error as NodeJS.ErrnoException).code})`);
  }
}

async function exportOf(path: string): Promise<unknown> {
  const read = import(pathToFileURL(resolve(path)).href);
  if (!(await within(readMs, read))) throw new Error(`it does not come to its end within ${readMs / 1000} s`);
  const { default: made } = (await read) as { default?: unknown };
  if (made === undefined) throw new Error("write 'export default' in front of its function that returns the kind");
  return made;
}

/** In one line, with the place where the file does not parse. */
function faultOf(error: unknown): string {
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const { message, position } = (first ?? {}) as Partial<BuildMessage>;
  const text = String(message || first).split("\n", 1)[0]!;
  return position ? `line ${position.line}: ${text}` : text;
}

/** The kind of this name. Throws an HttpError when there is none. */
export function kindOf(kinds: Kinds, name: string): Kind {
  const kind = kinds.get(name);
  if (!kind) throw new HttpError(404, `there is no kind '${name}': ${[...kinds.keys()].join(", ")}`);
  return kind;
}

/** The jobscript of a job with these fields. Throws an HttpError in one line when they do not fit. */
export function jobscriptOf(kind: Kind, given: Submission["fields"], shell: Shell): string {
  return jobscript(kind, checked(kind, given), shell);
}

/** A submission with what its kind makes of its fields. Throws an HttpError in one line when they do not fit. */
export function expand(kinds: Kinds, given: Submission): Expanded {
  if (given.kind === undefined) {
    if (Object.keys(given.fields).length > 0) throw new HttpError(400, "fields: only a job of a kind has fields");
    checkPictures(given.pictures, given.frames);
    return { ...given, fields: null, fieldVariables: {}, script: null };
  }
  const kind = kinds.get(given.kind);
  if (!kind) throw new HttpError(400, `kind: there is no '${given.kind}': ${[...kinds.keys()].join(", ")}`);
  const fields = checked(kind, given.fields);
  checkPictures(given.pictures, given.frames);
  return {
    ...given,
    pictures: given.pictures ?? picturesOf(kind, given),
    fieldVariables: variablesOf(kind, fields),
    script: { path: null, sh: jobscript(kind, fields, "sh"), cmd: jobscript(kind, fields, "cmd") },
    exitMeanings: { ...kind.exitCodes, ...given.exitMeanings },
    output: { ...kind.output, ...given.output },
  };
}

/**
 * Where the pictures of a job are by its kind alone; null where that does not tell. What a studio's rule says that is no pattern, or not
 * one for so many frames, is passed over: a job without pictures is better than none.
 */
export function picturesOf(kind: Kind, job: { fields: Record<string, unknown> | null; frames: string }): string | null {
  try {
    const pattern = kind.pictures?.(parseFields(kind, job.fields ?? {}));
    return pattern === undefined || patternProblem(pattern) || problemFor(pattern, job.frames) ? null : pattern;
  } catch {
    return null;
  }
}

/** Throws an HttpError for a pattern that cannot be that of all these frames. */
function checkPictures(pattern: string | null | undefined, frames: string): void {
  const problem = pattern ? problemFor(pattern, frames) : undefined;
  if (problem) throw new HttpError(400, `pictures: ${problem}`);
}

/** Only what has no place for the frame asks how many there are. That their text is wrong is said by who reads it. */
function problemFor(pattern: string, frames: string): string | undefined {
  if (!patternProblemFor(pattern, 2)) return undefined;
  try {
    return patternProblemFor(pattern, frameCount(parseFrames(frames)));
  } catch {
    return undefined;
  }
}

/**
 * The change of a job with what its kind makes of the changed fields, and of pictures of which a person says nothing any more; an empty
 * text takes a field away. The jobscript stays as it is, so a field that it knows nothing of cannot be brought in. Throws an HttpError.
 */
export function expandChange(
  kinds: Kinds,
  job: Pick<JobDetail, "id" | "kind" | "fields" | "frames" | "pictures">,
  change: JobChange,
): JobChange & { fieldVariables?: Record<string, string> } {
  checkPictures(change.pictures, job.frames);
  if (change.fields === undefined) {
    const kind = change.pictures === null && job.kind !== null ? kinds.get(job.kind) : undefined;
    return kind ? { ...change, pictures: picturesOf(kind, job) } : change;
  }
  if (job.kind === null) throw new HttpError(409, `job ${job.id} is of no kind, so it has no fields`);
  const kind = kinds.get(job.kind);
  if (!kind) throw new HttpError(409, `job ${job.id} is of kind ${job.kind}, which this master does not have any more`);
  const before = (job.fields ?? {}) as Submission["fields"];
  const given = Object.fromEntries(
    Object.entries({ ...before, ...change.fields }).filter(
      ([name, value]) => value !== "" || !(name in change.fields!),
    ),
  );
  const fields = checked(kind, given);
  // In the script for Windows no values stand, so it tells whether the command is still the same.
  if (jobscript(kind, fields, "cmd") !== jobscript(kind, checked(kind, before), "cmd")) {
    throw new HttpError(
      409,
      `the jobscript of job ${job.id} is written for other fields than these: submit a new job, or change only values of fields that it has`,
    );
  }
  // What the kind said goes with its fields; what a person said stays.
  const said = job.pictures === picturesOf(kind, { ...job, fields: before }) ? null : job.pictures;
  const pictures =
    (change.pictures === undefined ? said : change.pictures) ?? picturesOf(kind, { ...job, fields: given });
  return {
    ...change,
    ...(pictures !== job.pictures && { pictures }),
    fields: given,
    fieldVariables: variablesOf(kind, fields),
  };
}

function checked(kind: Kind, given: Submission["fields"]): Record<string, unknown> {
  let fields: Record<string, unknown>;
  try {
    fields = parseFields(kind, given);
  } catch (error) {
    throw new HttpError(400, oneLine((error as Error).message));
  }
  const problem = wordsProblemFor(kind, fields);
  if (problem) throw new HttpError(400, `kind ${kind.name}: ${problem}`);
  return fields;
}
