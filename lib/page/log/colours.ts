// The colours and styles of terminals as the page has them: classes for the colours of its themes, styles for all others.
import Anser from "anser";
import { style } from "./shown";

/** A stretch of a line that looks alike. `ink` and `paper`: colours that no theme has a name for, as `rgb(1, 2, 3)`. */
export type Stretch = { text: string; classes: string; ink?: string; paper?: string };

/** The most that is remembered of what lines before have set, and the most that is obeyed within a line. */
const mostCarried = 200;
const mostSet = 400;

/** What of colours and styles is set at the end of a line, as escape sequences, when `before` is at its beginning. */
export function carried(before: string, line: string): string {
  let now = before;
  for (const [sequence, codes = ""] of line.matchAll(style)) {
    // What begins with a reset leaves nothing of what was before.
    if (/^0*(;|$)/.test(codes)) now = "";
    if (/[1-9]/.test(codes)) now += sequence;
    if (now.length > mostCarried) now = now.slice(now.indexOf("\u001b", now.length - mostCarried));
  }
  return now;
}

/** A line, as `cleaned` has it, in stretches; `before` is set at its beginning. */
export function stretches(before: string, line: string): Stretch[] {
  let text = before + line;
  if (!text.includes("\u001b")) return text === "" ? [] : [{ text, classes: "" }];
  let count = 0;
  text = text.replace(style, (sequence) => (++count > mostSet ? "" : sequence));
  return Anser.ansiToJson(text, { use_classes: true, remove_empty: true }).map(stretchOf);
}

function stretchOf(entry: Anser.AnserJsonEntry): Stretch {
  const { fg, bg, fg_truecolor: ink, bg_truecolor: paper } = entry;
  const names = entry.decorations.map((name) => `log-${name}`);
  const found: Stretch = { text: entry.content, classes: "" };
  const set = (name: string | null, exact: string | null, kind: "ink" | "paper") => {
    if (!name) return;
    const colour = colourOf(name, exact);
    if (colour) found[kind] = colour;
    names.push(colour ? `log-any-${kind}` : `log-${kind}-${name.replace(/^ansi-/, "")}`);
  };
  set(fg, ink, "ink");
  set(bg, paper, "paper");
  found.classes = [...new Set(names)].join(" ");
  return found;
}

const levels = [0, 95, 135, 175, 215, 255];

/** A colour beyond the sixteen that have names. */
function colourOf(name: string, exact: string | null): string | undefined {
  if (name === "ansi-truecolor") return `rgb(${exact})`;
  const index = Number(/^ansi-palette-(\d+)$/.exec(name)?.[1] ?? Number.NaN);
  if (Number.isNaN(index)) return undefined;
  if (index >= 232) return `rgb(${[0, 1, 2].map(() => 8 + (index - 232) * 10).join(", ")})`;
  const at = index - 16;
  return `rgb(${[Math.floor(at / 36), Math.floor(at / 6) % 6, at % 6].map((level) => levels[level]).join(", ")})`;
}

/** A stretch, and whether it is part of what was looked for. */
export type Marked = Stretch & { found: boolean };

/** Cuts stretches where `places` begin and end: places of the text that they make together, one behind the other. */
export function marked(parts: readonly Stretch[], places: readonly (readonly [from: number, to: number])[]): Marked[] {
  const cut: Marked[] = [];
  let start = 0;
  for (const part of parts) {
    const end = start + part.text.length;
    let at = start;
    const add = (to: number, found: boolean) => {
      if (to > at) cut.push({ ...part, text: part.text.slice(at - start, to - start), found });
      at = Math.max(at, to);
    };
    for (const [from, to] of places) {
      if (to <= start || from >= end) continue;
      add(Math.max(start, from), false);
      add(Math.min(end, to), true);
    }
    add(end, false);
    start = end;
  }
  return cut;
}
