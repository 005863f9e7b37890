// What keeps jobs from running and slaves from tasks.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  atItsLimit,
  hindrance,
  type JobNeeds,
  type Lasting,
  obstacle,
  type SlaveNow,
  setAside,
  startable,
} from "../../lib/queue/obstacles";
import { anyFarm, anyJob } from "./arbitrary";
import { needs, slave } from "./stage";

const none = new Map<string, number>();
const of = (job: Partial<JobNeeds>, at: Partial<SlaveNow> = {}) =>
  obstacle(needs(1, [[0, 9]], job), slave(7, 1, ["Default"], at));

describe("a slave gets no task of a job", () => {
  test.each<[string, Partial<JobNeeds>, Partial<SlaveNow>, ReturnType<typeof obstacle>]>([
    ["when it is away", {}, { away: true }, { because: "away" }],
    ["when it is sick", {}, { sick: true }, { because: "sick" }],
    ["when it is in trouble", {}, { problem: "no space left" }, { because: "problem", says: "no space left" }],
    ["when it is disabled", {}, { enabled: false }, { because: "disabled" }],
    ["when it is draining", {}, { draining: true }, { because: "draining" }],
    ["of another pool", { pool: "maya" }, {}, { because: "pool", needs: "maya" }],
    ["of several other pools", { pool: "maya,nuke" }, {}, { because: "pool", needs: "maya,nuke" }],
    ["for another operating system", { os: "OSX,WINDOWS" }, {}, { because: "os", needs: "OSX,WINDOWS" }],
    ["that needs more memory", { memoryMb: 4001 }, {}, { because: "memory", needs: 4001, has: 4000 }],
    ["that needs more GPUs", { gpus: 2 }, { gpusLeft: 1 }, { because: "gpus", needs: 2, has: 1 }],
    ["when a person keeps it from it", { blocked: [3, 7] }, {}, { because: "blocked" }],
    ["when too many failed there", { setAside: new Map([[7, 4]]) }, {}, { because: "setAside", failures: 4 }],
    ["when it has as many as it may", { maxPerSlave: 2 }, { jobs: [1, 2, 1] }, { because: "perSlave", most: 2 }],
    ["off its hours", {}, { inHours: false }, { because: "hours" }],
    ["when other programs take its slots", {}, { free: 0, foreignSlots: 2 }, { because: "load", slots: 2 }],
    ["when it is full", {}, { free: 0 }, { because: "full" }],
  ])("%s", (_, job, at, found) => {
    expect(of(job, at)).toEqual(found);
  });
});

describe("nothing keeps a slave from a job", () => {
  test.each<[string, Partial<JobNeeds>, Partial<SlaveNow>]>([
    ["that asks for nothing", {}, {}],
    ["of one of its pools among several", { pool: "Default,maya" }, {}],
    ["of one of several pools that it has", { pool: "nuke" }, { pools: ["maya", "nuke"] }],
    ["for its operating system among others", { os: "LINUX,OSX" }, {}],
    ["that needs all its memory and GPUs", { memoryMb: 4000, gpus: 1 }, { gpusLeft: 1 }],
    ["from which others are kept", { blocked: [1], setAside: new Map([[2, 9]]) }, {}],
    ["of which it has one less than it may", { maxPerSlave: 2 }, { jobs: [1, 2, 2] }],
    ["when foreign load leaves it a slot", {}, { foreignSlots: 3 }],
  ])("%s", (_, job, at) => {
    expect(of(job, at)).toBeUndefined();
  });

  test("and it has too little memory only for those that ask for some", () => {
    expect(of({}, { memoryLeftMb: 0 })).toBeUndefined();
    expect(of({ memoryMb: 1 }, { memoryLeftMb: 0 })).toEqual({ because: "memory", needs: 1, has: 0 });
  });
});

test("of several obstacles that is said which a person would mend first", () => {
  const job = { pool: "maya", blocked: [7], memoryMb: 9999 };
  expect(of(job, { enabled: false, free: 0 })?.because).toBe("disabled");
  expect(of(job, { free: 0 })?.because).toBe("pool");
  expect(of({ ...job, pool: "Default" }, { free: 0 })?.because).toBe("memory");
  expect(of({ blocked: [7] }, { free: 0 })?.because).toBe("blocked");
  expect(of({}, { free: 0, inHours: false })?.because).toBe("hours");
});

describe("a job runs nowhere", () => {
  test.each<[string, Partial<JobNeeds>, ReturnType<typeof hindrance>]>([
    ["when nothing of it waits", { waiting: [] }, { because: "nothing" }],
    ["when it is stopped", { stopped: true }, { because: "stopped" }],
    ["before its time", { early: true }, { because: "early" }],
    ["when all that waits is held", { held: [[0, 20]] }, { because: "held", tasks: 9 }],
    ["when all that waits rests", { resting: [[0, 9]] }, { because: "resting", tasks: 9 }],
    ["when what is not held rests", { held: [[0, 5]], resting: [[4, 9]] }, { because: "resting", tasks: 4 }],
    ["when it runs as many tasks as it may", { maxSlots: 3, running: 3 }, { because: "slots", most: 3 }],
    ["without a licence", { licences: { maya: 1, nuke: 2 } }, { because: "licence", name: "nuke", needs: 2, free: 1 }],
    [
      "without a licence that there is",
      { licences: { vray: 1 } },
      { because: "licence", name: "vray", needs: 1, free: 0 },
    ],
  ])("%s", (_, job, found) => {
    const licences = new Map([
      ["maya", 1],
      ["nuke", 1],
    ]);
    expect(hindrance(needs(1, [[0, 9]], job), licences)).toEqual(found);
  });

  test("only as long as something is in the way", () => {
    const job = { held: [[0, 5]], resting: [[5, 8]], maxSlots: 3, running: 2, licences: { nuke: 2 } } as const;
    expect(hindrance(needs(1, [[0, 9]], job), new Map([["nuke", 2]]))).toBeUndefined();
  });

  test("exactly when it has nothing that may start, is stopped or early, or is at its limit", () => {
    fc.assert(
      fc.property(anyJob, anyFarm, (job, { licences }) => {
        const nowhere =
          startable(job).length === 0 || job.stopped || job.early || atItsLimit(job, licences) !== undefined;
        expect(hindrance(job, licences) !== undefined).toBe(nowhere);
      }),
    );
  });
});

describe("slaves on which too many tasks of a job failed", () => {
  const lasting = (id: number, more: Partial<Lasting> = {}): Lasting => ({
    id,
    away: false,
    sick: false,
    enabled: true,
    draining: false,
    pools: ["Default"],
    os: "LINUX",
    memoryMb: 8000,
    gpus: 0,
    ...more,
  });
  const aside = (blamed: Record<string, number>, slaves: Lasting[], more: Partial<JobNeeds> = {}, limit = 3) => [
    ...setAside({ ...needs(1, [[0, 9]], more), blamed }, limit, slaves).keys(),
  ];

  test("get no more of it", () => {
    expect(aside({ 1: 3, 2: 2, 4: 9 }, [lasting(1), lasting(2), lasting(4)])).toEqual([1, 4]);
  });

  test("get more of it when there is no other", () => {
    expect(aside({ 1: 3 }, [lasting(1)])).toEqual([]);
    expect(aside({ 1: 3, 2: 5 }, [lasting(1), lasting(2)])).toEqual([]);
  });

  test.each<[string, Partial<Lasting>]>([
    ["is lost", { away: true }],
    ["is sick", { sick: true }],
    ["is disabled", { enabled: false }],
    ["is draining", { draining: true }],
    ["is of other pools", { pools: ["nuke"] }],
    ["has another operating system", { os: "OSX" }],
    ["will never have the memory", { memoryMb: 1999 }],
    ["has no GPU", { gpus: 0 }],
  ])("get more of it when the only other one %s", (_, more) => {
    const job = { os: "LINUX", memoryMb: 2000, gpus: 1 };
    expect(aside({ 1: 3 }, [lasting(1), lasting(2, { gpus: 1, ...more })], job)).toEqual([]);
    expect(aside({ 1: 3 }, [lasting(1), lasting(2, { gpus: 1 })], job)).toEqual([1]);
  });

  test("get more of it when a person keeps the only other one from it", () => {
    expect(aside({ 1: 3 }, [lasting(1), lasting(2)], { blocked: [2] })).toEqual([]);
  });

  test("get more of it when the job says that failures do not matter", () => {
    expect(aside({ 1: 99 }, [lasting(1), lasting(2)], {}, 0)).toEqual([]);
  });
});

test("a limit of tasks at a time holds as soon as it is reached, also when it was lowered meanwhile", () => {
  const limited = (running: number) => atItsLimit({ maxSlots: 2, running, licences: {} }, none);
  expect([1, 2, 5].map((running) => limited(running)?.because)).toEqual([undefined, "slots", "slots"]);
});
