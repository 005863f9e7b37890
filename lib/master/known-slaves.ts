// What this master knows of each slave between its syncs. All of it can be forgotten: a restart reads it anew.

import { gathered } from "../queue/gather";
import type { SlaveNow } from "../queue/obstacles";
import { type Queue, wake } from "../queue/open";
import {
  type Calling,
  type Heard,
  heard,
  type Met,
  markStuck,
  meet,
  type OpenRun,
  type Progress,
  progressed,
} from "../queue/slaves";
import type { Sync } from "../sync";
import { type RunKey, runName } from "../wire";

/** The most slaves written by one statement. */
const mostMet = 256;

/** One slave as this master knows it. */
export class KnownSlave {
  /** Whether `unconfirmed` is complete. Not so after a restart, or when the slave spoke to another master meanwhile. */
  openKnown = false;
  /** Runs handed to it that it has not mentioned: the answer may have been lost, so they are told again. */
  readonly unconfirmed = new Map<string, OpenRun>();
  /** Runs that it mentioned last as not ended. */
  private held: readonly RunKey[] = [];
  /** Somebody wants one of its runs to end. */
  checkDue = true;
  /** Its last sync could not be carried out, since something in it was wrong: the next one is tried apart from all others. */
  alone = false;
  private checkedAt = 0;
  /** When it called last, by the clock of performance.now(). */
  heardAt = 0;

  constructor(
    readonly id: number,
    private readonly checkMs: number,
  ) {}

  /** What the slave mentions, it knows. */
  confirm(sync: Sync): void {
    this.held = sync.alive;
    for (const run of [...sync.alive, ...sync.ended]) this.unconfirmed.delete(runName(run));
  }

  /** Whether the slave mentioned the run last time, or will be told of it. */
  knows(run: RunKey): boolean {
    const name = runName(run);
    return this.unconfirmed.has(name) || this.held.some((one) => runName(one) === name);
  }

  /** Takes over the open runs that the database has of it. */
  learnOpen(open: readonly OpenRun[], sync: Sync): void {
    this.openKnown = true;
    // What was read before may come from a transaction that was undone.
    this.unconfirmed.clear();
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

  /** The slave as the plan sees it: what was handed to it and not yet mentioned takes slots, memory and GPUs as well. */
  asNow(sync: Sync): SlaveNow {
    const { settings } = sync;
    const coming = [...this.unconfirmed.values()];
    return {
      id: this.id,
      name: sync.name,
      away: sync.leaving === true,
      sick: false,
      problem: sync.problem ?? null,
      enabled: settings.enabled,
      draining: settings.drain,
      inHours: sync.inHours,
      pools: settings.pools,
      os: sync.os,
      memoryLeftMb: sync.memoryLeftMb - coming.reduce((sum, { memoryMb }) => sum + memoryMb, 0),
      gpusLeft: sync.gpusLeft - coming.reduce((sum, { gpus }) => sum + gpus, 0),
      foreignSlots: sync.foreignSlots,
      free: sync.leaving ? 0 : Math.max(0, sync.free - coming.length),
      jobs: [...sync.alive, ...coming].map(({ job }) => job),
    };
  }
}

/** All slaves that called this master. */
export class KnownSlaves {
  private readonly keys = new Map<string, { slave: KnownSlave; profile: string }>();
  private readonly ids = new Map<number, KnownSlave>();
  private readonly beats = new Map<number, Omit<Heard, "ageMs"> & { heardAt: number }>();
  private readonly progress = new Map<string, Progress>();
  private readonly stuck = new Map<string, RunKey & { slave: number }>();

  /** After a power cut all call at once. */
  private readonly write = gathered((calling: readonly Calling[]) => meet(this.queue, calling), { most: mostMet });

  constructor(
    private readonly queue: Queue,
    private readonly leaseMs: number,
  ) {}

  byId(id: number): KnownSlave | undefined {
    return this.ids.get(id);
  }

  byKey(key: string): KnownSlave | undefined {
    return this.keys.get(key)?.slave;
  }

  /** The numbers of those that called within the lease. */
  get present(): number[] {
    const since = performance.now() - this.leaseMs;
    return [...this.ids.values()].flatMap(({ id, heardAt }) => (heardAt > since ? [id] : []));
  }

  /** The open runs of every slave are to be read anew. */
  forgetOpen(): void {
    for (const slave of this.ids.values()) slave.openKnown = false;
  }

  /**
   * The slave that sent this sync. It is written when it is new, describes itself in another way than before, or may have been
   * called lost or gone meanwhile: it must be online before it gets tasks, or they would be taken back at once. Where another process is
   * the slave, returns when that was heard.
   */
  async meet(sync: Sync, address: string): Promise<KnownSlave | Required<Met>> {
    // Of a load below 1e-37 Postgres's real would make an error, for all whose sign of life is in the same statement.
    const [load, load5, load15] = [sync.load, sync.load5 ?? 0, sync.load15 ?? 0].map(
      (load) => Math.round(load * 100) / 100,
    ) as [number, number, number];
    const picture = {
      ...sync,
      load,
      load5,
      load15,
      address: sync.address ?? address,
      running: sync.running ?? sync.alive.length,
      stuck: sync.stuck?.length ?? 0,
    };
    const { instance, home, name, port, software, os, cpus, cpu, memoryMb, gpus, settings, problem } = picture;
    const profile = JSON.stringify([
      instance,
      home,
      name,
      picture.address,
      port,
      software,
      os,
      cpus,
      cpu,
      memoryMb,
      gpus,
      settings,
      problem,
    ]);
    const before = this.keys.get(sync.key);
    let slave = before?.slave;
    const wasAway = sync.hello || performance.now() - (slave?.heardAt ?? 0) > this.leaseMs / 2;
    if (!slave || before?.profile !== profile || wasAway) {
      const { id, heardMs } = await this.write(picture);
      if (heardMs !== undefined) return { id, heardMs };
      // Jobs that it does not take any more may be for slaves which they set aside.
      if (before && before.profile !== profile) await wake(this.queue.sql, { work: true });
      // While it was written another sync of the same slave may have been faster.
      slave = this.ids.get(id) ?? new KnownSlave(id, Math.min(5000, this.leaseMs / 3));
      this.ids.set(id, slave);
      this.keys.set(sync.key, { slave, profile });
    }
    slave.heardAt = performance.now();
    const { freeMemoryMb, memoryLeftMb, gpusLeft, foreignSlots, inHours, free } = sync;
    this.beats.set(slave.id, {
      id: slave.id,
      instance,
      heardAt: slave.heardAt,
      ...{
        load,
        load5,
        load15,
        freeMemoryMb,
        memoryLeftMb,
        gpusLeft,
        foreignSlots,
        inHours,
        free,
        running: picture.running,
        stuck: picture.stuck,
      },
      leaving: sync.leaving === true,
    });
    for (const { job, task, attempt, percent } of sync.progress ?? [])
      this.progress.set(`${slave.id}:${runName({ job, task, attempt })}`, {
        job,
        task,
        attempt,
        percent,
        slave: slave.id,
      });
    for (const run of sync.stuck ?? []) this.stuck.set(runName(run), { ...run, slave: slave.id });
    return slave;
  }

  /** Writes the signs of life and the progress since the last call, in a statement for each. */
  async writeBeats(): Promise<void> {
    const beats = [...this.beats.values()].sort((a, b) => a.id - b.id);
    this.beats.clear();
    try {
      const now = performance.now();
      const given = beats.map(({ heardAt, ...beat }) => ({ ...beat, ageMs: now - heardAt }));
      for (const id of await heard(this.queue, given)) {
        const slave = this.ids.get(id);
        if (slave) slave.heardAt = Number.NEGATIVE_INFINITY;
      }
    } catch (error) {
      // Not written is not heard: keep them for the next time, unless there is newer news.
      for (const beat of beats) if (!this.beats.has(beat.id)) this.beats.set(beat.id, beat);
      throw error;
    }
    const further = [...this.progress.values()];
    this.progress.clear();
    await progressed(this.queue, further);
    const held = [...this.stuck.values()];
    this.stuck.clear();
    await markStuck(this.queue, held);
  }
}
