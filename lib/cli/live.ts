// A table that stays on the terminal and is kept up to date: within its height and width, written over only where something has changed.
import type { Client } from "../client";
import { PlainError } from "../local/program";
import { isAway } from "./follow";
import { cut, paint, plain } from "./table";

/** From one look at the farm to the next, ms: at once when something happens, but not more often; else what only grows, as ages. */
const pauseMs = { least: 300, most: 1500 } as const;

/** The part of a terminal that there is to write on. */
export type Room = { rows: number; columns: number };

/** What a live table shows: a line above it, and the lines of the table with its titles. */
export type View = { title: string; lines: readonly string[] };

/** What takes a terminal over and gives it back. */
const take = "\x1b[?1049h\x1b[?25l\x1b[?7l\x1b[2J";
const giveBack = "\x1b[?7h\x1b[?25h\x1b[?1049l";
const newTerminal: Room = { rows: 24, columns: 80 };

/** Says what to do instead where a live table makes no sense. `instead` is for scripts. */
export function checkLive(json: boolean, command: string, instead: string): void {
  if (json) throw new PlainError(`either --json or --watch: ${instead}`, 2);
  if (process.stdout.isTTY !== true) throw new PlainError(`${command} --watch needs a terminal: ${instead}`, 2);
}

/**
 * Shows what `read` finds until Ctrl-C. A master that is away is waited for, with the last table left as it was. Throws what `read`
 * throws otherwise; the terminal is as it was before then, with the last table on it.
 */
export async function live<T>(
  client: Client,
  read: (client: Client, room: Room) => Promise<T>,
  draw: (found: T, room: Room) => View,
): Promise<never> {
  let found = await read(client, roomOf());
  let away: string | undefined;
  const screen = new Screen();
  const news = new News(client);
  try {
    for (;;) {
      screen.show(({ rows, columns }) => {
        const { title, lines } = draw(found, { rows: rows - 1, columns });
        return [topLine(title, away, columns), ...lines];
      });
      await news.pause();
      try {
        found = await read(client, roomOf());
        away = undefined;
      } catch (error) {
        if (!isAway(error)) throw error;
        away ??= `${clock()} ${(error as Error).message}`;
      }
    }
  } finally {
    screen.leave();
  }
}

/** As many lines of a table as there is room for; the last one then says `more` of those that are left out. */
export function fitting(table: string, { rows, columns }: Room, more: (hidden: number) => string): string[] {
  const lines = table.trimEnd().split("\n");
  if (lines.length <= rows) return lines;
  return [...lines.slice(0, rows - 1), paint("gray", cut(more(lines.length - (rows - 1)), columns))];
}

/** Tells when it is time to look again. */
class News {
  private happened = Promise.withResolvers<void>();

  constructor(client: Client) {
    // Without events, of a master of another release, it is looked at by the clock alone.
    void this.listen(client).catch(() => {});
  }

  async pause(): Promise<void> {
    await Bun.sleep(pauseMs.least);
    await Promise.race([this.happened.promise, Bun.sleep(pauseMs.most - pauseMs.least)]);
    this.happened = Promise.withResolvers();
  }

  private async listen(client: Client): Promise<void> {
    for await (const _ of client.events()) this.happened.resolve();
  }
}

/** The terminal while a table is on it: the other screen of the terminal, so that what stood there before comes back. */
class Screen {
  private shown: string[] = [];
  private taken = false;
  private draw: ((room: Room) => string[]) | undefined;
  private readonly resized = () => this.again();
  private readonly stopped = () => {
    this.putAway();
    process.kill(process.pid, "SIGSTOP");
  };
  private readonly continued = () => this.again();
  private readonly ends = (["SIGINT", "SIGTERM", "SIGHUP"] as const).map(
    (signal, at) =>
      [
        signal,
        () => {
          this.leave();
          process.exit([130, 143, 129][at]);
        },
      ] as const,
  );

  constructor() {
    for (const [signal, end] of this.ends) process.on(signal, end);
    process.on("SIGTSTP", this.stopped);
    process.on("SIGCONT", this.continued);
    process.stdout.on("resize", this.resized);
  }

  /** Shows what `draw` makes for the room there is, now and whenever the room changes. */
  show(draw: (room: Room) => string[]): void {
    this.draw = draw;
    const room = roomOf();
    const lines = draw(room).slice(0, room.rows);
    const changed = lines.flatMap((line, at) => (line === this.shown[at] ? [] : [`\x1b[${at + 1}H\x1b[K${line}`]));
    const below = this.shown.length > lines.length ? `\x1b[${lines.length + 1}H\x1b[J` : "";
    const out = `${this.taken ? "" : take}${changed.join("")}${below}`;
    if (out !== "") process.stdout.write(out);
    this.taken = true;
    this.shown = lines;
  }

  /** Gives the terminal back, with the last table on it. */
  leave(): void {
    for (const [signal, end] of this.ends) process.off(signal, end);
    process.off("SIGTSTP", this.stopped);
    process.off("SIGCONT", this.continued);
    process.stdout.off("resize", this.resized);
    const last = this.shown;
    if (!this.taken) return;
    this.putAway();
    process.stdout.write(last.map((line) => `${line}\n`).join(""));
  }

  private putAway(): void {
    if (this.taken) process.stdout.write(giveBack);
    this.taken = false;
    this.shown = [];
  }

  private again(): void {
    if (!this.draw) return;
    // What the terminal made of the old lines when its size changed nobody knows.
    this.taken = false;
    this.shown = [];
    this.show(this.draw);
  }
}

function topLine(title: string, away: string | undefined, columns: number): string {
  if (away !== undefined) return paint("red", cut(`as it was at ${plain(away)}`, columns));
  const time = clock();
  const left = cut(title, Math.max(0, columns - time.length - 2));
  return `${left}${" ".repeat(Math.max(1, columns - Bun.stringWidth(left) - time.length))}${paint("gray", time)}`;
}

function clock(): string {
  return new Date().toLocaleTimeString("sv-SE");
}

function roomOf(): Room {
  const { rows, columns } = process.stdout;
  return { rows: Math.max(4, rows || newTerminal.rows), columns: Math.max(20, columns || newTerminal.columns) };
}
