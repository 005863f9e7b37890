// What goes wrong, and when: nothing but the seed and the length decide it.
import { random } from "./random";

export const slaveNames = ["s1", "s2", "s3", "s4", "s5", "s6"] as const;
export const masterNames = ["m1", "m2"] as const;
const lines = [...slaveNames, "people", "m1>postgres", "m2>postgres"] as const;
/** Slaves whose logs and data are on small disks of their own. */
export const smallDisks = ["s5", "s6"] as const;

/** A kind of fault: on whom, and how long it lasts at least and at most, ms. For a death: until it is started again. */
type Kind = { weight: number; on: readonly string[]; ms: readonly [number, number] };

const slaves: readonly string[] = slaveNames;
const masters: readonly string[] = masterNames;
const http = lines.slice(0, 7);

export const kinds = {
  "kill master": { weight: 4, on: masters, ms: [50, 2500] },
  "stop master": { weight: 3, on: masters, ms: [50, 2500] },
  "kill slave": { weight: 8, on: slaves, ms: [50, 4000] },
  "stop slave": { weight: 4, on: slaves, ms: [50, 3000] },
  "kill parent": { weight: 5, on: slaves, ms: [0, 0] },
  "end parent": { weight: 2, on: slaves, ms: [0, 0] },
  "kill jobscript": { weight: 5, on: slaves, ms: [0, 0] },
  "end jobscript": { weight: 3, on: slaves, ms: [0, 0] },
  "kill slave and parents": { weight: 4, on: slaves, ms: [50, 3500] },
  "kill postgres": { weight: 2, on: ["postgres"], ms: [50, 2000] },
  "crash postgres": { weight: 1, on: ["postgres"], ms: [50, 1500] },
  "restart postgres": { weight: 1, on: ["postgres"], ms: [50, 1500] },
  "kill backend": { weight: 1, on: ["postgres"], ms: [0, 0] },
  "end backend": { weight: 3, on: ["postgres"], ms: [0, 0] },
  "freeze master": { weight: 3, on: masters, ms: [2500, 6000] },
  "freeze slave": { weight: 6, on: slaves, ms: [2500, 6000] },
  "freeze postgres": { weight: 2, on: ["postgres"], ms: [500, 5000] },
  "drop requests": { weight: 4, on: lines, ms: [200, 4000] },
  "drop answers": { weight: 6, on: lines, ms: [200, 4000] },
  delay: { weight: 4, on: lines, ms: [500, 5000] },
  stall: { weight: 5, on: lines, ms: [500, 6000] },
  "repeat requests": { weight: 5, on: http, ms: [1000, 5000] },
  "set clock": { weight: 3, on: slaves, ms: [1000, 6000] },
  "fill log disk": { weight: 2, on: smallDisks, ms: [500, 4000] },
  "fill data disk": { weight: 2, on: smallDisks, ms: [500, 4000] },
  "copy slave": { weight: 2, on: slaves, ms: [2000, 6000] },
  "replace slave": { weight: 2, on: slaves, ms: [0, 0] },
} as const satisfies Record<string, Kind>;

export type FaultKind = keyof typeof kinds;

/** `at`: ms since the faults began. `ms`: how long it lasts. `luck`: which of several, where that is known only then. */
export type Fault = { at: number; kind: FaultKind; on: string; ms: number; luck: number };

/** The faults of a run, in order. */
export function planFaults(seed: number, lengthMs: number, without: readonly FaultKind[] = []): Fault[] {
  const chance = random(seed, "faults");
  const all = (Object.entries(kinds) as [FaultKind, Kind][]).map(([kind, one]) => ({ kind, ...one }));
  const faults: Fault[] = [];
  // A pause now and then: a farm under steady fire shows less than one that comes back between.
  for (let at = 0; ; at += chance.between(1, 12) === 1 ? chance.between(2000, 4000) : chance.between(150, 1500)) {
    const { kind, on, ms } = chance.weighed(all);
    const fault = { at, kind, on: chance.pick(on), ms: chance.between(...ms), luck: chance.between(0, 999_999) };
    if (at >= lengthMs) return faults;
    // Left out only here, so that the others stay the same.
    if (!without.includes(kind)) faults.push(fault);
  }
}

/** As it is printed. */
export function told({ at, kind, on, ms }: Fault): string {
  return `${(at / 1000).toFixed(1).padStart(7)} s  ${kind}: ${on}${ms > 0 ? `, ${(ms / 1000).toFixed(1)} s` : ""}`;
}
