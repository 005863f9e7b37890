// The fields of a kind of job as options of the command line. Which there are the master says, since a studio has kinds of its own.
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { object } from "@optique/core/constructs";
import { type Message, message, text } from "@optique/core/message";
import { multiple, optional } from "@optique/core/modifiers";
import type { Parser } from "@optique/core/parser";
import { option } from "@optique/core/primitives";
import { findSimilar } from "@optique/core/suggestion";
import { extractOptionNames, type Usage } from "@optique/core/usage";
import { choice, integer, type ValueParser } from "@optique/core/valueparser";
import { type Client, ClientError } from "../client";
import { dataFolder } from "../local/folder";
import { clientOf } from "../local/master-address";
import { PlainError } from "../local/program";
import type { KindInfo } from "../protocol";
import type { Submission } from "../submission";
import { toldToPeople } from "./command";
import { fieldPair } from "./given";
import { plain } from "./table";
import { completionMs, value } from "./value";

type Field = KindInfo["fields"][number];
/** What was given by options of its own, by field. */
export type Given = Record<string, string | number | undefined>;

/** `--field NAME=VALUE`, the general form. */
export const fieldOption = multiple(
  option("--field", fieldPair, {
    description: message`A field of the kind; may be given several times.`,
  }),
);

/**
 * The kind that a command line names, for `submit --kind NAME` and `kind NAME`: its fields are options there. Asks the master; for help
 * and completion the built-in ones do when it does not answer. Throws a PlainError.
 */
export async function kindIn(args: readonly string[]): Promise<KindInfo | undefined> {
  const completes = args[0] === "completion";
  const words = args.slice(completes ? 2 : 0);
  const own = words.includes("--") ? words.slice(0, words.indexOf("--")) : words;
  const name = own[0] === "submit" ? behind(own, "--kind") : own[0] === "kind" ? firstName(own.slice(1)) : undefined;
  if (!name) return undefined;
  try {
    const client = clientOf(dataFolder(behind(own, "--data")), behind(own, "--master"));
    if (!completes && !own.includes("--help")) return await kindOf(client, name);
    const late = Bun.sleep(completionMs).then(() => Promise.reject(new PlainError("no answer in time")));
    return await Promise.race([kindOf(client, name), late]);
  } catch (error) {
    if (!completes && !own.includes("--help")) throw error instanceof ClientError ? toldToPeople(error) : error;
    const [{ builtinKinds }, { kindInfo }] = await Promise.all([import("../kinds"), import("../kinds/kind")]);
    const builtin = builtinKinds.find((kind) => kind.name === name);
    if (builtin) return kindInfo(builtin);
    if (completes) return undefined;
    throw error instanceof ClientError ? toldToPeople(error) : error;
  }
}

/**
 * What to say of a `submit` without a kind that is given an option which only kinds have; undefined when there is none. `usage`: the options
 * that it knows.
 */
export async function fieldWithoutKind(args: readonly string[], usage: () => Usage): Promise<string | undefined> {
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  if (own[0] !== "submit" || behind(own, "--kind") !== undefined || own.includes("--help")) return undefined;
  const known = new Set([...extractOptionNames(usage()), "--json", "--master", "--data", "--help", "--version"]);
  const strange = own
    .map((word) => word.replace(/=.*/s, ""))
    .filter((word) => /^--[a-z]/.test(word) && !known.has(word));
  if (strange.length === 0) return undefined;
  const { builtinKinds } = await import("../kinds");
  const { kindInfo } = await import("../kinds/kind");
  for (const word of strange) {
    const kinds = builtinKinds.filter((kind) => kindInfo(kind).fields.some(({ name }) => optionName(name) === word));
    const example = kinds.find(({ name }) => name === "blender") ?? kinds[0];
    if (example)
      return `${word} is a field of a kind: give --kind too, as in --kind ${example.name} (drqueue kinds lists them)`;
  }
  return undefined;
}

/** The options that the fields of a kind are, but for names in `taken`: such a field is given by --field. */
export function fieldOptions(kind: KindInfo | undefined, taken: Usage): Parser<"sync" | "async", Given, unknown> {
  const others = new Set([...extractOptionNames(taken), "--json", "--master", "--data", "--help", "--version"]);
  const free = (kind?.fields ?? []).filter((field) => !others.has(optionName(field.name)));
  const options = free.map((field) => [
    field.name,
    optional(option(optionName(field.name) as "--name", wordOf(field), { description: about(field) })),
  ]);
  return object(`Fields of ${kind?.title ?? "the kind"}`, Object.fromEntries(options)) as never;
}

/** The fields that were given either way. Throws a PlainError at one that the kind has not. */
export function fieldsGiven(
  kind: KindInfo,
  options: Given,
  pairs: readonly (readonly [string, string])[],
): Submission["fields"] {
  const named = pairs.map(([name, value]) => [fieldNamed(kind, name).name, value] as const);
  const all = [...Object.entries(options).filter(([, value]) => value !== undefined), ...named];
  return Object.fromEntries(all.map(([name, value]) => [name, value!]));
}

/** Says which field must still be given, if one must. */
export function requireFields(kind: KindInfo, fields: Submission["fields"]): void {
  const missing = kind.fields.find(({ name, required }) => required && fields[name] === undefined);
  if (missing)
    throw new PlainError(`${optionName(missing.name)} is missing: ${plain(missing.label)}: ${plain(missing.hint)}`, 2);
}

/** Paths that were typed for the folder one is in, as all slaves see them: those of files that are there. */
export function pathsFromHere(kind: KindInfo, fields: Submission["fields"]): Submission["fields"] {
  const paths = new Set(kind.fields.filter(({ path }) => path).map(({ name }) => name));
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]) => {
      const relative = paths.has(name) && typeof value === "string" && !/^([/\\]|[A-Za-z]:)/.test(value);
      // A program without a folder is one of the slaves' PATH.
      const elsewhere = name === "program" && !`${value}`.includes("/");
      return [name, relative && !elsewhere && existsSync(value) ? resolve(value) : value];
    }),
  );
}

/** `--render-folder` for `renderFolder`. */
export function optionName(field: string): string {
  return `--${field.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`).replaceAll("_", "-")}`;
}

async function kindOf(client: Client, name: string): Promise<KindInfo> {
  try {
    return await client.kind(name);
  } catch (error) {
    if (!(error instanceof ClientError) || (error.status !== 404 && error.status !== 400)) throw error;
    const names = (await client.kinds()).map((kind) => kind.name);
    throw new PlainError(`there is no kind '${name}': ${nearest(name, names) ?? "drqueue kinds lists them"}`, 2);
  }
}

function fieldNamed(kind: KindInfo, name: string): Field {
  const found = kind.fields.find((field) => name === field.name || `--${name}` === optionName(field.name));
  if (found) return found;
  const names = kind.fields.map((field) => field.name);
  throw new PlainError(
    `kind ${kind.name} has no field '${name}': ${nearest(name, names) ?? `it has ${names.join(", ")}`}`,
    2,
  );
}

function nearest(word: string, words: readonly string[]): string | undefined {
  const similar = findSimilar(word, words);
  return similar.length > 0 ? `did you mean ${similar.join(" or ")}?` : undefined;
}

function wordOf(field: Field): ValueParser<"sync" | "async", string | number> {
  if (field.type === "number") return integer({ metavar: "N" });
  if (field.type === "choice" && field.choices?.length) return choice(field.choices);
  return value<string>({
    metavar: field.path ? "PATH" : "TEXT",
    placeholder: "",
    read(text) {
      if (text === "") throw new Error("may not be empty");
      return text;
    },
  });
}

function about(field: Field): Message {
  const usual = field.required
    ? " (required)"
    : field.default === undefined || field.default === ""
      ? ""
      : ` (default ${field.default})`;
  return [text(plain(`${field.label}: ${field.hint.replace(/\.$/, "")}.${usual}`))];
}

/** The word behind an option, `--kind blender` or `--kind=blender`. */
function behind(words: readonly string[], option: string): string | undefined {
  const at = words.findIndex((word) => word === option || word.startsWith(`${option}=`));
  return at < 0 ? undefined : words[at] === option ? words[at + 1] : words[at]!.slice(option.length + 1);
}

/** The first word that neither is an option nor belongs to one of the general ones. */
function firstName(words: readonly string[]): string | undefined {
  const valued = ["--master", "--data", "--field", "--shell"];
  return words.find((word, at) => !word.startsWith("-") && !valued.includes(words[at - 1] ?? ""));
}
