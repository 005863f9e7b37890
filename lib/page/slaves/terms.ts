// A filter as people write it into one field: `state:lost pool:maya,nuke -os:linux rack*`. Pure: no look at the page.

/** A word of it: of a field, or of none (""). `values`: any of them will do. `not`: with - in front, none of them may. */
export type Term = { field: string; values: readonly string[]; not: boolean };

/** What a filter wants, and what of it nobody understands, in one line. */
export type Filter = { terms: readonly Term[]; problem?: string };

/** Reads a filter that may name these fields. Words in quotes may have blanks: `name:"shot 7"`. */
export function parseFilter(text: string, fields: readonly string[]): Filter {
  const terms: Term[] = [];
  let problem: string | undefined;
  for (const found of text.matchAll(/(-?)(?:([a-z]+):)?(?:"([^"]*)"?|((?<=:)\S*|\S+))/gi)) {
    const [, minus, name, quoted, plain = ""] = found;
    const field = name?.toLowerCase() ?? "";
    if (field !== "" && !fields.includes(field)) {
      problem ??= `There is no field ${name}: ${fields.join(", ")}`;
      continue;
    }
    const values = quoted === undefined ? plain.split(",").filter((value) => value !== "") : [quoted];
    if (values.length > 0) terms.push({ field, values, not: minus === "-" });
  }
  return { terms, ...(problem !== undefined && { problem }) };
}

/** What tells whether a text has the pattern as a part; * stands for anything. Capitals do not matter. */
export function partly(pattern: string): (text: string) => boolean {
  const parts = pattern.toLowerCase().split("*");
  return (text) => {
    const lower = text.toLowerCase();
    let from = 0;
    return parts.every((part) => {
      const at = lower.indexOf(part, from);
      from = at + part.length;
      return at >= 0;
    });
  };
}

/** The same for the whole text. */
export function wholly(pattern: string): (text: string) => boolean {
  const text = pattern.toLowerCase().split("*").map(escaped).join(".*");
  const whole = new RegExp(`^${text}$`, "s");
  return (given) => whole.test(given.toLowerCase());
}

function escaped(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}/-]/g, "\\$&");
}
