// What a slave owns: its identity and its settings, in its own folder.
import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseHours } from "../hours";
import { PlainError } from "../local/program";
import { checkPathPair } from "../paths";
import { Settings, type SettingsChange } from "../settings";
import { Sync } from "../sync";

type Kept = { format: 1; key: string; settings: Settings };

/** A slave's identity and settings; every change is on disk before it counts. */
export class OwnSettings {
  private constructor(
    private readonly file: string,
    private kept: Kept,
  ) {}

  /** Reads them, or begins with a slot per CPU in pool Default. Throws a PlainError when the file is damaged. */
  static open(folder: string): OwnSettings {
    const file = join(folder, "slave.json");
    if (!existsSync(file)) {
      const fresh = new OwnSettings(file, {
        format: 1,
        key: randomUUID(),
        settings: Settings.parse({ slots: availableParallelism(), pools: ["Default"], enabled: true }),
      });
      fresh.write();
      return fresh;
    }
    try {
      const kept = JSON.parse(readFileSync(file, "utf8")) as Kept;
      return new OwnSettings(file, {
        format: 1,
        key: Sync.shape.key.parse(kept.key),
        settings: checked(kept.settings),
      });
    } catch {
      throw new PlainError(`${file} is damaged: remove it to begin with a new identity and default settings`);
    }
  }

  /** The slave's identity, for ever. */
  get key(): string {
    return this.kept.key;
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
    this.kept = { ...this.kept, settings };
    try {
      this.write();
    } catch (error) {
      this.kept = { ...this.kept, settings: before };
      throw new PlainError(`cannot keep the settings in ${this.file}: ${(error as Error).message}`);
    }
    return settings;
  }

  private write(): void {
    writeFileSync(`${this.file}.new`, `${JSON.stringify(this.kept, null, 2)}\n`);
    renameSync(`${this.file}.new`, this.file);
  }
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
