// What a slave has for new tasks.
import { describe, expect, test } from "bun:test";
import { Settings } from "../../lib/settings";
import { conditionOf, msUntilChange, TasksInLoad, worksAt } from "../../lib/slave/condition";

const settings = (given: Partial<Settings> = {}) =>
  Settings.parse({ slots: 8, pools: ["Default"], enabled: true, ...given });
const machine = { freeMemoryMb: 10_000, load: 3, gpus: 2 };
const idle = { inLoad: 0, memoryOwedMb: 0, gpusTaken: 0 };
/** Monday, 23 November 2026, by the clock of the machine. */
const monday = (hour: number, minute = 0, second = 0, ms = 0) => new Date(2026, 10, 23, hour, minute, second, ms);
const condition = (given: Partial<Settings>, used: Partial<typeof idle> = {}, now = monday(12)) =>
  conditionOf(settings(given), machine, { ...idle, ...used }, now);

describe("memory for new tasks", () => {
  test("is what is free, less what is to be left and what running tasks asked for and do not use yet", () => {
    expect(condition({}).memoryLeftMb).toBe(10_000);
    expect(condition({ leaveMb: 2000 }, { memoryOwedMb: 3000 }).memoryLeftMb).toBe(5000);
  });
  test("is never below nothing", () => {
    expect(condition({ leaveMb: 9000 }, { memoryOwedMb: 3000 }).memoryLeftMb).toBe(0);
  });
});

describe("GPUs", () => {
  test("are those that were counted, or those that a person says there are", () => {
    expect(condition({}, { gpusTaken: 1 })).toMatchObject({ gpus: 2, gpusLeft: 1 });
    expect(condition({ gpus: 4 }, { gpusTaken: 1 })).toMatchObject({ gpus: 4, gpusLeft: 3 });
    expect(condition({ gpus: 0 }, { gpusTaken: 1 })).toMatchObject({ gpus: 0, gpusLeft: 0 });
  });
});

describe("load of others", () => {
  test("takes slots only with a limit, and not for what the slave itself runs", () => {
    expect(condition({}).foreignSlots).toBe(0);
    expect(condition({ loadLimit: 1 }).foreignSlots).toBe(3);
    expect(condition({ loadLimit: 1 }, { inLoad: 2 }).foreignSlots).toBe(1);
    expect(condition({ loadLimit: 0.5 }, { inLoad: 2 }).foreignSlots).toBe(4);
  });

  test("is not that of tasks which have just ended", () => {
    const tasks = new TasksInLoad();
    expect(tasks.count(4, 0)).toBe(4);
    // They have run for a second: there is next to nothing of them in the load.
    expect(tasks.count(0, 1000)).toBe(0);
    expect(tasks.count(4, 2000)).toBe(4);
    expect(tasks.count(4, 300_000)).toBe(4);
    expect(tasks.count(1, 600_000)).toBe(4);
    expect(tasks.count(1, 660_000)).toBe(2);
    expect(tasks.count(1, 900_000)).toBe(1);
  });
});

describe("hours are those of the slave's own clock", () => {
  const hours = "mon-fri 19:00-08:00, sat-sun";
  test("to the minute", () => {
    expect(worksAt(hours, monday(18, 59, 59, 999))).toBe(false);
    expect(worksAt(hours, monday(19))).toBe(true);
    expect(condition({ hours })).toMatchObject({ inHours: false });
    expect(condition({ hours }, {}, monday(20))).toMatchObject({ inHours: true });
  });

  test("and their next change is known to the millisecond", () => {
    expect(msUntilChange(hours, monday(18, 59, 30, 500))).toBe(29_500);
    expect(msUntilChange(hours, monday(12))).toBe(7 * 3_600_000);
    expect(msUntilChange("", monday(12))).toBe(Number.POSITIVE_INFINITY);
  });
});
