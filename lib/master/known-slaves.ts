// What this master knows of each slave between its syncs. All of it can be forgotten: a restart reads it anew.
import { type RunKey, runName } from "../protocol";
import type { Queue } from "../queue/open";
import type { SlaveNow } from "../queue/plan";
import { type Beat, heard, type Picture } from "../queue/slaves";
import type { Sync } from "../sync";

type OfSlave = RunKey & { readonly slave: number };

/** One slave as this master knows it. */
export class KnownSlave {
  /** Whether `unconfirmed` is complete. Not so after a restart, or when the slave spoke to another master meanwhile. */
  openKnown = false;
  /** Runs handed to it that it has not mentioned: the answer may have been lost, so they are told again. */
  readonly unconfirmed = new Map<string, OfSlave>();
  /** Somebody wants one of its runs to end. */
  checkDue = true;
  private checkedAt = 0;

  constructor(
    readonly id: number,
    private readonly checkMs: number,
  ) {}

  /** What the slave mentions, it knows. */
  confirm(sync: Sync): void {
    for (const run of [...sync.alive, ...sync.ended]) this.unconfirmed.delete(runName(run));
  }

  /** Takes over the open runs that the database has of it. */
  learnOpen(open: readonly OfSlave[], sync: Sync): void {
    if (this.openKnown) return;
    this.openKnown = true;
    for (const run of open) if (run.slave === this.id) this.unconfirmed.set(runName(run), run);
    this.confirm(sync);
  }

  /** Whether its runs are to be compared with the database now; then the next time is some seconds from now. */
  isCheckDue(now: number): boolean {
    if (!this.checkDue && now - this.checkedAt < this.checkMs) return false;
    this.checkDue = false;
    this.checkedAt = now;
    return true;
  }

  /** The slave as the plan sees it. */
  asNow({ settings, problem, leaving, free }: Sync): SlaveNow {
    return {
      id: this.id,
      enabled: settings.enabled && !problem && !leaving,
      pools: settings.pools,
      free: Math.max(0, free - this.unconfirmed.size),
    };
  }
}

/** All slaves that called this master. */
export class KnownSlaves {
  private readonly byKey = new Map<string, { slave: KnownSlave; profile: string }>();
  private readonly ids = new Map<number, KnownSlave>();
  private readonly beats = new Map<number, Beat>();

  constructor(
    private readonly queue: Queue,
    private readonly leaseMs: number,
  ) {}

  byId(id: number): KnownSlave | undefined {
    return this.ids.get(id);
  }

  /** The slave that sent this sync; `write` is called when it is new or describes itself in another way than before. */
  async meet(sync: Sync, address: string, write: (picture: Picture) => Promise<number>): Promise<KnownSlave> {
    const picture: Picture = { ...sync, address: sync.address ?? address, running: sync.alive.length };
    const { name, port, software, os, cpus, memoryMb, settings, problem } = picture;
    const profile = JSON.stringify([name, picture.address, port, software, os, cpus, memoryMb, settings, problem]);
    const before = this.byKey.get(sync.key);
    let slave = before?.slave;
    if (!slave || before?.profile !== profile) {
      const id = await write(picture);
      // While it was written another sync of the same slave may have been faster.
      slave = this.ids.get(id) ?? new KnownSlave(id, Math.min(5000, this.leaseMs / 3));
      this.ids.set(id, slave);
      this.byKey.set(sync.key, { slave, profile });
    }
    if (sync.hello) slave.openKnown = false;
    this.beats.set(slave.id, {
      id: slave.id,
      load: sync.load,
      freeMemoryMb: sync.freeMemoryMb,
      running: sync.alive.length,
      leaving: sync.leaving === true,
    });
    return slave;
  }

  /** Writes the signs of life since the last call, all in one statement. */
  async writeBeats(): Promise<void> {
    const beats = [...this.beats.values()].sort((a, b) => a.id - b.id);
    this.beats.clear();
    try {
      await heard(this.queue, beats);
    } catch (error) {
      // Not written is not heard: keep them for the next time, unless there is newer news.
      for (const beat of beats) if (!this.beats.has(beat.id)) this.beats.set(beat.id, beat);
      throw error;
    }
  }
}
