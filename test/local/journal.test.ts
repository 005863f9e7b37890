// The program's own log: one line a record, whatever names and errors are in it.
import { describe, expect, test } from "bun:test";
import type { LogRecord } from "@logtape/logtape";
import fc from "fast-check";
import { jsonLine, textLine } from "../../lib/local/journal";
import { journalOf } from "../../lib/local/journal-flags";

/** A record as the library makes it of a message in which properties are named. */
function record(text: string, properties: Record<string, unknown> = {}, level: LogRecord["level"] = "info"): LogRecord {
  const parts = text.split(/\{(\w+)\}/);
  return {
    category: ["drqueue", "work"],
    level,
    timestamp: Date.UTC(2026, 0, 2, 3, 4, 5, 6),
    rawMessage: text,
    message: parts.map((part, at) => (at % 2 === 0 ? part : properties[part])),
    properties,
  };
}

const run = { job: 12, task: 4, attempt: 1, slave: "rack7" };

test("as text a line has time, level and message, and ends with whom it concerns, in the same order always", () => {
  const { slave, ...rest } = run;
  expect(textLine(record("failed: {message}", { slave, message: "exit 3", code: 3, ...rest }))).toBe(
    "2026-01-02 03:04:05.006 INF failed: exit 3 job=12 task=4 attempt=1 slave=rack7\n",
  );
  expect(textLine(record("stopping", {}, "warning"))).toBe("2026-01-02 03:04:05.006 WRN stopping\n");
  expect(textLine(record("x", { slave: "rack 7", owner: 'a"b' }))).toEndWith(' x slave="rack 7" owner="a\\"b"\n');
});

test("as JSON it has the same message, and all properties", () => {
  const line = jsonLine(record("failed: {message}", { ...run, message: "exit 3", code: 3 }));
  expect(JSON.parse(line)).toEqual({
    "@timestamp": "2026-01-02T03:04:05.006Z",
    level: "INFO",
    message: "failed: exit 3",
    logger: "drqueue.work",
    properties: { ...run, message: "exit 3", code: 3 },
  });
});

test("an error is told with its words, in one line", () => {
  const error = new Error("first\nsecond");
  expect(textLine(record("nobody caught: {error}", { error })).split("\n")).toHaveLength(2);
  expect(textLine(record("nobody caught: {error}", { error }))).toContain("first\\nsecond");
  expect(JSON.parse(jsonLine(record("{error}", { error })))).toMatchObject({
    message: expect.stringContaining("first"),
    properties: { error: { message: "first\nsecond" } },
  });
});

describe("hostile names break no line and steer no terminal", () => {
  const hostile = fc.oneof(
    fc.string({ unit: "binary" }),
    fc
      .array(
        fc.constantFrom(
          "\n",
          "\r",
          "\u001b[2J",
          "\u009b31m",
          "\u2028",
          "\u0085",
          "\u202e",
          '"',
          "\\",
          " ",
          "{x}",
          "job=1",
          "\0",
        ),
      )
      .map((parts) => parts.join("")),
  );
  const steers = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

  test("as text", () => {
    fc.assert(
      fc.property(hostile, hostile, (name, word) => {
        const line = textLine(record("slave {slave} said {word}", { slave: name, word, job: 3 }));
        expect(line.indexOf("\n")).toBe(line.length - 1);
        expect(line).not.toMatch(steers);
      }),
    );
  });

  test("as JSON, where a program reads what was there", () => {
    fc.assert(
      fc.property(hostile, hostile, (name, word) => {
        const line = jsonLine(record("slave {slave} said {word}", { slave: name, word, job: 3 }));
        expect(line.indexOf("\n")).toBe(line.length - 1);
        const read = JSON.parse(line) as { message: string; properties: { slave: string } };
        expect(read.properties.slave).toBe(name);
        expect(read.message).not.toMatch(steers);
      }),
    );
  });
});

test("flags come before variables, and a variable that says neither is refused in one line", () => {
  const env = { DRQUEUE_LOG_FORMAT: "json", DRQUEUE_LOG_LEVEL: "debug" };
  expect(journalOf({}, {})).toEqual({ format: "text", level: "info" });
  expect(journalOf({}, env)).toEqual({ format: "json", level: "debug" });
  expect(journalOf({ logFormat: "text", logLevel: "error" }, env)).toEqual({ format: "text", level: "error" });
  expect(() => journalOf({}, { DRQUEUE_LOG_FORMAT: "xml" })).toThrow(
    "DRQUEUE_LOG_FORMAT is 'xml': write one of text, json",
  );
});
