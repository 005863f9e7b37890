// What a kind of job is: the fields a person fills in, the jobscript made of them, and how to read what its renderer prints.
// check.ts looks at kinds that a studio wrote.
import { z } from "zod";
import type { KindInfo } from "../protocol";
import type { ExitCodes, OutputRules } from "../rules";
import { text } from "../wire";
import { nearest } from "./nearest";

/** What a word of a command stands for when the jobscript runs: a field of the job, or a place in the task's frames. */
export type Value = { readonly field: string } | { readonly frame: "first" | "last" | "step" | "number" | "padded" };

/** One argument of a command: fixed text, a value, or several of them in a row without a blank between. */
export type Word = string | Value | readonly (string | Value)[];

/** A field: `variable` is its name behind DRQUEUE_, `path` says that slaves translate it by their path maps. */
export type FieldMeta = { label: string; hint: string; variable: string; path?: boolean };

/** A kind of job. Everything in it is fixed at submission: what runs later depends on the job alone. */
export type Kind = {
  /** What a person types behind --kind: small letters, digits and '-'. */
  readonly name: string;
  readonly title: string;
  /** One or two sentences: what it renders and what it expects of the scene. */
  readonly about: string;
  /** The renderer's command line program, as it is called where nobody says otherwise. */
  readonly program: string;
  /** A strict object of fields made by `field`; each is optional or has a default unless the renderer can not do without. */
  readonly fields: z.ZodObject;
  /**
   * `range`: the program is started once for each evenly stepped range of the task's frames, and is told `first`, `last` and `step`.
   * `frame`: once for each frame, told `frame` or `padded`; DRQUEUE_FRAME and DRQUEUE_PADFRAME say that frame too.
   */
  readonly each: "range" | "frame";
  /** The lowest frame that the program takes as it is meant; the jobscript refuses lower ones. Any, when left out. */
  readonly lowestFrame?: number;
  /** The field with the folder to start the program in, where it has a value. Else the job's folder. */
  readonly startIn?: string;
  /** The arguments, given the fields as they were checked. */
  readonly words: (fields: Record<string, unknown>) => readonly Word[];
  /** How to read its output. */
  readonly output?: OutputRules;
  /** What its exit codes mean, beyond 0 being success. */
  readonly exitCodes?: ExitCodes;
  /** Where its pictures are, as a pattern with a place for the frame; undefined where the fields do not surely tell. */
  readonly pictures?: (fields: Record<string, unknown>) => string | undefined;
};

/** The field that every kind has: which program to start, for studios where it has another name or place. */
export const programField = "program";

const described = <T extends z.ZodType>(schema: T, meta: FieldMeta): T => schema.meta(meta) as T;

/** Makes fields. `variable` is the name of the variable behind DRQUEUE_, the original's where it had one. */
export const field = {
  /** A file or folder on storage that all slaves see. */
  path: (variable: string, label: string, hint: string) =>
    described(text(4096).min(1), { variable, label, hint, path: true }),
  /** Any text. */
  text: (variable: string, label: string, hint: string) => described(text(4096).min(1), { variable, label, hint }),
  /** A whole number. */
  number: (variable: string, label: string, hint: string, least = 1, most = 1_000_000) =>
    described(z.coerce.number().int().min(least).max(most), { variable, label, hint }),
  /** One of several words. */
  choice: <const T extends readonly [string, ...string[]]>(variable: string, label: string, hint: string, words: T) =>
    described(z.enum(words), { variable, label, hint }),
};

/** What a field says of itself, also when it is optional or has a default. */
export function metaOf(schema: z.ZodType): FieldMeta {
  let inner = schema as z.ZodType & { def: { innerType?: z.ZodType } };
  for (;;) {
    const meta = inner.meta() as FieldMeta | undefined;
    if (meta) return meta;
    if (!inner.def.innerType) throw new Error("a field of a kind is made by one of the functions of `field`");
    inner = inner.def.innerType as typeof inner;
  }
}

/** The variable that holds a field's value. */
export function variableOf(kind: Kind, name: string): string {
  if (name === programField) return "DRQUEUE_PROGRAM";
  const schema = kind.fields.shape[name];
  if (!schema) throw new Error(`kind ${kind.name} has no field ${name}`);
  return `DRQUEUE_${metaOf(schema as z.ZodType).variable}`;
}

/** The value of a field in a word. */
export const value = (name: string): Value => ({ field: name });
export const first: Value = { frame: "first" };
export const last: Value = { frame: "last" };
export const step: Value = { frame: "step" };
/** The frame, where the program is started once for each. */
export const frame: Value = { frame: "number" };
/** The same with the job's zeros in front. */
export const padded: Value = { frame: "padded" };

/** `words` when the field has a value, else nothing. */
export function when(given: unknown, ...words: Word[]): Word[] {
  return given === undefined || given === false ? [] : words;
}

/** What the function in a studio's file is given: all that the kinds of the project are made of. */
export const kindHelpers = { z, field, value, first, last, step, frame, padded, when };

/** A field as its schema says it. */
type Property = {
  type?: string;
  enum?: string[];
  default?: string | number;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
};

/** The fields of a kind as JSON schema has them, and the names of those that must be given. */
export function fieldsOf(kind: Kind): { properties: Record<string, Property>; required: string[] } {
  const schema = z.toJSONSchema(kind.fields, { io: "input", unrepresentable: "any" });
  return { properties: (schema.properties ?? {}) as Record<string, Property>, required: schema.required ?? [] };
}

/** What programs and forms see of a kind: read from its schema, so that it can not say anything else. */
export function kindInfo(kind: Kind): KindInfo {
  const { properties, required } = fieldsOf(kind);
  return {
    name: kind.name,
    title: kind.title,
    about: kind.about,
    program: kind.program,
    each: kind.each,
    fields: [
      ...Object.entries(properties).map(([name, property]) => {
        const { label, hint, path = false } = metaOf(kind.fields.shape[name] as z.ZodType);
        return {
          name,
          label,
          hint,
          variable: variableOf(kind, name),
          path,
          required: required.includes(name),
          type: typeOf(property) ?? "text",
          ...(property.enum && { choices: property.enum }),
          ...(property.default !== undefined && { default: property.default }),
        };
      }),
      {
        name: programField,
        label: "Program",
        hint: "The renderer's program, where it has another name or place",
        variable: "DRQUEUE_PROGRAM",
        path: true,
        required: false,
        type: "text",
        default: kind.program,
      },
    ],
    exitCodes: kind.exitCodes ?? {},
    output: kind.output ?? {},
  };
}

/** What a form shows for a field; undefined for what is none of the three. */
export function typeOf(property: Property): KindInfo["fields"][number]["type"] | undefined {
  if (property.enum) return "choice";
  if (property.type === "string") return "text";
  return property.type === "integer" || property.type === "number" ? "number" : undefined;
}

/**
 * The fields of a job of this kind, checked: numbers as numbers, defaults filled in, `program` only where given.
 * Throws an Error of one line that names each field that is wrong, and what would be right.
 */
export function parseFields(kind: Kind, given: Record<string, unknown>): Record<string, unknown> {
  const { properties } = fieldsOf(kind);
  const known = [...Object.keys(properties), programField];
  const fields = Object.entries(given).filter(([name, value]) => known.includes(name) && value !== undefined);
  const own = Object.fromEntries(fields.filter(([name]) => name !== programField));
  const program = given[programField];

  const wrong = new Map<string, string>();
  for (const name of Object.keys(given)) if (!known.includes(name)) wrong.set(name, unknownField(name, known));
  if (program !== undefined && !text(4096).min(1).safeParse(program).success)
    wrong.set(programField, `${programField} is the name or path of a program, not ${shown(program)}`);
  for (const [name, value] of Object.entries(own))
    if (typeOf(properties[name]!) === "number" && !/^-?\d{1,15}$/.test(worded(value)))
      wrong.set(name, `${name} is ${expected(properties[name]!)}, not ${shown(value)}`);
  const parsed = kind.fields.safeParse(own);
  for (const { path, code, message } of parsed.error?.issues ?? []) {
    const name = String(path[0] ?? "fields");
    const property = properties[name];
    if (wrong.has(name)) continue;
    if (!property || code === "custom") wrong.set(name, `${name}: ${message}`);
    else if (!(name in own)) wrong.set(name, `it needs ${name}: ${metaOf(kind.fields.shape[name] as z.ZodType).hint}`);
    else wrong.set(name, `${name} is ${expected(property, message)}, not ${shown(own[name])}`);
  }
  if (wrong.size > 0) throw new Error(oneLine(`kind ${kind.name}: ${[...wrong.values()].join("; ")}`));
  return { ...parsed.data, ...(program !== undefined && { [programField]: program }) };
}

function unknownField(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return `it has no field ${shown(name)}, ${near.length > 0 ? `did you mean ${near.join(" or ")}?` : `but ${known.join(", ")}`}`;
}

/** What a value must be, in words. */
function expected({ minimum, maximum, minLength, maxLength, ...property }: Property, otherwise = ""): string {
  if (property.enum) return `one of ${property.enum.join(", ")}`;
  if (typeOf(property) === "number") return `a whole number from ${minimum} to ${maximum}`;
  if (minLength !== undefined && maxLength !== undefined) return `text of ${minLength} to ${maxLength} characters`;
  return otherwise;
}

/** A value in a message: short, on one line, with quotes round text. */
function shown(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value.slice(0, 100)) : worded(value);
  return text.length > 110 ? `${text.slice(0, 110)}...` : text;
}

/** A message without anything that would break its line or steer a terminal. */
export function oneLine(message: string): string {
  return message.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g, " ");
}

/** A value as text. What came over the wire may bring a `toString` that is none. */
function worded(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  return Array.isArray(value) ? "a list" : "an object";
}
