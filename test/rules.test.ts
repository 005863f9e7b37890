// What lines of output tell, and which exit codes may be given a meaning.
import { describe, expect, test } from "bun:test";
import { lineReader, longestLine } from "../lib/line-rules";
import { ExitCodes, OutputRules } from "../lib/rules";

const read = (rules: OutputRules, line: string) => lineReader(OutputRules.parse(rules))!(line);

describe("progress", () => {
  test("is read as percent, or as so many done of so many", () => {
    expect(read({ progress: ["(?<percent>[\\d.]+)%"] }, "now 12.5% of it")).toEqual({ percent: 12.5 });
    expect(read({ progress: ["(?<done>\\d+)/(?<of>\\d+)"] }, "Sample 3/12")).toEqual({ percent: 25 });
  });

  test("stays between 0 and 100, whatever a renderer prints", () => {
    const rules = { progress: ["p (?<percent>-?\\d+)", "(?<done>\\d+)/(?<of>\\d+)"] };
    expect(read(rules, "p 250")).toEqual({ percent: 100 });
    expect(read(rules, "p -3")).toEqual({ percent: 0 });
    expect(read(rules, "7/0")).toEqual({ percent: 0 });
    expect(read(rules, "9/4")).toEqual({ percent: 100 });
  });

  test("names the frame that begins, the one that is done, or how many are done", () => {
    expect(read({ progress: ["^Fra:(?<frame>-?\\d+)"] }, "Fra:-7 Mem")).toEqual({ percent: 0, frame: -7 });
    expect(read({ progress: ["done (?<finished>\\d+)"] }, "done 4")).toEqual({ percent: 100, frame: 4 });
    expect(read({ progress: ["\\((?<nth>\\d+) of"] }, "(3 of 5)")).toEqual({ percent: 100, nth: 3 });
  });

  test("is what the first pattern says that fits", () => {
    const rules = { progress: ["Tile (?<done>\\d+)/(?<of>\\d+)", "Sample (?<done>\\d+)/(?<of>\\d+)"] };
    expect(read(rules, "Tile 1/4, Sample 3/4")).toEqual({ percent: 25 });
  });
});

test("a line that means failure is nothing else, and a warning is no progress", () => {
  const rules = { fatal: ["license"], warning: ["^Warning"], progress: ["(?<percent>\\d+)%"] };
  expect(read(rules, "Warning: license 50%")).toEqual({ fatal: true });
  expect(read(rules, "Warning: 50%")).toEqual({ warning: true });
  expect(read(rules, "50%")).toEqual({ percent: 50 });
  expect(read(rules, "nothing of the kind")).toBeUndefined();
});

test("colours, and zeros between the letters of a program that writes UTF-16, do not hide a line", () => {
  const rules = { warning: ["^Warning: "], progress: ["^Frame (?<finished>\\d+) completed"] };
  expect(read(rules, "\u001b[1;33mWarning: \u001b[0mslow")).toEqual({ warning: true });
  expect(read(rules, [..."Frame 12 completed"].join("\0"))).toEqual({ percent: 100, frame: 12 });
});

test("only the first part of an endless line is looked at", () => {
  const rules = { fatal: ["boom"] };
  expect(read(rules, `${"x".repeat(longestLine - 4)}boom`)).toEqual({ fatal: true });
  expect(read(rules, `${"x".repeat(longestLine)}boom`)).toBeUndefined();
});

test("rules that say nothing cost nothing: there is no reader", () => {
  expect(lineReader({})).toBeUndefined();
  expect(lineReader({ progress: [], warning: [], fatal: [] })).toBeUndefined();
});

test("a pattern that is no regular expression is refused", () => {
  expect(OutputRules.safeParse({ fatal: ["(unclosed"] }).error?.message).toContain("not a regular expression");
  expect(OutputRules.safeParse({ fatal: ["(closed)"] }).success).toBe(true);
});

test("an exit code means one thing only, and 0 is success", () => {
  expect(ExitCodes.safeParse({ fatal: [1, 1, 2], retry: [3], warning: [4] }).success).toBe(true);
  expect(ExitCodes.safeParse({ fatal: [1, 2], warning: [2] }).error?.message).toContain("one thing only");
  for (const codes of [[0], [256], [1.5]]) expect(ExitCodes.safeParse({ retry: codes }).success).toBe(false);
});
