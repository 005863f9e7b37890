// A job as far as a person has written it: texts of the form, and what it takes along that the form does not ask for.
import type { KindInfo, NewBatchJob, NewJob } from "../../client";
import { type Setting, settings } from "./settings";

type Texts = Readonly<Record<string, string>>;

/** `texts` of the settings, `fields` of the kind, both by name. `rest`: what no text can say, sent along as it is. */
export type Draft = { texts: Texts; fields: Texts; rest: Partial<NewJob> };

/** What is wrong, by the name of a setting, or of a field with `fields.` in front. `missing`: of those nothing is written yet. */
export type Problems = { wrong: Record<string, string>; missing: Record<string, string> };

type Field = KindInfo["fields"][number];

export const nothing: Draft = { texts: {}, fields: {}, rest: {} };

/** A job of the farm as a draft of one like it. `kind`: what the farm says of its kind now, if it has one. */
export function draftOf({ id: _, ...job }: NewBatchJob, kind: KindInfo | undefined): Draft {
  const { kind: __, fields = {}, ...values } = job as NewJob;
  const texts: Record<string, string> = {};
  const rest: Record<string, unknown> = { ...values };
  for (const setting of settings) {
    const value = rest[setting.name];
    // Nothing written means the same.
    const text = value === "" ? "" : textOf(setting, value);
    if (text === undefined) continue;
    texts[setting.name] = text;
    delete rest[setting.name];
  }
  const written: Record<string, string> = {};
  const others: Record<string, unknown> = { ...fields };
  for (const { name } of kind?.fields ?? []) {
    const value = fields[name];
    if (value === undefined || typeof value === "boolean" || !staysAsWritten(`${value}`) || /\n/.test(`${value}`))
      continue;
    written[name] = `${value}`;
    delete others[name];
  }
  if (Object.keys(others).length > 0) rest.fields = others;
  return { texts, fields: written, rest };
}

/** The text for a value; undefined when none would become just this value again. */
function textOf({ read, write, as }: Setting, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  try {
    const text = write(value as never);
    if (!staysAsWritten(text) || (as !== "lines" && /\n/.test(text)) || text.trim() === "") return undefined;
    return JSON.stringify(read(text)) === JSON.stringify(value) ? text : undefined;
  } catch {
    return undefined;
  }
}

/** Fields of a page know one kind of line end. */
function staysAsWritten(text: string): boolean {
  return !text.includes("\r");
}

/** The job that a draft means, without what is wrong in it. `kind`: undefined for a command. */
export function submissionOf({ texts, fields, rest }: Draft, kind: KindInfo | undefined): Problems & { job: NewJob } {
  const wrong: Record<string, string> = {};
  const missing: Record<string, string> = {};
  const values: Record<string, unknown> = {};
  for (const { name, read } of settings) {
    const text = texts[name] ?? "";
    if (text.trim() === "" || (name === "command" && kind)) continue;
    try {
      values[name] = read(text);
    } catch (error) {
      wrong[name] = (error as Error).message;
    }
  }
  const { fields: others, ...kept } = rest;
  const given: NonNullable<NewJob["fields"]> = kind ? { ...others } : {};
  for (const field of kind?.fields ?? []) {
    const text = fields[field.name] ?? "";
    if (text === "" && field.required && others?.[field.name] === undefined)
      missing[`fields.${field.name}`] = `${field.label} is needed`;
    if (text === "") continue;
    if (field.type === "number" && !/^-?\d{1,15}$/.test(text)) wrong[`fields.${field.name}`] = "write a whole number";
    given[field.name] = field.type === "number" ? Number(text) : text;
  }
  if (!kind && !values.command && !kept.command && !wrong.command)
    missing.command = "write a program, and its arguments";
  const of = kind ? { kind: kind.name, fields: given } : {};
  const job = { ...kept, ...values, ...of } as NewJob;
  return { wrong, missing, job: { ...job, name: job.name ?? nameOf(job, kind) } };
}

/** A name for a job that has none: that of its scene, or of its program. */
export function nameOf({ fields = {}, command = [] }: Partial<NewJob>, kind: KindInfo | undefined): string {
  const paths = (kind?.fields ?? []).filter((field: Field) => field.path).map(({ name }) => fields[name]);
  const named = fields.scene ?? paths.find((path) => path !== undefined) ?? command[0] ?? kind?.name;
  const last = /[^/\\]*$/.exec(`${named ?? ""}`)![0].replace(/\p{Cc}+/gu, " ");
  return last.slice(0, 200).toWellFormed() || kind?.name || "job";
}

/** What the farm says is wrong with a job, at the settings and fields that it names; the whole text when it names none. */
export function problemsIn(detail: string, kind: KindInfo | undefined): Record<string, string> | string {
  const known = new Set(kind?.fields.map(({ name }) => name));
  const [beginning = ""] = /^kind \S+: /.exec(detail) ?? [];
  if (beginning !== "") {
    const named = /(?:^|; )(?:it needs (?<needs>\w+): |(?<is>\w+)(?: is |: )|it has no field "(?<no>\w+)")/g;
    const found = [...detail.slice(beginning.length).matchAll(named)]
      .map(({ index, groups: { needs, is, no } = {} }) => ({ index, name: needs ?? is ?? no ?? "" }))
      .filter(({ name }) => known.has(name));
    const text = (at: number) =>
      detail.slice(
        beginning.length + found[at]!.index,
        beginning.length + (found[at + 1]?.index ?? Number.POSITIVE_INFINITY),
      );
    if (found.length > 0)
      return Object.fromEntries(found.map(({ name }, at) => [`fields.${name}`, text(at).replace(/^; /, "")]));
  }
  const [, name, words] = /^([A-Za-z]+)(?:\.[^:\s]*)?: (.*)$/s.exec(detail) ?? [];
  return name !== undefined && settings.some((setting) => setting.name === name) ? { [name]: words! } : detail;
}
