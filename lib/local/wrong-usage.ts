// What was wrong with the arguments of a program, in a line that says what to do next.
import { formatMessage, type Message, text } from "@optique/core/message";
import { findSimilar } from "@optique/core/suggestion";
import { extractArgumentMetavars, extractCommandNames, extractOptionNames, type Usage } from "@optique/core/usage";

/**
 * The parser's error as people read it, with the way to help. `place` is the program, with its command if one was named.
 * A text with a caret below keeps its lines.
 */
export function wrongUsage(error: Message, args: readonly string[], place: string, usage: Usage): string {
  const hint = `(${place} --help shows what there is)`;
  const [first, ...lines] = formatMessage(error.map(withoutQuotes), { colors: false, quotes: true }).split("\n");
  if (lines.at(-1)?.trim() === "^") return [`${first} ${hint}`, ...lines].join("\n");
  const [start, stranger] = error;
  if (start?.type === "text" && start.text.startsWith("Unexpected option or") && stranger)
    return `${strange(formatMessage([withoutQuotes(stranger)], { quotes: false }), args, usage)} ${hint}`;
  const said = [first, ...lines]
    .map((line) => line!.trim())
    .join(" ")
    .replace(/\.$/, "");
  if (said.startsWith("No matching "))
    return `name a command, for example ${place} ${firstCommand(args, usage)} ${hint}`;
  return `${said} ${hint}`;
}

/** A word that does not belong there, and what may have been meant. */
function strange(word: string, args: readonly string[], usage: Usage): string {
  const here = usageBehind(args[0] ?? "", usage);
  if (word.startsWith("-")) {
    const [option] = findSimilar(word.replace(/=.*/s, ""), extractOptionNames(here));
    if (option !== undefined) return `'${word}' is not an option here: did you mean ${option}?`;
    const takesProgram = [...extractArgumentMetavars(here)].some((metavar) => metavar.startsWith("PROGRAM"));
    return `'${word}' is not an option here${takesProgram && !args.includes("--") ? ": write -- before the program" : ""}`;
  }
  if (word !== args[0]) return `'${word}' is one word too many`;
  const [command] = findSimilar(word, extractCommandNames(usage));
  return `'${word}' is not a command${command === undefined ? "" : `: did you mean ${command}?`}`;
}

/** A command to begin with, or one that goes on what is there. */
function firstCommand([name = ""]: readonly string[], usage: Usage): string {
  const [inner] = [...extractCommandNames(usageBehind(name, usage))].filter((one) => one !== name);
  return extractCommandNames(usage).has(name) && inner !== undefined ? inner : "jobs";
}

/** The usage of one command; the whole when there is none of this name. */
function usageBehind(command: string, usage: Usage): Usage {
  const find = (terms: Usage): Usage | undefined => {
    if (terms[0]?.type === "command" && terms[0].name === command) return terms;
    for (const term of terms) {
      for (const inner of term.type === "exclusive" ? term.terms : "terms" in term ? [term.terms as Usage] : []) {
        const found = find(inner);
        if (found) return found;
      }
    }
    return undefined;
  };
  return find(usage) ?? usage;
}

function withoutQuotes(term: Message[number]): Message[number] {
  if (term.type === "optionName") return text(term.optionName);
  if (term.type === "optionNames") return text(term.optionNames.join("/"));
  return term.type === "metavar" ? text(term.metavar) : term;
}
