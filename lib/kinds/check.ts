// Looks at a kind that a studio wrote: it is plain JavaScript, so nothing else has told its author what is wrong with it.
import { z } from "zod";
import { ExitCodes, OutputRules } from "../rules";
import { Submission } from "../submission";
import { line } from "../wire";
import {
  fieldsOf,
  type Kind,
  kindHelpers,
  metaOf,
  oneLine,
  parseFields,
  programField,
  typeOf,
  type Word,
} from "./kind";
import { nearest } from "./nearest";

const isFields = (given: unknown) => given instanceof z.ZodObject;
const isFunction = (given: unknown) => typeof given === "function";

const Shape = z.strictObject({
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, "must be small letters, digits and '-'"),
  // It stands in a comment of the jobscript, where cmd still replaces what is between % signs.
  title: line(60).regex(/^[\p{L}\p{N} .,:+()/_'-]+$/u, "must be letters, digits, blanks and simple signs"),
  about: line(500).min(1),
  program: line(4096).min(1),
  fields: z.custom<z.ZodObject>(isFields, "must be z.strictObject({ ... }) with fields made by `field`"),
  each: z.enum(["range", "frame"]),
  lowestFrame: z.int().optional(),
  startIn: z.string().optional(),
  words: z.custom<Kind["words"]>(isFunction, "must be a function of the fields that returns a list of words"),
  output: OutputRules.optional(),
  exitCodes: ExitCodes.optional(),
  pictures: z
    .custom<NonNullable<Kind["pictures"]>>(
      isFunction,
      "must be a function of the fields that returns a pattern or nothing",
    )
    .optional(),
});

/** What the slave sets itself, without DRQUEUE_. */
const ofSlave =
  "FRAME PADFRAME PADFRAMES FRAMES RANGES PAD STARTFRAME ENDFRAME STEPFRAME BLOCKSIZE JOBID JOBNAME OWNER POOL TASK ATTEMPT COMPID OS MASTER ROOT BIN ETC DB TMP LOGS LOG GPUS PROGRAM".split(
    " ",
  );

/**
 * A kind as somebody wrote it, checked; a function is given the helpers and returns the kind.
 * Throws an Error of one line that names what is wrong. Tries `words` with sample values for each choice of fields.
 */
export function checkKind(given: unknown): Kind {
  const made = typeof given === "function" ? given(kindHelpers) : given;
  if (typeof made !== "object" || made === null) throw new Error("a kind is an object: { name, title, about, ... }");
  const name = typeof made.name === "string" && made.name !== "" ? `kind ${oneLine(made.name.slice(0, 60))}` : "kind";
  const wrong = (what: string) => new Error(oneLine(`${name}: ${what}`));
  const parsed = Shape.safeParse(made);
  if (!parsed.success) throw wrong(parsed.error.issues.map((issue) => told(issue, made)).join("; "));
  const kind = parsed.data as Kind;
  const problem = fieldProblem(kind) ?? wordsProblem(kind) ?? picturesProblem(kind);
  if (problem) throw wrong(problem);
  return kind;
}

function told(issue: z.core.$ZodIssue, made: object): string {
  if (issue.code === "unrecognized_keys" && issue.path.length === 0)
    return issue.keys.map((key) => `there is no ${key} in a kind${meant(key)}`).join("; ");
  const key = String(issue.path[0]);
  return key in made ? `${issue.path.join(".")}: ${issue.message}` : `${key} is missing`;
}

function meant(key: string): string {
  const known = Object.keys(Shape.shape);
  const near = nearest(key, known);
  return near.length > 0 ? `, did you mean ${near.join(" or ")}?` : `, only ${known.join(", ")}`;
}

function fieldProblem(kind: Kind): string | undefined {
  const users = new Map<string, string>();
  for (const [name, schema] of Object.entries(kind.fields.shape)) {
    const field = `field ${name}`;
    if (!/^[a-z][A-Za-z0-9]{0,39}$/.test(name)) return `${field}: a name is a small letter, then letters and digits`;
    if (name === programField) return `${field}: every kind has it already`;
    if (name in Submission.shape) return `${field}: every job has something of this name, call it otherwise`;
    let meta: ReturnType<typeof metaOf>;
    try {
      meta = metaOf(schema as z.ZodType);
    } catch (error) {
      return `${field}: ${(error as Error).message}`;
    }
    for (const key of ["label", "hint", "variable"] as const)
      if (!line(500).min(1).safeParse(meta[key]).success) return `${field}: ${key} must be a line of text`;
    if (!/^[A-Z][A-Z0-9_]{0,63}$/.test(meta.variable))
      return `${field}: variable must be capital letters, digits and '_', without DRQUEUE_ in front`;
    if (ofSlave.includes(meta.variable)) return `${field}: the slave sets DRQUEUE_${meta.variable} itself`;
    const other = users.get(meta.variable);
    if (other) return `${field}: DRQUEUE_${meta.variable} is the variable of field ${other} already`;
    users.set(meta.variable, name);
  }
  if (kind.startIn !== undefined && !Object.hasOwn(kind.fields.shape, kind.startIn))
    return `startIn: there is no field ${kind.startIn}`;
  const { properties } = fieldsOf(kind);
  const odd = Object.keys(properties).find((name) => !typeOf(properties[name]!));
  return odd && `field ${odd}: must be a text, a number or a choice`;
}

/** Asks for the words with the least, with all, and with each choice of the fields. */
function wordsProblem(kind: Kind): string | undefined {
  for (const sample of samples(kind)) {
    let fields = sample;
    try {
      fields = parseFields(kind, sample);
    } catch {
      // The author's own rule for a value refuses the sample: the words must do with it all the same.
    }
    const problem = wordsProblemFor(kind, fields);
    if (problem) return problem;
  }
  return undefined;
}

/** Asks for the pictures as for the words. What they say of a job is looked at again when one is submitted. */
function picturesProblem(kind: Kind): string | undefined {
  for (const fields of kind.pictures ? samples(kind) : []) {
    try {
      const pattern: unknown = kind.pictures!(fields);
      if (pattern !== undefined && typeof pattern !== "string") return "pictures: must return a text or nothing";
    } catch (error) {
      return `pictures: it fails for ${JSON.stringify(fields).slice(0, 200)}: ${(error as Error)?.message ?? error}`;
    }
  }
  return undefined;
}

/** What is wrong with the words of a kind for these fields, in one line: no sample tells what its author wrote for all there may be. */
export function wordsProblemFor(kind: Kind, fields: Record<string, unknown>): string | undefined {
  let words: readonly Word[];
  try {
    words = kind.words(fields);
  } catch (error) {
    return oneLine(
      `words: it fails for ${JSON.stringify(fields).slice(0, 200)}: ${(error as Error)?.message ?? error}`,
    );
  }
  if (!Array.isArray(words)) return "words: must return a list";
  const parts = words.flat();
  for (const part of parts) {
    const problem = partProblem(kind, part, fields);
    if (problem) return oneLine(`words: ${problem}`);
  }
  const missing = ["first", "last", "step"].filter((one) => !parts.some((part) => part?.frame === one));
  if (kind.each === "range" && missing.length > 0)
    return `words: a program started once for each range must be told ${missing.join(" and ")}; if it can not be, say each: "frame"`;
  return undefined;
}

function partProblem(kind: Kind, part: unknown, fields: Record<string, unknown>): string | undefined {
  if (typeof part === "string")
    return line(8192).safeParse(part).success ? undefined : `${JSON.stringify(part)} holds a line break or the like`;
  const { field, frame } = (part ?? {}) as { field?: unknown; frame?: unknown };
  if (typeof field === "string") {
    if (!Object.hasOwn(kind.fields.shape, field)) return `there is no field ${field}`;
    return fields[field] === undefined
      ? `${field} is used where it may have no value: write when(${field}, ...)`
      : undefined;
  }
  if (typeof frame !== "string") return `${JSON.stringify(part)} is neither text nor a value`;
  const known = kind.each === "range" ? ["first", "last", "step"] : ["number", "padded"];
  if (known.includes(frame)) return undefined;
  return `${frame === "number" ? "frame" : frame} says nothing where each is "${kind.each}"`;
}

function samples(kind: Kind): Record<string, unknown>[] {
  const { properties, required } = fieldsOf(kind);
  const all: Record<string, unknown> = {};
  const least: Record<string, unknown> = {};
  for (const [name, property] of Object.entries(properties)) {
    all[name] =
      property.default ?? property.enum?.[0] ?? (typeOf(property) === "number" ? (property.minimum ?? 1) : "sample");
    if (required.includes(name) || property.default !== undefined) least[name] = all[name];
  }
  const chosen = Object.entries(properties).flatMap(([name, property]) =>
    (property.enum ?? []).flatMap((choice) => [
      { ...least, [name]: choice },
      { ...all, [name]: choice },
    ]),
  );
  return [least, all, ...chosen];
}
