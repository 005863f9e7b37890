// Messages that say the same of different things: `frame 5 of /mnt/a.png`, `frame 7 of /mnt/b.png`.

/** What differs in one message from its likes is left out of `text`; `of`: whatever the messages were said of, in their order. */
export type Alike<T> = { text: string; of: T[] };

/** The most of a message that is looked at, characters. */
const longest = 500;
const leftOut = "…";

/** What may be another one in a message that says the same. `plain` may not. */
type Piece = { kind: "plain" | "number" | "path"; text: string };

/** The sets of messages that are the same but for their numbers and paths, the largest first. */
export function alike<T>(said: readonly { text: string; of: T }[]): Alike<T>[] {
  const sets = new Map<string, { pieces: Piece[]; of: T[] }>();
  for (const { text, of } of said) {
    const pieces = piecesOf(text);
    const shape = shapeOf(pieces);
    const set = sets.get(shape);
    if (!set) sets.set(shape, { pieces, of: [of] });
    else {
      set.of.push(of);
      set.pieces = set.pieces.map((piece, at) => merged(piece, pieces[at]!));
    }
  }
  return [...sets.values()]
    .sort((a, b) => b.of.length - a.of.length)
    .map(({ pieces, of }) => ({ text: pieces.map(({ text }) => text).join(""), of }));
}

/** The message without what may differ: the same for all that say the same. */
function shapeOf(pieces: readonly Piece[]): string {
  return JSON.stringify(pieces.map(({ kind, text }) => (kind === "plain" ? text : { [kind]: 0 })));
}

/** Cuts a message: words between blanks, quotes, brackets and the like; of a word that is no path only its numbers may differ. */
function piecesOf(message: string): Piece[] {
  const words = message.slice(0, longest).split(/([\s"'`<>|,;()[\]{}=]+)/);
  return words.flatMap((word, at): Piece[] => {
    if (word === "") return [];
    if (at % 2 === 1) return [{ kind: "plain", text: word }];
    const end = endOf(word);
    const [name, rest] = [word.slice(0, end), word.slice(end)];
    const pieces: Piece[] = /[\\/]/.test(name)
      ? [{ kind: "path", text: name }]
      : isCode(name)
        ? [{ kind: "number", text: name }]
        : numbersIn(name);
    return rest === "" ? pieces : [...pieces, { kind: "plain", text: rest }];
  });
}

/** Where a word ends and its punctuation begins. */
function endOf(word: string): number {
  let end = word.length;
  while (end > 0 && ".:!?".includes(word[end - 1]!)) end--;
  return end;
}

/** Addresses and names made by machines: `0x7ffe`, `5f0c8a52-9f0c`. */
function isCode(word: string): boolean {
  return /^(0x)?[0-9a-f-]{6,}$/i.test(word) && /\d/.test(word);
}

function numbersIn(word: string): Piece[] {
  return word
    .split(/(\d+(?:\.\d+)*)/)
    .map((text, at): Piece => ({ kind: at % 2 === 1 ? "number" : "plain", text }))
    .filter(({ text }) => text !== "");
}

/** What two pieces of the same place have in common. */
function merged(one: Piece, other: Piece): Piece {
  if (one.text === other.text) return one;
  return { ...one, text: one.kind === "path" ? commonPath(one.text, other.text) : leftOut };
}

/** Two paths as one: the folders at their beginning and the names at their end that are the same, or at least the ending. */
function commonPath(one: string, other: string): string {
  const [a, b] = [one.split(/([\\/])/), other.split(/([\\/])/)];
  const same = (count: number) => a[count] === b[count];
  let head = 0;
  while (head < Math.min(a.length, b.length) && same(head)) head++;
  let tail = 0;
  while (tail < Math.min(a.length, b.length) - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const ending = /\.\w{1,8}$/.exec(one)?.[0] ?? "";
  const end = tail > 0 ? a.slice(a.length - tail).join("") : other.endsWith(ending) ? ending : "";
  return `${a.slice(0, head).join("")}${leftOut}${end}`;
}
