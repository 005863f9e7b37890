// Tables for a terminal. Own code, since libraries took 1 to 20 s for the 10,000 rows that print at once here.
import { styleText } from "node:util";
import type { JobState, SlaveState, TaskState } from "../states";

/** A column; `right` is for numbers. In a narrow terminal `flexible` ones are cut, then `spare` ones left out, the last first. */
export type Column<Row> = {
  title: string;
  of: (row: Row) => string;
  right?: boolean;
  flexible?: boolean;
  spare?: boolean;
};

/** So much of a flexible column stays. */
const least = 8;
const gap = 2;

/**
 * Lays rows out in columns that fit `width`; what does not fit into a flexible column ends in dots. `widest`: how wide each column was
 * already, by its title, for a table that is shown again and again and should not jump.
 */
export function table<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  width: number,
  widest = new Map<string, number>(),
): string {
  let shown = columns.map((column) => {
    const cells = rows.map(column.of);
    const least = Math.max(column.title.length, widest.get(column.title) ?? 0);
    const needs = cells.reduce((most, cell) => Math.max(most, Bun.stringWidth(cell)), least);
    widest.set(column.title, needs);
    return { ...column, cells, width: needs };
  });
  const over = (least?: number) =>
    shown.reduce(
      (sum, column) => sum + (column.flexible ? Math.min(column.width, least ?? column.width) : column.width),
      0,
    ) +
    gap * (shown.length - 1) -
    width;
  while (over(least) > 0) {
    const spare = shown.findLast((column) => column.spare);
    if (!spare) break;
    shown = shown.filter((column) => column !== spare);
  }
  for (let excess = over(); excess > 0; excess--) {
    const widest = shown
      .filter((column) => column.flexible && column.width > least)
      .reduce<(typeof shown)[number] | undefined>(
        (best, one) => (best && best.width >= one.width ? best : one),
        undefined,
      );
    if (!widest) break;
    widest.width--;
  }
  const line = (cell: (column: (typeof shown)[number]) => string) =>
    shown
      .map((column) => fit(cell(column), column.width, column.right === true))
      .join(" ".repeat(gap))
      .trimEnd();
  return [
    paint(
      "bold",
      line(({ title }) => title),
    ),
    ...rows.map((_, at) => line(({ cells }) => cells[at]!)),
    "",
  ].join("\n");
}

/** Names and values under each other; with `width` values go on in further lines, between words. */
export function facts(
  pairs: readonly (readonly [name: string, value: string])[],
  width = Number.POSITIVE_INFINITY,
): string {
  const widest = Math.max(...pairs.map(([name]) => name.length));
  const indent = `\n${" ".repeat(widest + gap)}`;
  const lines = pairs.map(([name, value]) => {
    const text = wrapped(value, Math.max(least, width - widest - gap)).join(indent);
    return `${paint("bold", name.padEnd(widest))}${" ".repeat(gap)}${text}`;
  });
  return `${lines.join("\n")}\n`;
}

/** The words of a text in lines of at most `width` columns; only a word that is longer than a line is longer. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const longer = lines.length === 0 ? word : `${lines.at(-1)} ${word}`;
    if (lines.length > 0 && Bun.stringWidth(longer) <= width) lines[lines.length - 1] = longer;
    else lines.push(word);
  }
  return lines;
}

/** A bar of `width` signs: done, failed, running, the rest. */
export function bar(
  counts: { total: number; finished: number; failed: number; running: number },
  width: number,
): string {
  const part = (count: number) => Math.floor((count / Math.max(1, counts.total)) * width);
  const done = part(counts.finished);
  const failed = Math.min(width - done, counts.failed > 0 ? Math.max(1, part(counts.failed)) : 0);
  const running = Math.min(width - done - failed, counts.running > 0 ? Math.max(1, part(counts.running)) : 0);
  const rest = width - done - failed - running;
  return (
    paint("green", "█".repeat(done)) +
    paint("red", "▓".repeat(failed)) +
    paint("cyan", "▒".repeat(running)) +
    "░".repeat(rest)
  );
}

/** A span of time as people read it: `42 s`, `3 m 05 s`, `2 h 10 m`, `5 d 3 h`. */
export function span(seconds: number): string {
  const two = (value: number) => `${value}`.padStart(2, "0");
  const whole = Math.round(seconds);
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (whole < 10) return `${seconds.toFixed(1)} s`;
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} m`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

/** How long ago something was, roughly: `42 s`, `3 m`, `2 h`, `5 d`. */
export function age(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m`;
  if (whole < 2 * 86_400) return `${Math.floor(whole / 3600)} h`;
  return `${Math.floor(whole / 86_400)} d`;
}

/** A time of the clock here, `2026-11-22 15:18:11`; empty for null. */
export function moment(time: string | null): string {
  return time === null ? "" : new Date(time).toLocaleString("sv-SE");
}

/** Memory as people read it, in GB: `3.9`. */
export function gigabytes(megabytes: number): string {
  return (megabytes / 1024).toFixed(1);
}

/** A count as people read it: `950`, `1,000,000`. */
export function count(number: number): string {
  return number.toLocaleString("en");
}

const colours = {
  waiting: "yellow",
  running: "cyan",
  stopped: "magenta",
  finished: "green",
  failed: "red",
  online: "green",
  lost: "red",
  gone: "gray",
} as const;

/** A state in its colour; masters of a newer release may know others. */
export function stateText(state: JobState | TaskState | SlaveState): string {
  const colour = Object.hasOwn(colours, state) ? colours[state] : undefined;
  return colour ? paint(colour, state) : plain(state);
}

/** Colours a text when a person looks at it: stdout is a terminal and NO_COLOR is not set. */
export function paint(style: Parameters<typeof styleText>[0], text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Text from elsewhere without what would steer the terminal or turn the line around. */
export function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, " ");
}

/** The beginning of a text, at most `width` columns, with dots when it was longer. */
export function cut(text: string, width: number): string {
  if (Bun.stringWidth(text) <= width) return text;
  let kept = "";
  let left = width - 3;
  for (const { segment } of signs.segment(text)) {
    left -= Bun.stringWidth(segment);
    if (left < 0) break;
    kept += segment;
  }
  return `${kept}...`;
}

const signs = new Intl.Segmenter();

function fit(cell: string, width: number, right: boolean): string {
  const kept = cut(cell, width);
  const blanks = " ".repeat(Math.max(0, width - Bun.stringWidth(kept)));
  return right ? blanks + kept : kept + blanks;
}
