// The jobs that people submit: quick and slow ones, such that fail, ask to be requeued or take too long, and such with limits.
import type { NewJob } from "../../lib/client";
import type { Manner } from "./jobscript";
import type { Random } from "./random";

export const licence = { name: "renderer", total: 3 };

/** A kind of job: how its tasks behave, and what its submission says beside. */
type Kind = { weight: number; job: (chance: Random) => { manner: Manner; more?: Partial<NewJob> } };

const quick = (chance: Random): Manner => ({ least: 10, most: chance.between(100, 800), failing: 0, asking: 0 });

/** They are chosen by their weights. */
export const jobKinds: readonly Kind[] = [
  { weight: 4, job: (chance) => ({ manner: quick(chance) }) },
  {
    weight: 4,
    job: (chance) => ({
      manner: quick(chance),
      more: { block: chance.between(2, 5), order: chance.pick(["forward", "reverse", "bisect", "coarse:3"]) },
    }),
  },
  {
    weight: 4,
    job: (chance) => ({ manner: { ...quick(chance), failing: 30 }, more: { retries: chance.between(0, 3) } }),
  },
  {
    weight: 2,
    job: (chance) => ({ manner: { ...quick(chance), failing: 20 }, more: { retries: 3, retryDelayMs: 300 } }),
  },
  { weight: 3, job: (chance) => ({ manner: { ...quick(chance), asking: 25 }, more: { retries: 5 } }) },
  {
    weight: 2,
    job: () => ({
      manner: { least: 200, most: 2500, failing: 0, asking: 0 },
      more: { frameTimeoutMs: 1000, retries: 1 },
    }),
  },
  { weight: 3, job: () => ({ manner: { least: 2000, most: 5000, failing: 5, asking: 5 } }) },
  { weight: 3, job: (chance) => ({ manner: quick(chance), more: { maxSlots: chance.between(1, 3) } }) },
  { weight: 2, job: (chance) => ({ manner: quick(chance), more: { maxPerSlave: 1 } }) },
  { weight: 3, job: (chance) => ({ manner: quick(chance), more: { licences: { [licence.name]: 1 } } }) },
  { weight: 2, job: (chance) => ({ manner: quick(chance), more: { pool: "night" } }) },
  {
    weight: 1,
    job: (chance) => ({ manner: { ...quick(chance), failing: 100 }, more: { retries: 1, maxFailures: 3 } }),
  },
];
