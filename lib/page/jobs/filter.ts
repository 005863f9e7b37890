// Which jobs a person wants to see, as they write it into one field: `owner:ana state:failed,running pool:maya shot*`. Pure.
import type { JobsWanted } from "../../client";
import { type JobState, jobStates } from "../../states";

/** What of jobs it says; what it does not say may be anything. `name`: a part of it, where * stands for anything. */
export type Wish = Pick<JobsWanted, "owner" | "pool" | "kind" | "name"> & { state?: readonly JobState[] };

/** `problem`: what nobody understands, in one line. The wish is then not what was meant. */
export type Understood = { wish: Wish; problem?: string };

/** Words that stand before a colon, and the most characters of what may follow. */
const longest = { owner: 100, state: 200, pool: 64, kind: 40, name: 200 };
type Key = keyof typeof longest;
const keys = Object.keys(longest) as Key[];

const term = /(?:([a-z]+):)?(?:"((?:[^"\\]|\\.)*)"?|(\S*))/giy;

/** Reads a filter. In quotes stands what has blanks or colons; there, \ stands before a quote. */
export function parseWish(text: string): Understood {
  const found = new Map<Key, string>();
  let problem: string | undefined;
  for (const { key, value } of termsOf(text)) {
    const name = key === undefined ? "name" : keys.find((one) => one === key.toLowerCase());
    if (name === undefined) {
      problem ??= `${key}: is none of ${keys.join(":, ")}: and a name with a colon stands in quotes.`;
      continue;
    }
    const before = found.get(name);
    if (value === "")
      problem ??= `What follows ${name}: is missing${name === "state" ? `, ${jobStates.join(", ")}` : ""}.`;
    else if (before !== undefined && name !== "name" && name !== "state") problem ??= `${name}: stands there twice.`;
    found.set(name, before === undefined ? value : before + (name === "state" ? "," : " ") + value);
  }
  for (const [name, value] of found)
    if (value.length > longest[name]) problem ??= `${name}: at most ${longest[name]} characters.`;
  const { state, ...rest } = Object.fromEntries(found) as Partial<Record<Key, string>>;
  const states =
    state
      ?.toLowerCase()
      .split(",")
      .filter((one) => one !== "") ?? [];
  const unknown = states.find((one) => !isState(one));
  if (unknown !== undefined) problem ??= `No job is ${unknown}: it may be ${jobStates.join(", ")}.`;
  const known = jobStates.filter((one) => states.includes(one));
  return { wish: { ...rest, ...(known.length > 0 && { state: known }) }, ...(problem !== undefined && { problem }) };
}

/** A wish as text that is read as the same wish. */
export function formatWish({ owner, state, pool, kind, name }: Wish): string {
  const said = Object.entries({ owner, state: state?.join(","), pool, kind })
    .filter(([, value]) => value !== undefined && value !== "")
    .map(([key, value]) => `${key}:${/^"|\s/.test(value!) ? quoted(value!) : value}`);
  if (name !== undefined && name !== "") {
    const isPlain = name.split(" ").every((word) => /^(?!")\S+$/.test(word) && !/^[a-z]+:/i.test(word));
    said.push(isPlain ? name : quoted(name));
  }
  return said.join(" ");
}

/** What may be meant by what stands before the caret: `from` up to the caret is replaced by one of the words. */
export type Suggested = { from: number; words: readonly string[] };

/** Words for the place of the caret. `values`: what is known to stand behind a key, such as the kinds of the farm. */
export function suggest(text: string, caret: number, values: { kind?: readonly string[] } = {}): Suggested {
  const begun = /\S*$/.exec(text.slice(0, caret))![0];
  const [, key, before, last] = /^([a-z]+):(.*,)?([^,]*)$/i.exec(begun) ?? [];
  const of = (words: readonly string[], part: string) => ({
    from: caret - part.length,
    words: words.filter((word) => word.startsWith(part.toLowerCase()) && word !== part.toLowerCase()),
  });
  if (key === undefined) return of([...keys.filter((one) => one !== "name").map((one) => `${one}:`)], begun);
  const given = before?.toLowerCase().split(",") ?? [];
  if (key.toLowerCase() === "state")
    return of(
      jobStates.filter((one) => !given.includes(one)),
      last!,
    );
  return of(key.toLowerCase() === "kind" ? (values.kind ?? []) : [], last!);
}

function* termsOf(text: string): Generator<{ key: string | undefined; value: string }> {
  for (let at = 0; at < text.length; at = term.lastIndex) {
    term.lastIndex = at + /^\s*/.exec(text.slice(at))![0].length;
    if (term.lastIndex >= text.length) return;
    const [, key, inQuotes, plain = ""] = term.exec(text)!;
    yield { key, value: inQuotes === undefined ? plain : inQuotes.replace(/\\(.)/gs, "$1") };
  }
}

function quoted(text: string): string {
  return `"${text.replace(/[\\"]/g, "\\$&")}"`;
}

function isState(word: string): word is JobState {
  return (jobStates as readonly string[]).includes(word);
}
