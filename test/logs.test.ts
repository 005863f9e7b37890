// Names, first lines and last lines of logs.
import { expect, test } from "bun:test";
import { cutOf, describeCode, logFile, logFolder, logFooter, logHeader, padFrame } from "../lib/logs";

const at = new Date("2026-11-05T10:20:30.400Z");

test("a frame number has zeros in front, and a longer one keeps all its digits", () => {
  expect([padFrame(7, 4), padFrame(12345, 4), padFrame(0, 1)]).toEqual(["0007", "12345", "0"]);
});

test("the sign of a frame number stays in front of the zeros", () => {
  expect(padFrame(-7, 4)).toBe("-0007");
});

test("the logs of a job are in a folder with its number and its name", () => {
  expect(logFolder({ id: 12, logName: "shot_7" })).toBe("000012.shot_7");
  expect(logFolder({ id: 1_234_567, logName: "a" })).toBe("1234567.a");
});

test("each attempt at a task has a log of its own", () => {
  expect(logFile(5, 4, 1)).toBe("0005.1.log");
  expect(logFile(5, 4, 2)).toBe("0005.2.log");
});

test("a log begins with job, frames, slave, start and command", () => {
  const run = { job: 12, name: "shot 7", frames: "1-4", attempt: 2, slave: "node1", command: ["render", "a b"], at };
  expect(logHeader(run)).toBe(
    [
      "# job 12 shot 7, frames 1-4, attempt 2",
      "# started 2026-11-05T10:20:30.400Z on node1",
      '# command ["render","a b"]',
      "",
    ].join("\n"),
  );
});

test("a line end in the command does not break the header", () => {
  const run = { job: 1, name: "a", frames: "1", attempt: 1, slave: "s", command: ["echo", "a\nb"], at };
  expect(logHeader(run).split("\n")).toHaveLength(4);
});

test("a log ends with the time, the exit code and the seconds", () => {
  expect(logFooter({ code: 0, ranMs: 1234, at })).toBe("# ended 2026-11-05T10:20:30.400Z, exit 0 after 1.23 s\n");
});

test("the last line says what is known and no more", () => {
  expect(logFooter({ at })).toBe("# ended 2026-11-05T10:20:30.400Z, without an exit code\n");
  expect(logFooter({ code: 127, message: "no such program", at })).toBe(
    "# ended 2026-11-05T10:20:30.400Z, exit 127: no such program\n",
  );
});

test("a code that stands for a signal is said with the signal", () => {
  expect([describeCode(1), describeCode(139), describeCode(143)]).toEqual([
    "1",
    "139 (signal SEGV)",
    "143 (signal TERM)",
  ]);
});

test("a log that is too long keeps a quarter of what may be kept from its beginning and the rest from its end", () => {
  expect(cutOf(100, 100)).toEqual({ head: 100, note: "", tail: 0, size: 100 });
  expect(cutOf(1e12, 0).head).toBe(1e12);
  const { head, note, tail, size } = cutOf(1000, 100);
  expect([head, tail]).toEqual([25, 75]);
  expect(note).toBe("\n# 900 of 1000 bytes are left out here\n");
  expect(size).toBe(100 + note.length);
});
