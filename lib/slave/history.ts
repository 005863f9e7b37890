// How a slave was over the last hour: remembered in memory, and left to its next life by one that ends in order.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SlaveHistory } from "../views";

/** From one point to the next, ms. */
const stepMs = 30_000;
const lastsMs = 3_600_000;
const most = lastsMs / stepMs;

type Point = SlaveHistory["points"][number];

/** What is remembered, at a moment. */
export type Measured = Omit<Point, "at">;

export class History {
  private readonly file: string;
  private points: Point[];
  private timer: Timer | undefined;

  /** Goes on with what the life before left in the slave's `folder`; what is damaged there, or too old, is passed over. */
  constructor(
    folder: string,
    private readonly measure: () => Measured,
    private readonly clock: () => number = Date.now,
  ) {
    this.file = join(folder, "history.json");
    this.points = readPoints(this.file);
  }

  /** Remembers now, and every 30 s from now on. */
  start(): void {
    this.look();
    this.timer = setInterval(() => this.look(), stepMs);
    this.timer.unref();
  }

  /** Remembers how it is now. */
  look(): void {
    this.points.push({ at: new Date(this.clock()).toISOString(), ...this.measure() });
    this.points = this.lately;
  }

  /** The last hour, oldest first. */
  get shown(): SlaveHistory {
    return { stepMs, points: this.lately };
  }

  /** Remembers no more, and writes down what it knows. A full disk is passed over: then the next life begins anew. */
  end(): void {
    clearInterval(this.timer);
    try {
      writeFileSync(`${this.file}.new`, JSON.stringify(this.lately));
      renameSync(`${this.file}.new`, this.file);
    } catch {}
  }

  /** A clock that was set back leaves points behind that are still to come: they are none. */
  private get lately(): Point[] {
    const now = this.clock();
    return this.points.filter(({ at }) => Date.parse(at) > now - lastsMs && Date.parse(at) <= now).slice(-most);
  }
}

function readPoints(file: string): Point[] {
  try {
    return SlaveHistory.shape.points.parse(JSON.parse(readFileSync(file, "utf8"))).slice(-most);
  } catch {
    return [];
  }
}
