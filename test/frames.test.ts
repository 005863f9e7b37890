// What a person may write as frames, and what it means.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  eachFrame,
  FrameTextError,
  formatFrames,
  frameAt,
  frameCount,
  limits,
  parseFrames,
  positionOf,
  type Span,
  spanLength,
  spansOf,
} from "../lib/frames";

const framesOf = (text: string) => [...eachFrame(parseFrames(text))];

function refusal(text: string): FrameTextError {
  try {
    parseFrames(text);
  } catch (error) {
    if (error instanceof FrameTextError) return error;
    throw error;
  }
  throw new Error(`'${text.slice(0, 80)}' was read without an error`);
}

describe("frames are written as a person would say them", () => {
  const meanings: [text: string, frames: number[]][] = [
    ["7", [7]],
    ["1-5", [1, 2, 3, 4, 5]],
    ["1-10x5", [1, 6]],
    ["1-10y5", [2, 3, 4, 5, 7, 8, 9, 10]],
    ["5-1", [5, 4, 3, 2, 1]],
    ["10-1x3", [10, 7, 4, 1]],
    ["10-1y3", [9, 8, 6, 5, 3, 2]],
    ["-5-3", [-5, -4, -3, -2, -1, 0, 1, 2, 3]],
    ["-5--3", [-5, -4, -3]],
    ["1--2", [1, 0, -1, -2]],
    ["-0", [0]],
    ["1 -2", [1, -2]],
    ["1-3,10,20-22", [1, 2, 3, 10, 20, 21, 22]],
    ["1-2 6-7,,9", [1, 2, 6, 7, 9]],
    [" ,\t1\n2\r\n,3, ", [1, 2, 3]],
    ["1-9 step 4", [1, 5, 9]],
    ["1-9 by 4", [1, 5, 9]],
    ["1-9 BY4", [1, 5, 9]],
    ["1-9 X 4", [1, 5, 9]],
    ["1-3x1", [1, 2, 3]],
    ["5-5x3", [5]],
    ["5-5", [5]],
    ["1-2y2", [2]],
    ["1-4x999999999", [1]],
    ["1-4y999999999", [2, 3, 4]],
    ["007-009", [7, 8, 9]],
  ];
  for (const [text, frames] of meanings) {
    test(`'${text.replace(/\s/g, " ")}' is ${frames.join(" ")}`, () => {
      expect(framesOf(text)).toEqual(frames);
    });
  }
});

describe("a frame comes once, where it is first seen", () => {
  test("the important frames come first, the rest in order", () => {
    expect(framesOf("5,1-7")).toEqual([5, 1, 2, 3, 4, 6, 7]);
    expect(framesOf("1-7x3,1-7")).toEqual([1, 4, 7, 2, 3, 5, 6]);
    expect(framesOf("1-7x3,7-1y3")).toEqual([1, 4, 7, 6, 5, 3, 2]);
  });

  test("a range that adds nothing is left out", () => {
    expect(formatFrames(parseFrames("1-5,2-4,5-1,3"))).toBe("1-5");
  });

  test("what is left of a range is written as ranges", () => {
    expect(formatFrames(parseFrames("4-6,1-9"))).toBe("4-6,1-3,7-9");
  });

  test("a single frame over a range of half a billion is met by arithmetic", () => {
    expect(formatFrames(parseFrames("1-500000000,7,500000001,-3"))).toBe("1-500000000,500000001,-3");
  });

  test("thousands of single frames before a long range that holds them all", () => {
    const singles = Array.from({ length: 3000 }, (_, i) => ((i * 7) % 3000) * 4);
    const spans = parseFrames(`${singles.join(" ")} 0-100000`);
    expect(frameCount(spans)).toBe(100_001);
    expect(frameAt(spans, 3000)).toBe(1);
  });
});

describe("equal frames look equal", () => {
  const short: [written: string, shown: string][] = [
    ["1-10x5", "1-6x5"],
    ["10-1x4", "10-2x4"],
    ["1-3x1", "1-3"],
    ["5-5x3", "5"],
    ["1-3x9", "1"],
    ["1-9 step 4", "1-9x4"],
    ["-5-3x2", "-5-3x2"],
    ["0--0", "0"],
    ["1-100y5", "1-100y5"],
  ];
  for (const [written, shown] of short) {
    test(`'${written}' is shown as '${shown}'`, () => {
      expect(formatFrames(parseFrames(written))).toBe(shown);
    });
  }

  test("a range that is one frame has no step to remember, and -0 is 0", () => {
    expect(parseFrames("5-5x3")).toEqual(parseFrames("5"));
    expect(parseFrames("5-7x3")).toEqual(parseFrames("5"));
    expect(parseFrames("-0--0x2")).toEqual([{ first: 0, last: 0, step: 1 }]);
  });
});

describe("what cannot be read is shown with a caret below the place", () => {
  const refusals: [text: string, at: number, reason: string][] = [
    ["", 0, "no frames given"],
    [" ,, ", 4, "no frames given"],
    ["abc", 0, "expected a frame number"],
    ["--5", 0, "expected a frame number"],
    ["1-", 2, "expected a frame number after '-'"],
    ["1- 5", 2, "expected a frame number after '-'"],
    ["1---5", 2, "expected a frame number after '-'"],
    ["1-5,x", 4, "expected a frame number"],
    ["1-5x", 4, "expected a step after 'x'"],
    ["1-5 step two", 9, "expected a step after 'step'"],
    ["1-5x0", 4, "a step is 1 or more"],
    ["1-5 x -2", 6, "a step is 1 or more"],
    ["1-5y1", 0, "leaves no frame"],
    ["1-3 5-5y3", 4, "leaves no frame"],
    ["1-10x2x3", 6, "expected a comma or a blank, not 'x'"],
    ["1-10:2", 4, "1-100x5"],
    ["1.5", 1, "expected a comma or a blank, not '.'"],
    ["1;2", 1, "expected a comma or a blank, not ';'"],
    ["1-2–3", 3, "not '–'"],
    ["1-2😀", 3, "not '😀'"],
    ["1\u200b2", 1, "not 'U+200B'"],
    ["1\u001b[31m", 1, "not 'U+001B'"],
    ["1\ud800", 1, "not 'U+D800'"],
    ["٣", 0, "expected a frame number"],
    ["1-٣", 2, "expected a frame number after '-'"],
    ["1-5 ſtep 2", 4, "expected a frame number"],
    ["1e5", 1, "not 'e'"],
    ["1000000000", 0, "a number beyond 999999999"],
    ["1,-1000000000", 2, "a number beyond 999999999"],
    ["1-1000000000", 2, "a number beyond 999999999"],
    ["1-5x1000000000", 4, "a number beyond 999999999"],
    ["-5-999999999", 0, "more than 1000000000 frames"],
    ["-9--1,0-999999999", 6, "more than 1000000000 frames"],
    ["1-3000000 2-3000001", 10, "leave out the repeats"],
  ];
  for (const [text, at, reason] of refusals) {
    test(`${JSON.stringify(text)}: ${reason}`, () => {
      const { message } = refusal(text);
      const [first, shown, caret] = message.split("\n");
      expect(first).toStartWith("frames: ");
      expect(first).toContain(reason);
      expect(shown).toBe(`  ${text.replace(/[\t\n\u200b\u001b\ud800](?![\udc00-\udfff])/g, " ")}`);
      expect(caret).toBe(`${" ".repeat(2 + at)}^`);
    });
  }

  test("of a long text the part around the place is shown, on one line", () => {
    const text = `${"1\n".repeat(500)}?${"2,".repeat(500)}`;
    const [, shown, caret, ...more] = refusal(text).message.split("\n");
    expect(more).toEqual([]);
    expect(shown!.length).toBeLessThan(100);
    expect(shown![caret!.indexOf("^")]).toBe("?");
  });

  test("the caret points at the sign that is wrong, wherever it is", () => {
    const anywhere = fc.tuple(fc.nat(200), fc.constantFrom("?", "a", ".", "é", "/"), fc.nat(200));
    fc.assert(
      fc.property(anywhere, ([before, wrong, after]) => {
        const text = `${"1, ".repeat(before)}${wrong}${" 2".repeat(after)}`;
        const error = refusal(text);
        const [, shown, caret] = error.message.split("\n");
        expect(error.at).toBe(before * 3);
        expect(shown![caret!.indexOf("^")]).toBe(wrong);
      }),
    );
  });

  test("any text is either read or refused with a place inside it", () => {
    const signs = fc.constantFrom(..."0123456789--,, xy:", "step", "by", "\n", "é", "😀", "\ud800", "٣");
    fc.assert(
      fc.property(fc.string({ unit: fc.oneof(signs, fc.string()), maxLength: 12 }), (text) => {
        try {
          expect(frameCount(parseFrames(text))).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameTextError);
          expect((error as FrameTextError).at).toBeWithin(0, text.length + 1);
          expect((error as Error).message.split("\n")).toHaveLength(3);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("no text is too much for the reader", () => {
  const megabytes = 10_000_000;
  const long: [name: string, text: string, reason: string][] = [
    ["blanks", " ".repeat(megabytes), "no frames given"],
    ["digits", "1".repeat(megabytes), "a number beyond"],
    ["a gap with a wrong end", `1-5${" ".repeat(megabytes)}?`, "expected a frame number"],
    ["the same frame", "1 ".repeat(megabytes / 2), "more than 10000 ranges"],
    ["ranges without an end", "1-".repeat(megabytes / 2), "expected a comma or a blank, not '-'"],
    ["the same long range", "1-900000,".repeat(megabytes / 9), "leave out the repeats"],
    ["steps below a long range", `${"1-900000x3,".repeat(megabytes / 11)}1-900000`, "leave out the repeats"],
  ];
  for (const [name, text, reason] of long) {
    test(`10 MB of ${name} are refused`, () => {
      expect(refusal(text).reason).toContain(reason);
    });
  }

  test("10 MB of blanks around a frame are only blanks", () => {
    const gap = " ".repeat(megabytes / 2);
    expect(framesOf(`${gap}1-2${gap}x1`)).toEqual([1, 2]);
  });

  test("10,000 single frames in any order are read, one more is refused where it stands", () => {
    const frames = Array.from({ length: limits.spans }, (_, i) => ((i * 7919) % 10_007) * 3);
    const text = frames.join(",");
    expect(framesOf(text)).toEqual(frames);
    expect(refusal(`${text},-7`)).toMatchObject({ reason: "more than 10000 ranges", at: text.length + 1 });
    expect(refusal(`${text},${frames[0]}`)).toMatchObject({ reason: "more than 10000 ranges", at: text.length + 1 });
  });

  test("a range that falls into more than 10,000 pieces is refused", () => {
    expect(refusal("1-40000x3,1-40000")).toMatchObject({ reason: "more than 10000 ranges", at: 10 });
  });

  test("half a million pieces are refused as well, and not by running out of stack", () => {
    expect(refusal("1-1000000x3,1-1000000").reason).toBe("more than 10000 ranges");
  });
});

describe("a billion frames are three numbers", () => {
  const spans = parseFrames("0-999999999");

  test("they are counted, and found in both directions", () => {
    expect(spans).toEqual([{ first: 0, last: 999_999_999, step: 1 }]);
    expect(frameCount(spans)).toBe(limits.frames);
    expect(frameAt(spans, 999_999_999)).toBe(999_999_999);
    expect(frameAt(spans, 1_000_000_000)).toBeUndefined();
    expect(positionOf(spans, 123_456_789)).toBe(123_456_789);
  });

  test("they are walked over as far as one looks", () => {
    const walk = eachFrame(parseFrames("999999999-0y2"));
    expect([walk.next().value, walk.next().value]).toEqual([999_999_998, 999_999_996]);
  });

  test("with steps and what the steps leave out", () => {
    const others = parseFrames("0-999999999y7");
    const hit = parseFrames("0-999999999x7");
    expect(frameCount(others) + frameCount(hit)).toBe(limits.frames);
    expect(positionOf(others, frameAt(others, 700_000_001)!)).toBe(700_000_001);
    expect(positionOf(others, 7 * 100_000_000)).toBeUndefined();
    expect(positionOf(hit, 7 * 100_000_000)).toBe(100_000_000);
  });
});

describe("spans of a list of frames", () => {
  const lists: [frames: number[], shown: string][] = [
    [[], ""],
    [[3], "3"],
    [[1, 2, 3, 7], "1-3,7"],
    [[1, 2], "1-2"],
    [[2, 1], "2-1"],
    [[1, 100], "1,100"],
    [[1, 3, 5, 6, 7], "1-5x2,6-7"],
    [[1, 50, 51, 52], "1,50-52"],
    [[9, 6, 3], "9-3x3"],
  ];
  for (const [frames, shown] of lists) {
    test(`${frames.join(" ") || "none"} is '${shown}'`, () => {
      expect(formatFrames(spansOf(frames))).toBe(shown);
    });
  }

  test("a list with repeats keeps them: it is the caller's list", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -4, max: 8 })), (frames) => {
        const spans = spansOf(frames);
        expect([...eachFrame(spans)]).toEqual(frames);
        expect(frameCount(spans)).toBe(frames.length);
      }),
    );
  });
});

/** A range as a person writes it, with the frames it means by counting, frame by frame. */
const range = fc
  .record({
    first: fc.integer({ min: -30, max: 30 }),
    last: fc.integer({ min: -30, max: 30 }),
    word: fc.constantFrom("", "x", "y", " step ", " by ", " X "),
    step: fc.integer({ min: 1, max: 70 }),
  })
  .map(({ first, last, word, step }) => {
    const frames: number[] = [];
    const direction = last < first ? -1 : 1;
    for (let frame = first, n = 0; (last - frame) * direction >= 0; frame += direction, n++) {
      const hit = n % step === 0;
      if (word === "" || (word === "y" ? !hit : hit)) frames.push(frame);
    }
    return { text: word === "" ? `${first}-${last}` : `${first}-${last}${word}${step}`, frames };
  })
  .filter(({ frames }) => frames.length > 0);
const single = fc.integer({ min: -30, max: 30 }).map((frame) => ({ text: `${frame}`, frames: [frame] }));
const list = fc
  .tuple(
    fc.array(fc.oneof({ weight: 3, arbitrary: range }, single), { minLength: 1, maxLength: 6 }),
    fc.constantFrom(",", " ", ", ", " ,, ", "\n"),
  )
  .map(([parts, comma]) => ({
    text: parts.map(({ text }) => text).join(comma),
    frames: [...new Set(parts.flatMap(({ frames }) => frames))],
  }));

describe("for every list of ranges", () => {
  test("the frames are those of a count by hand: as first seen, repeats dropped", () => {
    fc.assert(
      fc.property(list, ({ text, frames }) => {
        expect(framesOf(text)).toEqual(frames);
      }),
      { numRuns: 1000 },
    );
  });

  test("the text of the spans reads as the same spans", () => {
    fc.assert(
      fc.property(list, ({ text }) => {
        const spans = parseFrames(text);
        expect(parseFrames(formatFrames(spans))).toEqual(spans);
      }),
      { numRuns: 500 },
    );
  });

  test("a position has one frame and a frame one position", () => {
    fc.assert(
      fc.property(list, ({ text, frames }) => {
        const spans = parseFrames(text);
        expect(frameCount(spans)).toBe(frames.length);
        expect(frames.map((_, position) => frameAt(spans, position))).toEqual(frames);
        expect(frameAt(spans, frames.length)).toBeUndefined();
        expect(frameAt(spans, -1)).toBeUndefined();
        for (let frame = -32; frame <= 32; frame++) {
          const position = frames.indexOf(frame);
          expect(positionOf(spans, frame)).toBe(position === -1 ? undefined : position);
        }
      }),
    );
  });

  test("position and frame are each other's inverse far out as well", () => {
    const far = fc.integer({ min: -limits.frame, max: limits.frame });
    const near = fc.record({ first: far, last: far, step: fc.integer({ min: 1, max: 2e9 }), others: fc.boolean() });
    fc.assert(
      fc.property(near, fc.nat(), ({ first, last, step, others }, at) => {
        const span: Span = { first, last, step: last < first ? -step : step, ...(others && { others }) };
        const length = spanLength(span);
        fc.pre(length > 0);
        const frame = frameAt([span], at % length)!;
        expect((frame - first) % step === 0).toBe(!others);
        expect(frame).toBeWithin(Math.min(first, last), Math.max(first, last) + 1);
        expect(positionOf([span], frame)).toBe(at % length);
      }),
      { numRuns: 500 },
    );
  });
});
