// A command as a person types it: cut into words by the quotes and blanks of a shell. Nothing is run, replaced or looked up.

/** `sign`: the first one that a shell would do something with; here it is passed on as it stands. */
export type CommandLine = { words: string[]; sign: string | undefined };

/** Cuts a line into words. Throws an Error about a quote that is not closed. */
export function splitLine(line: string): CommandLine {
  const words: string[] = [];
  let word: string | undefined;
  let sign: string | undefined;
  for (let at = 0; at < line.length; at++) {
    const one = line[at]!;
    if (/[ \t\n]/.test(one)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (one === "'") {
      const end = line.indexOf("'", at + 1);
      if (end < 0) throw unclosed(line, at);
      word = (word ?? "") + line.slice(at + 1, end);
      at = end;
    } else if (one === '"') {
      word ??= "";
      const start = at;
      for (at++; line[at] !== '"'; at++) {
        if (at >= line.length) throw unclosed(line, start);
        if (line[at] === "\\" && /["\\$`]/.test(line[at + 1] ?? "")) at++;
        else if (/[$`]/.test(line[at]!)) sign ??= line[at];
        word += line[at];
      }
    } else if (one === "\\" && at + 1 < line.length) word = (word ?? "") + line[++at];
    else {
      if (/[|&;<>()$`*?]/.test(one)) sign ??= one;
      word = (word ?? "") + one;
    }
  }
  if (word !== undefined) words.push(word);
  return { words, sign };
}

/** The line that these words are cut from. */
export function joinWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}

function unclosed(line: string, at: number): Error {
  return new Error(`the quote before '${line.slice(at + 1, at + 13)}' is not closed`);
}
