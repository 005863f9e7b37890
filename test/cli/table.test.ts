import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { age, bar, type Column, count, cut, facts, plain, span, table } from "../../lib/cli/table";

type Row = { number: number; name: string; note: string };
const columns: Column<Row>[] = [
  { title: "NO", of: ({ number }) => `${number}`, right: true },
  { title: "NAME", of: ({ name }) => plain(name), flexible: true },
  { title: "NOTE", of: ({ note }) => plain(note), flexible: true, spare: true },
  { title: "TWICE", of: ({ number }) => `${2 * number}`, right: true, spare: true },
];
const sign = fc.oneof(
  fc.constantFrom("渲", "テ", "🎬", "👩‍🚀", "é", "e\u0301", "a", " "),
  fc.string({ unit: "grapheme", maxLength: 1 }),
);
const words = fc.array(sign, { maxLength: 40 }).map((signs) => signs.join(""));
const row = fc.record({ number: fc.nat({ max: 9999 }), name: words, note: words });

describe("a table", () => {
  test("is never wider than the terminal when its flexible and spare columns can give way", () => {
    fc.assert(
      fc.property(fc.array(row, { maxLength: 8 }), fc.integer({ min: 14, max: 120 }), (rows, width) => {
        for (const line of linesOf(table(rows, columns, width)))
          expect(Bun.stringWidth(line)).toBeLessThanOrEqual(width);
      }),
    );
  });

  test("keeps its columns under each other whatever signs stand in them", () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 8 }), fc.integer({ min: 40, max: 120 }), (rows, width) => {
        const upright: Column<Row>[] = [columns[1]!, { ...columns[0]!, title: "END" }];
        const [head, ...lines] = linesOf(table(rows, upright, width));
        for (const line of lines) expect(Bun.stringWidth(line)).toBe(Bun.stringWidth(head!));
      }),
    );
  });

  test("cuts the widest flexible column and says so by dots", () => {
    const text = table([{ number: 7, name: "a".repeat(40), note: "short" }], columns, 40);
    expect(text).toMatch(/^ 7 {2}a+\.{3} {2}short +14$/m);
  });

  test("leaves out spare columns, the last first, before it becomes too wide", () => {
    const rows = [{ number: 1, name: "beauty pass", note: "a note" }];
    const titles = (width: number) =>
      linesOf(table(rows, columns, width))[0]!
        .split(/ +/)
        .filter(Boolean);
    expect(titles(80)).toEqual(["NO", "NAME", "NOTE", "TWICE"]);
    expect(titles(22)).toEqual(["NO", "NAME", "NOTE"]);
    expect(titles(15)).toEqual(["NO", "NAME"]);
  });
});

test("a cut text is as wide as allowed at most, and whole signs only", () => {
  expect(cut("渲染渲染渲染", 8)).toBe("渲染...");
  expect(cut("👩‍🚀👩‍🚀👩‍🚀👩‍🚀", 7)).toBe("👩‍🚀👩‍🚀...");
  expect(cut("beauty", 6)).toBe("beauty");
});

test("text from elsewhere cannot move the cursor, change colours, break lines or turn them around", () => {
  const hostile = "a\x1b[2J\x1b]0;title\x07b\r\nc\u202ed\u009b31me\u2028f";
  expect(plain(hostile)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
  expect(plain(hostile)).toStartWith("a [2J");
});

test("a bar is as wide as asked and shows a failed frame among a million", () => {
  const counts = fc
    .tuple(fc.nat({ max: 500 }), fc.nat({ max: 500 }), fc.nat({ max: 500 }), fc.nat({ max: 500 }))
    .map(([finished, failed, running, waiting]) => ({
      finished,
      failed,
      running,
      total: finished + failed + running + waiting,
    }));
  fc.assert(
    fc.property(counts, fc.integer({ min: 1, max: 60 }), (some, width) => {
      expect(Bun.stringWidth(bar(some, width))).toBe(width);
    }),
  );
  expect(Bun.stripANSI(bar({ total: 1e6, finished: 5e5, failed: 1, running: 0 }, 10))).toBe("█████▓░░░░");
});

test("times and counts are written as people say them", () => {
  expect([0.25, 4.2, 42, 185, 7800, 360_000].map(span)).toEqual([
    "250 ms",
    "4.2 s",
    "42 s",
    "3 m 05 s",
    "2 h 10 m",
    "4 d 4 h",
  ]);
  expect([-1, 5, 119, 7300, 400_000].map(age)).toEqual(["0 s", "5 s", "1 m", "2 h", "4 d"]);
  expect([0, 950, 1_000_000].map(count)).toEqual(["0", "950", "1,000,000"]);
});

test("facts go on in further lines between words, and a long word stays whole", () => {
  const text = "renders a-very-long-word-of-its-own of a scene";
  expect(linesOf(facts([["about", text]], 24))).toEqual([
    "about  renders",
    "       a-very-long-word-of-its-own",
    "       of a scene",
  ]);
});

test("a table that is shown again keeps the widths that it had", () => {
  const columns = [
    { title: "A", of: (text: string) => text },
    { title: "B", of: () => "b" },
  ];
  const widest = new Map<string, number>();
  table(["four"], columns, 80, widest);
  expect(linesOf(table(["x"], columns, 80, widest))).toEqual(["A     B", "x     b"]);
});

test("facts stand in two columns", () => {
  expect(
    Bun.stripANSI(
      facts([
        ["a", "1"],
        ["longer", "2"],
      ]),
    ),
  ).toBe("a       1\nlonger  2\n");
});

function linesOf(text: string): string[] {
  return Bun.stripANSI(text).trimEnd().split("\n");
}
