// The checker finds what it is there for: a sound farm passes, and each way in which it could be unsound is found.
import { expect, test } from "bun:test";
import { check } from "./checker";
import type { Evidence, RunRow } from "./evidence";
import type { Ran } from "./ledger";

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer One)[] ? One[] : T[K] };

const begin = 1_800_000_000_000;
const ran = (
  job: number,
  task: number,
  attempt: number,
  from: number,
  until: number,
  more: Partial<Ran> = {},
): Ran => ({
  ...{ job, task, attempt, pid: job * 1000 + task * 10 + attempt, slave: 1, code: 0 },
  ...{ from: begin + from, until: begin + until, frames: [task + 1] },
  ...more,
});
const row = (job: number, task: number, attempt: number, ended: number, more: Partial<RunRow> = {}): RunRow => ({
  ...{ job, task, attempt, slave: 1, ended: begin + ended, outcome: "finished", code: 0, message: null, wish: null },
  ...more,
});

/** Three tasks of a job, of which the second was tried twice since its slave was frozen; and a job of one task that waited for it. */
function sound(): Mutable<Evidence> {
  const flags = { stopped: false, stopReason: null, priority: 500, block: 1 };
  const job = () => ({ ...flags, waiting: [], running: [], failed: [] });
  return {
    leaseMs: 2000,
    mostSlots: 2,
    licences: 1,
    submitted: [
      { name: "first", done: "yes", id: 1, frames: [1, 3], block: 1, licence: true, maxSlots: 2, maxPerSlave: 1 },
      { name: "second", done: "yes", id: 2, frames: [1, 1], block: 1 },
      { name: "refused", done: "no", frames: [1, 1], block: 1 },
      { name: "unheard", done: "perhaps", frames: [1, 1], block: 1 },
    ],
    acts: [],
    troubles: [{ kind: "freeze slave", on: "s2", from: begin + 200, until: begin + 5000 }],
    slaves: new Map([
      [1, "s1"],
      [2, "s2"],
    ]),
    torn: [],
    jobs: [
      { ...job(), id: 1, name: "first", tasks: 3, spans: [{ first: 1, last: 3, step: 1 }], finished: [0, 1, 2] },
      { ...job(), id: 2, name: "second", tasks: 1, spans: [{ first: 1, last: 1, step: 1 }], finished: [0] },
    ],
    runs: [
      row(1, 0, 1, 100),
      row(1, 1, 1, 3000, { slave: 2, outcome: "lost", code: null }),
      row(1, 1, 2, 3500),
      row(1, 2, 1, 4000),
      row(2, 0, 1, 6000),
    ],
    ran: [
      ran(1, 0, 1, 0, 90),
      ran(1, 1, 1, 100, 5000, { slave: 2 }),
      ran(1, 1, 2, 3100, 3400),
      ran(1, 2, 1, 3500, 3900),
      ran(2, 0, 1, 5500, 5900),
    ],
    bonds: [{ job: 2, needs: 1, until: "finished" }],
  };
}

/** What is found when the evidence is doctored. */
function found(doctor: (evidence: Mutable<Evidence>) => unknown): string {
  const evidence = sound();
  doctor(evidence);
  return check(evidence).join("\n");
}
const requeued = (at: number) =>
  ({ what: "requeue", job: 1, at: begin + at, until: begin + at + 10, done: "yes" }) as const;

test("a sound farm passes, also with a process that a lost slave still had", () => {
  expect(check(sound())).toEqual([]);
});

test("a task that two runs finished is found, unless somebody wanted it anew between", () => {
  const twice = (evidence: Mutable<Evidence>) => {
    evidence.runs.push(row(1, 0, 2, 5000));
    evidence.ran.push(ran(1, 0, 2, 4500, 4900));
  };
  expect(found(twice)).toMatch(/^job 1 task 0: handed out again after attempt 1 finished it: rows \[1 on s1 finished/);
  expect(
    found((evidence) => {
      twice(evidence);
      evidence.acts.push(requeued(4200));
    }),
  ).toBe("");
  expect(
    found((evidence) => {
      twice(evidence);
      evidence.acts.push(requeued(4600));
    }),
  ).toContain("handed out again");
});

test("two processes at a time are found, unless the slave of the first was lost for a reason", () => {
  const overlap = /job 1 task 1: attempts 1 and 2 ran at a time, and /;
  expect(found(({ runs }) => Object.assign(runs[1]!, { outcome: "failed" }))).toMatch(overlap);
  expect(found(({ runs }) => Object.assign(runs[1]!, { ended: begin + 3200 }))).toMatch(
    /and the first was not yet lost/,
  );
  expect(found((evidence) => Object.assign(evidence, { troubles: [] }))).toMatch(
    /and nothing had kept its slave s2 from the farm/,
  );
});

test("an attempt that was started twice is found", () => {
  expect(found(({ ran: all }) => void all.push(ran(1, 2, 1, 3950, 3990, { pid: 7 })))).toContain(
    "job 1 task 2 attempt 1: started 2 times",
  );
});

test("a finished run without a start, without an end, or with a late one is found", () => {
  expect(found(({ ran: all }) => void all.splice(3, 1))).toContain("counts as finished but never started");
  expect(found(({ ran: all }) => delete all[3]!.code)).toContain("counts as finished but did not end with 0");
  expect(found(({ ran: all }) => Object.assign(all[3]!, { code: 3 }))).toContain("did not end with 0");
  expect(found(({ ran: all }) => Object.assign(all[3]!, { until: begin + 4100 }))).toContain("before it ended");
});

test("a run that the farm does not know, or knows on another slave, is found", () => {
  expect(found(({ ran: all }) => void all.push(ran(1, 2, 2, 4000, 4100)))).toContain("the farm does not know of it");
  expect(found(({ ran: all }) => Object.assign(all[3]!, { slave: 2 }))).toContain("ran on s2, but the farm says s1");
  expect(found(({ torn }) => void torn.push("start 1 2"))).toContain("not whole: 'start 1 2'");
});

test("sets that disagree with each other or with the runs are found", () => {
  expect(found(({ jobs }) => void jobs[0]!.waiting.push(0))).toContain("job 1: a task is in two of its sets");
  expect(found(({ jobs }) => void jobs[0]!.finished.pop())).toContain("job 1: its sets hold 2 tasks, it has 3");
  const misplaced = found(({ jobs }) => {
    jobs[0]!.failed.push(jobs[0]!.finished.pop()!);
  });
  expect(misplaced).toContain("job 1 task 2: a run finished it, but it is not finished");
  expect(found(({ runs }) => void runs.splice(3, 1))).toContain("job 1 task 2: finished without a run that did it");
  expect(found(({ runs }) => Object.assign(runs[2]!, { attempt: 3 }))).toContain("attempts are missing");
});

test("what still runs or waits is found", () => {
  expect(found(({ runs }) => Object.assign(runs[3]!, { ended: null, outcome: null }))).toContain(
    "its run is still open",
  );
  expect(found(({ jobs }) => void jobs[0]!.running.push(jobs[0]!.finished.pop()!))).toContain("though nothing runs");
  const waits = ({ jobs, runs, ran: all }: Mutable<Evidence>) => {
    jobs[1]!.waiting.push(jobs[1]!.finished.pop()!);
    runs.pop();
    all.pop();
  };
  expect(found(waits)).toBe("job 2 (second): tasks 0 wait, and nobody knows why");
});

test("a submission that is lost, there twice, was refused, or has other frames is found", () => {
  expect(found(({ jobs }) => void jobs.splice(1, 1))).toContain("second: was accepted as job 2, but is not there");
  expect(found(({ jobs }) => void jobs.push({ ...jobs[1]!, id: 3 }))).toContain("second: is there 2 times: jobs 2, 3");
  expect(found(({ jobs }) => Object.assign(jobs[1]!, { name: "refused" }))).toContain(
    "refused: was refused, but is there as job 2",
  );
  expect(found(({ jobs }) => Object.assign(jobs[1]!, { name: "other" }))).toContain(
    "job 2 (other): nobody submitted it",
  );
  expect(found(({ jobs }) => Object.assign(jobs[1]!.spans[0]!, { last: 2 }))).toContain("frames 1-1 by 1 became");
  expect(found(({ ran: all }) => Object.assign(all[3]!, { frames: [2] }))).toContain("frame 2 is in tasks 1 and 2");
  expect(found(({ jobs }) => Object.assign(jobs[1]!, { name: "unheard" }))).toContain("second: was accepted as job 2");
});

test("a job that started too early is found", () => {
  for (const until of ["finished", "ended", "frames"] as const) {
    const bonds = [{ job: 2, needs: 1, until }];
    expect(found((evidence) => Object.assign(evidence, { bonds: bonds }))).toBe("");
    const early = found((evidence) => {
      evidence.bonds = bonds;
      Object.assign(evidence.ran[4]!, { from: begin + 50, until: begin + 60 });
    });
    expect(early).toMatch(/job 2 .*before/);
  }
});

test("limits that were exceeded are found, the rest of a lost run left out", () => {
  const beside = ({ ran: all }: Mutable<Evidence>) => Object.assign(all[3]!, { from: begin + 3200 });
  expect(found(beside)).toMatch(/^job 1 on s1: more than 1 at .*\nthe licence: more than 1 at /);
  expect(found((evidence) => Object.assign(evidence, { mostSlots: 0 }))).toContain("slots of s1: more than 0 at");
});

test("what somebody was told was done, and is not, is found", () => {
  const told = { job: 1, at: begin + 7000, until: begin + 7010, done: "yes" } as const;
  expect(found(({ acts }) => void acts.push({ ...told, what: "delete" }))).toContain("job 1 was deleted, but is there");
  expect(found(({ acts }) => void acts.push({ ...told, what: "priority", priority: 9 }))).toContain(
    "job 1 got priority 9, but has 500",
  );
  const uncalled = found(({ acts, jobs, runs }) => {
    acts.push({ ...told, what: "finish", frames: [3, 3] });
    jobs[0]!.failed.push(jobs[0]!.finished.pop()!);
    Object.assign(runs[3]!, { outcome: "failed" });
  });
  expect(uncalled).toContain("job 1 task 2 was called finished, but is not");
});
