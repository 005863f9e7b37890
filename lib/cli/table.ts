// Tables for a terminal. Own code, since libraries took 1 to 20 s for the 10,000 rows that print at once here.
import { styleText } from "node:util";
import type { JobState, SlaveState, TaskState } from "../states";

/** A column; `flexible` ones give way when the terminal is narrow, `right` is for numbers. */
export type Column<Row> = { title: string; of: (row: Row) => string; right?: boolean; flexible?: boolean };

/** Lays rows out in columns that fit `width`; what does not fit into a flexible column ends in dots. */
export function table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], width: number): string {
  const cells = rows.map((row) => columns.map((column) => column.of(row)));
  const widths = columns.map(({ title }, at) =>
    cells.reduce((most, row) => Math.max(most, Bun.stringWidth(row[at]!)), title.length),
  );
  let over = widths.reduce((sum, one) => sum + one, 2 * (columns.length - 1)) - width;
  while (over > 0) {
    const widest = columns.reduce(
      (best, { flexible }, at) => (flexible && (best < 0 || widths[at]! > widths[best]!) ? at : best),
      -1,
    );
    if (widest < 0 || widths[widest]! <= 8) break;
    widths[widest]!--;
    over--;
  }
  const line = (row: readonly string[]) =>
    row
      .map((cell, at) => fit(cell, widths[at]!, columns[at]!.right === true))
      .join("  ")
      .trimEnd();
  return [paint("bold", line(columns.map(({ title }) => title))), ...cells.map(line), ""].join("\n");
}

/** Names and values under each other. */
export function facts(pairs: readonly (readonly [name: string, value: string])[]): string {
  const widest = Math.max(...pairs.map(([name]) => name.length));
  return `${pairs.map(([name, value]) => `${paint("bold", name.padEnd(widest))}  ${value}`).join("\n")}\n`;
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

/** A state in its colour. */
export function stateText(state: JobState | TaskState | SlaveState): string {
  return paint(colours[state], state);
}

/** Colours a text when a person looks at it: stdout is a terminal and NO_COLOR is not set. */
export function paint(style: Parameters<typeof styleText>[0], text: string): string {
  return styleText(style, text, { stream: process.stdout });
}

/** Text from elsewhere without what would steer the terminal. */
export function plain(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ");
}

function fit(cell: string, width: number, right: boolean): string {
  const length = Bun.stringWidth(cell);
  if (length <= width) return right ? " ".repeat(width - length) + cell : cell + " ".repeat(width - length);
  let kept = "";
  for (const sign of cell) {
    if (Bun.stringWidth(kept + sign) > width - 3) break;
    kept += sign;
  }
  return `${kept}...`.padEnd(width);
}
