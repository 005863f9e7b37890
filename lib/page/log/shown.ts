// What of a line is shown: its text with nothing in it that acts on the reader's screen.

/** Sets colours and styles: what is between its brackets, separated by semicolons. */
export const style = /\u001b\[([\d;]*)m/g;

/** What terminals are told beside that: titles, links, places of the cursor, character sets. What has no end hides nothing. */
const told =
  /\u001b(?:[\]PX^_][^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)|\[(?![\d;]*m)[0-?]*[ -/]*[@-~]?|[ -/]+[0-~]?|[0-OQ-WYZ\\`-~])/g;

/** Characters without a shape, and those that turn the order of a text round. */
const shapeless =
  /[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g;
/** An escape that begins nothing known. */
const loneEscape = /\u001b(?!\[[\d;]*m)/g;
/** Whether there is anything of it at all: most lines are plain. */
const special = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

/** What stands last on a line that was begun anew by carriage returns. */
export function lastWritten(line: string): string {
  let end = line.length;
  while (line[end - 1] === "\r") end--;
  return end === line.length && !line.includes("\r") ? line : line.slice(line.slice(0, end).lastIndexOf("\r") + 1, end);
}

/** The text with its colours and styles; what else a terminal would obey is gone, and other characters without a shape are seen. */
export function cleaned(text: string): string {
  if (!special.test(text)) return text;
  return text.replace(told, "").replace(loneEscape, visible).replace(shapeless, visible);
}

/** The same without colours and styles: what is read, and looked through. */
export function plain(text: string): string {
  return special.test(text) ? cleaned(text).replace(style, "") : text;
}

/** Whether a text of many lines is what `plain` would make of each. */
export function isPlain(lines: string): boolean {
  return !special.test(lines);
}

function visible(character: string): string {
  const code = character.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  if (code === 0x7f) return "\u2421";
  return `\u2039U+${code.toString(16).toUpperCase().padStart(4, "0")}\u203a`;
}
