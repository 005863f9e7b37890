// Reads what systemd, PowerShell and Windows programs read, by their own rules: enough of them for what is written.

/** The settings of a unit file by section, in order. Throws for a line that is none. */
export function readUnit(text: string): Record<string, [name: string, value: string][]> {
  const sections: Record<string, [string, string][]> = {};
  let section: [string, string][] | undefined;
  for (const line of text.replace(/\\\n/g, " ").split("\n")) {
    if (line === "" || /^[#;]/.test(line)) continue;
    const [, title] = /^\[(\w+)\]$/.exec(line) ?? [];
    if (title !== undefined) {
      section = [];
      sections[title] = section;
      continue;
    }
    const [, name, value] = /^([A-Z]\w*)=(.*)$/.exec(line) ?? [];
    if (name === undefined || !section) throw new Error(`not a setting: ${line}`);
    section.push([name, value!.trim()]);
  }
  return sections;
}

/** The words of an ExecStart after quotes, escapes, %specifiers and $variables; the program is not looked through for variables. */
export function readCommand(line: string): string[] {
  const words = splitUnquoted(line).map(specified);
  return words.map((word, at) => (at === 0 ? word : substituted(word)));
}

function splitUnquoted(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quote = "";
  for (let at = 0; at < line.length; at++) {
    const one = line[at]!;
    if (one === "\\") {
      const [, escaped] = /^\\(["'\\ ])/.exec(line.slice(at)) ?? [];
      if (escaped === undefined) throw new Error(`an escape that is not written here: ${line.slice(at, at + 4)}`);
      word = (word ?? "") + escaped;
      at++;
    } else if (quote !== "") {
      if (one === quote) quote = "";
      else word += one;
    } else if (one === '"' || one === "'") {
      quote = one;
      word ??= "";
    } else if (/\s/.test(one)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (one === ";" && word === undefined && /^;(\s|$)/.test(line.slice(at))) {
      throw new Error("another command begins");
    } else word = (word ?? "") + one;
  }
  if (quote !== "") throw new Error("a quote does not end");
  return word === undefined ? words : [...words, word];
}

function specified(word: string): string {
  return word.replace(/%(.?)/gs, (_, next: string) => {
    if (next !== "%") throw new Error(`a specifier: %${next}`);
    return "%";
  });
}

function substituted(word: string): string {
  return word.replace(/\$(.?)/gs, (_, next: string) => {
    if (next !== "$") throw new Error(`a variable: $${next}`);
    return "$";
  });
}

/** The variables of an environment file, by the rules that systemd and sh share. */
export function readEnvironment(text: string): Record<string, string> {
  const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
  return Object.fromEntries(
    lines.map((line) => {
      const [, name, value] = /^([A-Z_]+)="((?:[^"\\]|\\.)*)"$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`not an assignment: ${line}`);
      return [name, value!.replace(/\\(["\\$`])/g, "$1")];
    }),
  );
}

/** The text of a PowerShell string in single quotes. */
export function readQuoted(text: string): string {
  const quotes = "['\u2018\u2019\u201a\u201b]";
  const [, inner] = new RegExp(`^'((?:[^'\u2018\u2019\u201a\u201b]|${quotes}${quotes})*)'$`).exec(text) ?? [];
  if (inner === undefined) throw new Error(`not a string: ${text}`);
  return inner.replace(new RegExp(`${quotes}(${quotes})`, "g"), "$1");
}

/** The words that a Windows program makes of its command line. */
export function readArguments(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const [slashes = ""] = /^\\+/.exec(line.slice(at)) ?? [];
    const one = line[at + slashes.length];
    if (slashes !== "" && one === '"') {
      word = (word ?? "") + "\\".repeat(Math.floor(slashes.length / 2));
      if (slashes.length % 2 === 1) word += '"';
      else quoted = !quoted;
      at += slashes.length;
    } else if (slashes !== "") {
      word = (word ?? "") + slashes;
      at += slashes.length - 1;
    } else if (one === '"') {
      quoted = !quoted;
      word ??= "";
    } else if (!quoted && /[ \t]/.test(one!)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? "") + one;
  }
  return word === undefined ? words : [...words, word];
}
