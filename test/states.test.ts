// What the end of a run means for its task.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { type End, endReasons, exitRules, hasEnded, jobStates, judge, signalOf, wishes } from "../lib/states";

const strict = { retries: 3, exitRule: "strict", exitCodes: {} } as const;
const original = { retries: 3, exitRule: "drqueue", exitCodes: {} } as const;
const exit = (code?: number): End => ({ reason: "exit", code });

const anyEnd = fc.record({ reason: fc.constantFrom(...endReasons), code: fc.option(fc.nat(255), { nil: undefined }) });
const someCodes = fc.array(fc.constantFrom<number[]>(1, 2, 130, 137, 139), { maxLength: 2 });
const anyJob = fc.record({
  retries: fc.nat(5),
  exitRule: fc.constantFrom(...exitRules),
  exitCodes: fc.record({ fatal: someCodes, retry: someCodes, warning: someCodes }, { requiredKeys: [] }),
});

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

test("a run that took too long, was silent for too long or printed a fatal line has failed, whatever its code says", () => {
  for (const reason of ["overtime", "silent", "fatal"] as const)
    for (const job of [strict, original, { ...strict, exitCodes: { warning: [137], fatal: [137] } }]) {
      expect(judge({ reason, code: 137 }, job, 0)).toEqual({ outcome: "failed", counts: true, next: "waiting" });
      expect(judge({ reason, code: 0 }, job, 3)).toEqual({ outcome: "failed", counts: true, next: "failed" });
    }
});

describe("an exit code to which the job gives a meaning", () => {
  const meanings = { fatal: [3, 143], retry: [4, 143, 200], warning: [5, 139, 4] };

  test("is fatal: the task has failed, whatever retries are left", () => {
    for (const job of [strict, original])
      for (const code of [3, 143])
        expect(judge(exit(code), { ...job, exitCodes: meanings }, 0)).toEqual({
          outcome: "failed",
          counts: true,
          next: "failed",
        });
  });

  test("is one to retry: a failure also under the original's rule, and before it is a warning", () => {
    for (const code of [4, 200])
      expect(judge(exit(code), { ...original, exitCodes: meanings }, 0)).toEqual({
        outcome: "failed",
        counts: true,
        next: "waiting",
      });
    expect(judge(exit(4), { ...strict, exitCodes: meanings }, 3).next).toBe("failed");
  });

  test("is a warning: the task is finished, even after a crash", () => {
    for (const code of [5, 139])
      expect(judge(exit(code), { ...strict, exitCodes: meanings }, 0)).toEqual({
        outcome: "finished",
        counts: false,
        next: "finished",
      });
  });

  test("leaves the others as they are", () => {
    expect(judge(exit(130), { ...strict, exitCodes: meanings }, 0).outcome).toBe("requeued");
    expect(judge(exit(1), { ...strict, exitCodes: meanings }, 0).outcome).toBe("failed");
    expect(judge(exit(0), { ...strict, exitCodes: meanings }, 0).outcome).toBe("finished");
  });
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
  test("a task fails only when its retries are used up or its code is fatal, and by a run that counts", () => {
    fc.assert(
      fc.property(anyEnd, anyJob, fc.nat(9), fc.option(fc.constantFrom(...wishes)), (end, job, failures, wish) => {
        const verdict = judge(end, job, failures, wish);
        const fatal = end.reason === "exit" && job.exitCodes.fatal?.includes(end.code ?? 137) === true;
        const last = fatal || failures >= job.retries;
        if (verdict.next === "failed") expect([verdict.counts, last]).toEqual([true, true]);
        if (verdict.counts) expect(verdict.next).toBe(last ? "failed" : "waiting");
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
