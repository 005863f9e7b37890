// What the end of a run means for its task.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type End, endReasons, exitRules, hasEnded, jobStates, judge, signalOf, wishes } from "../lib/states";

const strict = { retries: 3, exitRule: "strict" } as const;
const original = { retries: 3, exitRule: "drqueue" } as const;
const exit = (code?: number): End => ({ reason: "exit", code });

const anyEnd = fc.record({ reason: fc.constantFrom(...endReasons), code: fc.option(fc.nat(255), { nil: undefined }) });
const anyJob = fc.record({ retries: fc.nat(5), exitRule: fc.constantFrom(...exitRules) });

test("exit 0 finishes the task", () => {
  expect(judge(exit(0), strict, 0)).toEqual({ outcome: "finished", counts: false, next: "finished" });
  expect(judge(exit(0), strict, 99)).toEqual({ outcome: "finished", counts: false, next: "finished" });
});

test("INT, TERM, KILL and the codes 130, 137, 143 ask for a requeue, under both rules", () => {
  for (const job of [strict, original])
    for (const code of [130, 137, 143])
      expect(judge(exit(code), job, 0)).toEqual({ outcome: "requeued", counts: true, next: "waiting" });
});

test("a run that ended without a code was killed", () => {
  expect(judge(exit(), strict, 0)).toEqual({ outcome: "requeued", counts: true, next: "waiting" });
});

test("any other exit is a failure and tried again", () => {
  for (const code of [1, 2, 126, 127, 255])
    expect(judge(exit(code), strict, 0)).toEqual({ outcome: "failed", counts: true, next: "waiting" });
});

test("under the original's rule any exit of the program's own is success, but not a crash", () => {
  for (const code of [1, 2, 127, 200, 255])
    expect(judge(exit(code), original, 0)).toEqual({ outcome: "finished", counts: false, next: "finished" });
  for (const code of [134, 136, 139])
    expect(judge(exit(code), original, 0)).toEqual({ outcome: "failed", counts: true, next: "waiting" });
});

test("a jobscript that could not be started is a failure under both rules", () => {
  for (const job of [strict, original])
    expect(judge({ reason: "unstarted" }, job, 0)).toEqual({ outcome: "failed", counts: true, next: "waiting" });
});

test("a task is tried `retries` times again, then it is failed", () => {
  for (const end of [exit(1), exit(139), exit(143), { reason: "unstarted" } as const]) {
    expect([0, 1, 2, 3, 4].map((failures) => judge(end, strict, failures).next)).toEqual([
      "waiting",
      "waiting",
      "waiting",
      "failed",
      "failed",
    ]);
    expect(judge(end, { ...strict, retries: 0 }, 0).next).toBe("failed");
  }
});

test("what was not the task's fault does not count, however often it failed before", () => {
  for (const reason of ["killed", "returned", "lost"] as const)
    expect(judge({ reason, code: 137 }, strict, 99)).toEqual({ outcome: reason, counts: false, next: "waiting" });
});

test("what a person wants of a run decides, however it ended", () => {
  fc.assert(
    fc.property(anyEnd, anyJob, fc.nat(9), (end, job, failures) => {
      expect(judge(end, job, failures, "finish")).toEqual({ outcome: "killed", counts: false, next: "finished" });
      expect(judge(end, job, failures, "requeue")).toEqual({ outcome: "killed", counts: false, next: "waiting" });
    }),
  );
});

describe("whatever the end", () => {
  test("a task fails only when its retries are used up, and by a run that counts", () => {
    fc.assert(
      fc.property(anyEnd, anyJob, fc.nat(9), fc.option(fc.constantFrom(...wishes)), (end, job, failures, wish) => {
        const verdict = judge(end, job, failures, wish);
        if (verdict.next === "failed") expect([verdict.counts, failures >= job.retries]).toEqual([true, true]);
        if (verdict.counts) expect(verdict.next).toBe(failures >= job.retries ? "failed" : "waiting");
      }),
    );
  });

  test("a run called finished leaves a finished task", () => {
    fc.assert(
      fc.property(anyEnd, anyJob, fc.nat(9), (end, job, failures) => {
        const { outcome, next } = judge(end, job, failures);
        expect(outcome === "finished").toBe(next === "finished");
      }),
    );
  });
});

test("a shell's code tells the signal behind it", () => {
  expect([129, 130, 134, 137, 139, 143].map(signalOf)).toEqual(["HUP", "INT", "ABRT", "KILL", "SEGV", "TERM"]);
  expect([0, 1, 127, 128, 200, 255].map(signalOf)).toEqual(Array(6).fill(undefined));
});

test("a job has ended when it is finished or failed, not when it is stopped", () => {
  expect(jobStates.filter(hasEnded)).toEqual(["finished", "failed"]);
});
