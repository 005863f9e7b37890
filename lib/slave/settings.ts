// What a slave owns: its identity and its settings, in its own folder.
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseHours } from "../hours";
import { PlainError, version } from "../local/program";
import { checkPathPair } from "../paths";
import { Settings, type SettingsChange } from "../settings";
import { Sync } from "../sync";
import { homeOf } from "./home";

/** Of the slave's folder as this release writes it: 1 had no home, and no `.end` files beside its runs. */
const format = 2;

/** `home`: where its last life was. `release`: the one that wrote this. */
type Kept = { format: number; release: string; key: string; home: string; settings: Settings };

/** A slave's identity and settings; every change is on disk before it counts. */
export class OwnSettings {
  /** Of this process. */
  readonly instance = randomUUID();

  private constructor(
    private readonly file: string,
    /** Where it lives now. */
    readonly home: string,
    private kept: Kept,
  ) {}

  /** Reads them, or begins with a slot per CPU in pool Default. Throws a PlainError when the file is damaged or of a newer release. */
  static open(folder: string): OwnSettings {
    const file = join(folder, "slave.json");
    const home = homeOf(folder);
    if (!existsSync(file)) {
      const settings = Settings.parse({ slots: availableParallelism(), pools: ["Default"], enabled: true });
      const fresh = new OwnSettings(file, home, { format, release: version, key: randomUUID(), home, settings });
      fresh.write();
      return fresh;
    }
    const kept = readKept(file);
    // One of format 1 is believed to have lived here.
    const own = new OwnSettings(file, home, { ...kept, home: kept.home ?? home, format, release: version });
    if (kept.format < format) own.write();
    return own;
  }

  /** The slave's identity. */
  get key(): string {
    return this.kept.key;
  }

  /** Whether its last life was in another place: then this may be a copy. */
  get hasMoved(): boolean {
    return this.kept.home !== this.home;
  }

  /** Its home is here from now on. Throws when the disk is full. */
  settleIn(): void {
    this.replace({ ...this.kept, home: this.home });
  }

  /** Becomes another slave with the same settings. Throws when the disk is full: then it still is the one it was. */
  beginAnew(): void {
    this.replace({ ...this.kept, key: randomUUID(), home: this.home });
  }

  get settings(): Settings {
    return this.kept.settings;
  }

  /** Changes and keeps. Throws a PlainError when the settings make no sense, no pool would be left, or the disk is full. */
  change(change: SettingsChange): Settings {
    const { addPools = [], removePools = [], pools, ...others } = change;
    const before = this.kept.settings;
    const wanted = [...(pools ?? before.pools), ...addPools].filter((pool) => !removePools.includes(pool));
    if (wanted.length === 0)
      throw new PlainError("a slave is in at least one pool: name another, or disable the slave");
    const settings = checked({
      ...before,
      ...others,
      pools: [...new Set(wanted)],
      // Who enables a slave wants it to work.
      ...(change.enabled && change.drain === undefined && { drain: false }),
    });
    try {
      this.replace({ ...this.kept, settings });
    } catch (error) {
      throw new PlainError(`cannot keep the settings in ${this.file}: ${(error as Error).message}`);
    }
    return settings;
  }

  private replace(kept: Kept): void {
    const before = this.kept;
    this.kept = kept;
    try {
      this.write();
    } catch (error) {
      this.kept = before;
      throw error;
    }
  }

  private write(): void {
    writeFileSync(`${this.file}.new`, `${JSON.stringify(this.kept, null, 2)}\n`);
    renameSync(`${this.file}.new`, this.file);
  }
}

type Read = Omit<Kept, "home"> & Partial<Pick<Kept, "home">>;

function readKept(file: string): Read {
  let kept: Read;
  try {
    kept = JSON.parse(readFileSync(file, "utf8")) as Read;
    if (!(kept.format > format)) {
      return { ...kept, key: Sync.shape.key.parse(kept.key), settings: checked(kept.settings) };
    }
  } catch {
    throw new PlainError(`${file} is damaged: remove it to begin with a new identity and default settings`);
  }
  throw new PlainError(
    `${file} was written by ${kept.release ? `release ${kept.release}` : "a later release"}: start the slave with that release, this is ${version}`,
  );
}

/** Settings that make sense; else throws a PlainError of one line. */
function checked(settings: unknown): Settings {
  const { data, error } = Settings.safeParse(settings);
  const wrong = error?.issues[0];
  if (!data) throw new PlainError(`${wrong?.path.join(".")}: ${wrong?.message}`);
  try {
    parseHours(data.hours);
  } catch (error) {
    throw new PlainError(`hours: ${(error as Error).message}`);
  }
  try {
    data.paths.forEach(checkPathPair);
  } catch (error) {
    throw new PlainError(`paths: ${(error as Error).message}`);
  }
  return data;
}
