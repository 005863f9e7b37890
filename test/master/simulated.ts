// A slave that exists only as syncs: for what a real one would not do, or not at the right moment.
import type { Client } from "../../lib/client";
import { Settings } from "../../lib/settings";
import { type EndedRun, protocolVersion, type Sync, type SyncAnswer } from "../../lib/sync";
import { keyOf, type RunKey } from "../../lib/wire";

/** Settings of a slave, two slots in pool Default where nothing else is said. */
export function settings(more: Partial<Settings> = {}): Settings {
  return Settings.parse({ slots: 2, pools: ["Default"], enabled: true, ...more });
}

/** A sync of a slave that has and brings nothing; `more` overrides anything. */
export const syncOf = (more: Partial<Sync> & Pick<Sync, "key" | "name">): Sync => ({
  version: protocolVersion,
  software: "test",
  port: 1,
  os: "LINUX",
  cpus: 2,
  memoryMb: 1000,
  freeMemoryMb: 500,
  memoryLeftMb: 500,
  gpus: 0,
  gpusLeft: 0,
  load: 0,
  foreignSlots: 0,
  inHours: true,
  settings: settings(),
  free: 0,
  alive: [],
  ended: [],
  ...more,
});

export class SimulatedSlave {
  readonly key = crypto.randomUUID();

  constructor(
    private readonly client: Client,
    readonly name: string,
    private readonly more: Partial<Sync> = {},
  ) {}

  /** One sync; `more` overrides anything. */
  sync(more: Partial<Sync> = {}, signal?: AbortSignal): Promise<SyncAnswer> {
    return this.client.sync(syncOf({ key: this.key, name: this.name, ...this.more, ...more }), signal);
  }
}

/** The report of a run that exited. */
export function exited(run: RunKey, code = 0): EndedRun {
  return { ...keyOf(run), reason: "exit", code, ranMs: 5 };
}
