// How --help looks: what it does, how it is called, arguments, options, examples; each in lines that fit the terminal.
import { type DocEntry, type DocPage, type DocSection, formatDocPage } from "@optique/core/doc";
import { formatMessage, type Message, text } from "@optique/core/message";
import type { Usage } from "@optique/core/usage";

/** The help page as text. Examples keep their lines, so that they can be copied. */
export function helpText(program: string, page: DocPage, { width, colors }: { width: number; colors: boolean }) {
  const { footer, usage, ...rest } = page;
  const shown = formatDocPage(
    program,
    { ...rest, ...(usage && { usage: shortUsage(usage) }), sections: sectionsOf(page.sections) },
    {
      colors,
      maxWidth: width,
      termWidth: "auto",
      showDefault: { prefix: " (default ", suffix: ")" },
      showChoices: { prefix: " (", label: "", suffix: ")" },
      sectionOrder: () => 0,
    },
  );
  const examples = footer ? `\n${formatMessage(footer, { colors: false, quotes: false })}\n` : "";
  return `${`${shown.trimEnd()}\n`.replace(/ +$/gm, "")}${examples}`;
}

/** All options as one word: the list below tells them one by one. */
export function shortUsage(usage: Usage): Usage {
  const options = usage.some(isOptions);
  const [first, ...others] = usage.filter((term) => !isOptions(term));
  const word = { type: "literal", value: "[options]" } as const;
  if (first?.type === "command") return [first, ...(options ? [word] : []), ...others];
  return [...(options ? [word] : []), ...(first ? [first, ...others] : [])];
}

function isOptions(term: Usage[number]): boolean {
  if (term.type === "option") return true;
  return (term.type === "optional" || term.type === "multiple") && term.terms.every(isOptions);
}

/** Arguments before options, a command's own before those of all, defaults and choices as plain text. */
function sectionsOf(sections: readonly DocSection[]): DocSection[] {
  const isCommand = ({ term }: DocEntry) => term.type === "command";
  const isArgument = ({ term }: DocEntry) => term.type === "argument";
  const named = sections.filter(({ title }) => title !== undefined);
  const rest = sections.filter(({ title }) => title === undefined).flatMap(({ entries }) => entries);
  const ofCommands = named.filter(({ entries }) => entries.every(isCommand));
  return [
    ...ofCommands,
    { title: "More", entries: rest.filter(isCommand) },
    { title: "Arguments", entries: rest.filter(isArgument) },
    { title: "Options", entries: rest.filter((entry) => !isCommand(entry) && !isArgument(entry)) },
    ...named.filter((section) => !ofCommands.includes(section)),
  ]
    .filter(({ entries }) => entries.length > 0)
    .map(({ title, entries }) => ({ ...(title !== undefined && { title }), entries: entries.map(unquoted) }));
}

/** Choices are one text: a line breaks behind their commas, not before. */
function unquoted(entry: DocEntry): DocEntry {
  return {
    ...entry,
    ...(entry.default && { default: entry.default.map(plainTerm) }),
    ...(entry.choices && { choices: [text(formatMessage(entry.choices.map(plainTerm), { colors: false }))] }),
  };
}

function plainTerm(term: Message[number]): Message[number] {
  return term.type === "value" ? text(term.value) : term;
}
