import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import type { InferValue, Parser } from "@optique/core/parser";
import { argument, flag, option } from "@optique/core/primitives";
import { choice } from "@optique/core/valueparser";
import type { KindInfo } from "../../protocol";
import type { Submission } from "../../submission";
import { type Command, clientCommand, terminalWidth } from "../command";
import { kindName } from "../given";
import { fieldOption, fieldOptions, fieldsGiven, type Given, optionName, requireFields } from "../kind-fields";
import { type Column, facts, plain, table } from "../table";

export const kinds = clientCommand(
  "kinds",
  { does: message`List the kinds of jobs.`, examples: ["kinds", "kinds --json"] },
  object({}),
  async (client, _, print) => {
    const columns: Column<KindInfo>[] = [
      { title: "KIND", of: ({ name }) => name },
      { title: "TITLE", of: ({ title }) => plain(title), flexible: true, spare: true },
      { title: "PROGRAM", of: ({ program }) => plain(program), flexible: true, spare: true },
      { title: "FIELDS", of: (kind) => kind.fields.map(fieldWord).join(" "), flexible: true },
    ];
    const found = await client.kinds();
    print(found, () => table(found, columns, terminalWidth()));
  },
);

// Some kinds have a field of the shorter name.
const onlyFlag = (longer: boolean) =>
  optional(
    longer
      ? flag("--script-only", { description: message`Print nothing but the script.` })
      : flag("--script-only", "--script", { description: message`Print nothing but the script.` }),
  );

const generalOptions = (longer: boolean) =>
  object({
    kind: argument(kindName, {
      description: message`The kind: drqueue kinds lists them.`,
      errors: { endOfInput: message`name a kind: drqueue kinds lists them.` },
    }),
    field: fieldOption,
    shell: withDefault(
      option("--shell", choice(["sh", "cmd"]), {
        description: message`What the script is written in; cmd is for Windows.`,
      }),
      "sh" as const,
    ),
    only: onlyFlag(longer),
  });

/** The command, with the fields of the kind that was named as options. */
export function kind(info?: KindInfo): Command {
  const general = generalOptions(info?.fields.some(({ name }) => name === "script") === true);
  const all = object({ fields: fieldOptions(info, general.usage), general }) as Parser<
    "async",
    { fields: Given; general: InferValue<typeof general> },
    unknown
  >;
  return clientCommand(
    "kind",
    {
      does: message`Show the fields of a kind of job, and the jobscript that it writes.`,
      more: message`Fields that a script cannot do without stand in it by their names until they are given.`,
      examples: [
        "kind blender",
        "kind blender --scene /mnt/shot7.blend --script-only > shot7.sh",
        "kind blender --shell cmd",
      ],
    },
    all,
    async (client, { fields, general: { kind: name, field, shell, only } }, print) => {
      const found = info ?? (await client.kind(name));
      const given = fieldsGiven(found, fields, field);
      if (only) requireFields(found, given);
      const script = await client.jobscript(found.name, { ...placeholders(found), ...given }, shell);
      print({ ...found, script }, () => (only ? script : `${describe(found)}\n${script}`));
    },
  );
}

/** Something to stand for each field that must be given. */
function placeholders(kind: KindInfo): Submission["fields"] {
  const needed = kind.fields.filter(({ required }) => required);
  return Object.fromEntries(
    needed.map(({ name, type, choices }) => [
      name,
      type === "number" ? 1 : type === "choice" ? (choices?.[0] ?? "") : name.toUpperCase(),
    ]),
  );
}

function describe(kind: KindInfo): string {
  const columns: Column<KindInfo["fields"][number]>[] = [
    { title: "OPTION", of: ({ name }) => optionName(name) },
    { title: "", of: ({ required }) => (required ? "required" : "") },
    { title: "DEFAULT", of: ({ default: usual }) => (usual === undefined ? "" : plain(`${usual}`)), flexible: true },
    { title: "VARIABLE", of: ({ variable }) => variable, spare: true },
    { title: "LABEL", of: ({ label }) => plain(label), flexible: true },
    { title: "HINT", of: hintOf, flexible: true },
  ];
  const { fatal = [], retry = [], warning = [] } = kind.exitCodes;
  const codes = Object.entries({ fatal, retry, warning }).filter(([, all]) => all.length > 0);
  const width = terminalWidth();
  const about = facts(
    [
      ["kind", `${kind.name}: ${plain(kind.title)}`],
      ["about", plain(kind.about)],
      [
        "program",
        `${plain(kind.program)}, started once for each ${kind.each === "frame" ? "frame" : "range of frames"}`,
      ],
      ...(codes.length > 0
        ? [["exit codes", codes.map(([meaning, all]) => `${all.join(",")} ${meaning}`).join("; ")] as const]
        : []),
    ],
    width,
  );
  const all = table(kind.fields, columns, Number.POSITIVE_INFINITY);
  const fits =
    Bun.stringWidth(all.split("\n").reduce((a, b) => (Bun.stringWidth(b) > Bun.stringWidth(a) ? b : a))) <= width;
  // A table with its words cut off would not say what the fields are.
  return `${about}\n${
    fits
      ? all
      : facts(
          kind.fields.map((field) => [optionName(field.name), inWords(field)]),
          width,
        )
  }`;
}

/** A field where there is no room for a table. */
function inWords(field: KindInfo["fields"][number]): string {
  const usual = field.default === undefined || field.default === "" ? "" : ` (default ${field.default})`;
  return plain(`${field.label}: ${hintOf(field)}${field.required ? " (required)" : usual}`);
}

function hintOf({ hint, choices }: KindInfo["fields"][number]): string {
  return plain(choices?.length ? `${hint} (${choices.join(", ")})` : hint);
}

function fieldWord({ name, required }: KindInfo["fields"][number]): string {
  return required ? optionName(name) : `[${optionName(name)}]`;
}
