// What is at hand of a log as lines: whatever way its bytes came, and whatever is in them.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { eachFrame, parseFrames } from "../../lib/frames";
import { carried, marked, stretches } from "../../lib/page/log/colours";
import { Heights } from "../../lib/page/log/heights";
import { LogWindow, mostPieces, mostShown, pieceBytes } from "../../lib/page/log/lines";
import { neighbours } from "../../lib/page/log/neighbours";
import { cleaned, lastWritten, plain, style } from "../../lib/page/log/shown";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const textsOf = (window: LogWindow) =>
  Array.from({ length: window.count }, (_, index) => window.text(window.line(index)).text);
const logOf = (text: string | Uint8Array) => {
  const window = new LogWindow();
  window.append(typeof text === "string" ? bytesOf(text) : text);
  return window;
};

/** Text as programs print it, and as they should not. */
const printed = fc
  .array(fc.constantFrom("\n", "\n", "\r", "\r\n", "a", "Ünï", "日本", "\u001b[31m", "line ", "\u0000", "x".repeat(50)))
  .map((parts) => parts.join(""));

describe("lines", () => {
  test("are the same whatever pieces they come in, at both ends", () => {
    fc.assert(
      fc.property(printed, fc.array(fc.nat(400)), fc.nat(400), (text, cuts, start) => {
        const bytes = bytesOf(text);
        const window = new LogWindow();
        const from = start % (bytes.length + 1);
        window.reset(from);
        const places = [from, ...cuts.map((cut) => cut % (bytes.length + 1)).filter((cut) => cut > from), bytes.length];
        places.sort((a, b) => a - b);
        for (const [nth, at] of places.entries()) window.append(bytes.slice(at, places[nth + 1] ?? at));
        if (from > 0) window.prepend(bytes.slice(0, from));
        const lines = text.split("\n");
        if (lines.at(-1) === "") lines.pop();
        expect(textsOf(window)).toEqual(lines.map(lastWritten));
        for (let index = 0; index < window.count; index++) {
          const { at, end } = window.line(index);
          expect(window.numberOf(index)).toBe(index + 1);
          expect(window.indexOf(at)).toBe(index);
          expect(window.indexOf(end)).toBe(index);
          expect(at === 0 || bytes[at - 1] === 10).toBe(true);
        }
      }),
    );
  });

  test("of a part in the middle are whole ones, and have no number until the beginning is there", () => {
    const text = "one\ntwo\nthree\nfour\n";
    const window = new LogWindow();
    window.reset(5);
    window.append(bytesOf(text.slice(5)));
    expect(textsOf(window)).toEqual(["three", "four"]);
    expect(window.numberOf(0)).toBeUndefined();
    window.prepend(bytesOf(text.slice(0, 5)));
    expect(textsOf(window)).toEqual(["one", "two", "three", "four"]);
    expect(window.numberOf(2)).toBe(3);
  });

  test("that were begun anew show what stands last, also when it began a piece before", () => {
    expect(textsOf(logOf("10 %\r50 %\r100 %\r\ndone\r\n\r\nA\rB"))).toEqual(["100 %", "done", "", "B"]);
    const long = logOf("x".repeat(pieceBytes - 3));
    long.append(bytesOf("\r50 %\r7"));
    long.append(bytesOf("5 %"));
    expect(textsOf(long)).toEqual(["75 %"]);
  });

  test("that are too long are cut between two characters, and say how much is missing", () => {
    const window = logOf(`${"😀".repeat(mostShown)}\nnext`);
    const { text, left } = window.text(window.line(0));
    expect(text.length).toBeLessThanOrEqual(mostShown);
    expect(text.isWellFormed()).toBe(true);
    expect(bytesOf(text).length + left).toBe(4 * mostShown);
    expect(window.text(window.line(1))).toEqual({ text: "next", left: 0 });
  });

  test("of bytes that are no text do no harm", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        const window = logOf(bytes);
        for (const text of textsOf(window)) expect(text.isWellFormed()).toBe(true);
        expect(window.count).toBe(
          bytes.filter((byte) => byte === 10).length + (bytes.length > 0 && bytes.at(-1) !== 10 ? 1 : 0),
        );
      }),
    );
  });
});

test("of a log without end a few pieces are kept: the last ones, or where a person goes back to", () => {
  const window = new LogWindow();
  const line = bytesOf(`${"y".repeat(1023)}\n`);
  const block = new Uint8Array(pieceBytes);
  for (let at = 0; at < pieceBytes; at += line.length) block.set(line, at);
  for (let nth = 0; nth < 20; nth++) window.append(block);
  expect(window.to - window.from).toBe(mostPieces * pieceBytes);
  // The first line may go on from before.
  expect(window.numberOf(0)).toBe(window.from / 1024 + 2);
  const before = window.from;
  window.prepend(block);
  expect(window.from).toBe(before - pieceBytes);
  expect(window.to - window.from).toBe(mostPieces * pieceBytes);
  expect(window.numberOf(0)).toBe(window.from / 1024 + 2);
});

test("a log of newlines alone is let go sooner: lines are kept as well as bytes", () => {
  const window = new LogWindow();
  for (let nth = 0; nth < 5; nth++) window.append(new Uint8Array(pieceBytes).fill(10));
  expect(window.count).toBeLessThanOrEqual(1_000_000);
  expect(window.to).toBe(5 * pieceBytes);
});

describe("what a terminal would obey", () => {
  test("is gone, but for colours, and what has no shape is seen", () => {
    expect(plain("\u001b]0;title\u0007a\u001b]8;;http://x\u001b\\link\u001b[2K\u001b[31mred\u001b[0m\u001b(B")).toBe(
      "alinkred",
    );
    expect(plain("a\u0000b\u0007c\u007fd\u202ee")).toBe("a␀b␇c␡d‹U+202E›e");
    expect(plain("\u001b]no end hides nothing")).toContain("no end hides nothing");
    expect(cleaned("\u001b[1;31mred\u001b[0m")).toBe("\u001b[1;31mred\u001b[0m");
    expect(plain("tabs\tstay")).toBe("tabs\tstay");
  });

  test("never comes through, whatever a program prints", () => {
    const hostile = fc
      .array(fc.constantFrom("\u001b", "[", "]", "0;", "m", "\u0007", "\\", "\u009b", "31", "a", "\u202e", "?", " "))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(hostile, (text) => {
        const left = cleaned(text).replace(style, "");
        expect(left).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
        expect(plain(text)).toBe(left);
      }),
    );
  });
});

describe("colours", () => {
  test("are classes for those of the theme, and styles for others", () => {
    expect(stretches("", "a\u001b[1;31mb\u001b[0m\u001b[38;5;196mc\u001b[48;2;1;2;3md")).toEqual([
      { text: "a", classes: "" },
      { text: "b", classes: "log-bold log-ink-red" },
      { text: "c", classes: "log-any-ink", ink: "rgb(255, 0, 0)" },
      { text: "d", classes: "log-any-ink log-any-paper", ink: "rgb(255, 0, 0)", paper: "rgb(1, 2, 3)" },
    ]);
  });

  test("go on from line to line until they are reset", () => {
    const before = carried("", "\u001b[32mgreen\u001b[1m");
    expect(stretches(before, "still")).toEqual([{ text: "still", classes: "log-bold log-ink-green" }]);
    expect(carried(before, "x\u001b[0m")).toBe("");
    expect(carried(before, "x\u001b[0;31m")).toBe("\u001b[0;31m");
  });

  test("say no more than the text, and remember no more than a little", () => {
    const coloured = fc
      .array(fc.constantFrom("\u001b[31m", "\u001b[0m", "\u001b[1m", "\u001b[;m", "\u001b[38;5;300m", "ab", "<b>"))
      .map((parts) => parts.join(""));
    fc.assert(
      fc.property(coloured, coloured, (first, second) => {
        const before = carried("", first);
        expect(before.length).toBeLessThanOrEqual(200);
        expect(
          stretches(before, second)
            .map(({ text }) => text)
            .join(""),
        ).toBe(plain(second));
      }),
    );
  });

  test("are cut where something was found, and nothing is lost", () => {
    const parts = [
      { text: "abc", classes: "" },
      { text: "def", classes: "log-bold" },
    ];
    expect(marked(parts, [[2, 4]]).map(({ text, classes, found }) => [text, classes, found])).toEqual([
      ["ab", "", false],
      ["c", "", true],
      ["d", "log-bold", true],
      ["ef", "log-bold", false],
    ]);
  });
});

test("rows are where those before them end, also when some turn out higher", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
      fc.nat(),
      fc.array(fc.integer({ min: 1, max: 90 })),
      (supposed, from, measured) => {
        const heights = new Heights();
        heights.grow(supposed.length, (index) => supposed[index]!);
        const first = from % supposed.length;
        heights.measured(first, measured);
        const real = supposed.map((height, index) => measured[index - first] ?? height);
        let top = 0;
        for (const [index, height] of real.entries()) {
          expect(heights.top(index)).toBe(top);
          expect(heights.at(top)).toBe(index);
          expect(heights.at(top + height - 0.5)).toBe(index);
          top += height;
        }
        expect(heights.total).toBe(top);
        expect(heights.measured(first, measured)).toBe(false);
      },
    ),
  );
});

test("the frames beside a frame are the nearest ones that the job has", () => {
  const texts = ["1-10", "10-1x3", "1-20x5", "1-20y5", "-5-3", "7", "1-9x2,2-10x4,30"];
  fc.assert(
    fc.property(fc.constantFrom(...texts), fc.integer({ min: -10, max: 40 }), (text, frame) => {
      const spans = parseFrames(text);
      const all = [...eachFrame(spans)];
      const lower = all.filter((one) => one < frame);
      const higher = all.filter((one) => one > frame);
      expect(neighbours(spans, frame)).toEqual({
        before: lower.length === 0 ? undefined : Math.max(...lower),
        after: higher.length === 0 ? undefined : Math.min(...higher),
      });
    }),
  );
});
