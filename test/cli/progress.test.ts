import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Progress, progressLine } from "../../lib/cli/progress";
import type { Job } from "../../lib/protocol";

describe("the rate of a job", () => {
  test("is not guessed before something was done", () => {
    const progress = new Progress();
    expect(progress.note(job({ finished: 5 }), 0)).toEqual({ rate: undefined, left: undefined });
    expect(progress.note(job({ finished: 5 }), 10_000)).toEqual({ rate: undefined, left: undefined });
  });

  test("counts what was done while one watched, not before", () => {
    const progress = new Progress();
    progress.note(job({ finished: 50 }), 0);
    expect(progress.note(job({ finished: 60 }), 5000)).toEqual({ rate: 2, left: 20 });
  });

  test("falls while nothing comes any more", () => {
    const progress = new Progress();
    progress.note(job({ finished: 0 }), 0);
    progress.note(job({ finished: 10 }), 1000);
    expect(progress.note(job({ finished: 10 }), 20_000)).toEqual({ rate: 0.5, left: 180 });
  });

  test("is that of the last minute or so", () => {
    const progress = new Progress();
    for (let second = 0; second <= 100; second++)
      progress.note(job({ finished: second, total: 10_000 }), second * 1000);
    for (let second = 1; second <= 100; second++)
      progress.note(job({ finished: 100 + 10 * second, total: 10_000 }), (100 + second) * 1000);
    expect(progress.note(job({ finished: 1100, total: 10_000 }), 200_000).rate).toBeCloseTo(10, 1);
  });

  test("begins anew when frames were requeued", () => {
    const progress = new Progress();
    progress.note(job({ finished: 0 }), 0);
    progress.note(job({ finished: 80 }), 1000);
    expect(progress.note(job({ finished: 10 }), 2000).rate).toBeUndefined();
    expect(progress.note(job({ finished: 12 }), 4000)).toEqual({ rate: 1, left: 88 });
  });
});

describe("the line of a job", () => {
  test("tells frames done, rate and time left", () => {
    expect(line(job({ finished: 25, failed: 2 }), { rate: 0.5, left: 150 }, 120)).toMatch(
      /^job 12 shot7 {2}[█▓░]+ {2}25 % {2}25\/100 frames, 2 failed {2}30\.0\/min {2}2 m 30 s left {2}waiting$/,
    );
    expect(line(job({ finished: 5 }), { rate: 200, left: 0.4 }, 120)).toContain("200.0/s  1 s left");
  });

  test("promises no time for a job that is stopped", () => {
    expect(line({ ...job({ finished: 5 }), state: "stopped" }, { rate: 1, left: 95 }, 120)).not.toContain("left");
  });

  test("keeps state and percentage and is no wider than the terminal", () => {
    const some = fc.record({
      name: fc.string({ unit: "grapheme" }),
      total: fc.integer({ min: 1, max: 1_000_000_000 }),
      rate: fc.option(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), { nil: undefined }),
      width: fc.integer({ min: 40, max: 160 }),
    });
    fc.assert(
      fc.property(some, ({ name, total, rate, width }) => {
        const done = Math.floor(total / 3);
        const text = line(
          { ...job({ finished: done, total, failed: 1 }), name },
          { rate, left: rate && total / rate },
          width,
        );
        expect(Bun.stringWidth(text)).toBeLessThanOrEqual(width);
        expect(text).toMatch(/\d+ %.*waiting$/s);
      }),
    );
  });
});

function line(...given: Parameters<typeof progressLine>): string {
  return Bun.stripANSI(progressLine(...given));
}

function job({ finished, failed = 0, total = 100 }: { finished: number; failed?: number; total?: number }): Job {
  const counts = { total, finished, failed, running: 0, waiting: total - finished - failed };
  return {
    id: 12,
    name: "shot7",
    owner: "ana",
    pool: "Default",
    priority: 500,
    state: "waiting",
    stopped: false,
    stopReason: null,
    kind: null,
    after: [],
    notBefore: null,
    frames: `1-${total}`,
    frameCounts: counts,
    taskCounts: counts,
    block: 1,
    submittedAt: "2026-01-01T00:00:00Z",
    startedAt: null,
    endedAt: null,
    secondsLeft: null,
  };
}
