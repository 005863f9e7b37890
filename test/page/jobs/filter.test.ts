// A filter is one text: what it says is found, what it does not say so that anybody understands it is told.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { formatWish, parseWish, suggest, type Wish } from "../../../lib/page/jobs/filter";
import { jobStates } from "../../../lib/states";

const words = (most: number) =>
  fc.oneof(
    fc.string({ minLength: 1, maxLength: most, unit: fc.constantFrom(..."ab :\"\\,*-'<\t\u202e\u00a0ä") }),
    fc.string({ minLength: 1, maxLength: most }),
    fc.constantFrom("shot 7", "owner:ana", 'a"b', '"', "state:", " x ", "a  b", "\\", "x:"),
  );
const anyWish = fc.record(
  {
    owner: words(20),
    pool: words(20),
    kind: words(20),
    name: words(40),
    state: fc.subarray([...jobStates], { minLength: 1 }),
  },
  { requiredKeys: [] },
) as fc.Arbitrary<Wish>;

test("every wish can be written, and is read as it was meant", () => {
  fc.assert(
    fc.property(anyWish, (wish) => expect(parseWish(formatWish(wish))).toEqual({ wish })),
    { numRuns: 500 },
  );
});

test("whatever is written is read, or its problem told in one line; what is read is written the same way ever after", () => {
  const anyText = fc.oneof(
    fc.string(),
    fc.string({ unit: "binary" }),
    fc.array(fc.constantFrom("owner:", "ana", " ", '"', "\\", "state:failed", ",", "x:", "pool:a b", "\n"), {
      maxLength: 12,
    }),
  );
  fc.assert(
    fc.property(
      anyText.map((text) => [text].flat().join("")),
      (text) => {
        const { wish, problem } = parseWish(text);
        if (problem !== undefined) return expect(problem).toMatch(/^[^\n]+$/);
        const written = formatWish(wish);
        expect(parseWish(written)).toEqual({ wish });
        expect(formatWish(parseWish(written).wish)).toBe(written);
      },
    ),
    { numRuns: 150 },
  );
});

test.each<[string, Wish]>([
  ["", {}],
  ["  ", {}],
  [
    "owner:ana state:failed,running pool:maya kind:blender shot*",
    { owner: "ana", state: ["running", "failed"], pool: "maya", kind: "blender", name: "shot*" },
  ],
  ["State:FAILED OWNER:Ana", { state: ["failed"], owner: "Ana" }],
  ["shot 7 owner:ana beauty", { owner: "ana", name: "shot 7 beauty" }],
  ['owner:"Ana Maria" "a:b  c"', { owner: "Ana Maria", name: "a:b  c" }],
  ["state:failed state:stopped,", { state: ["stopped", "failed"] }],
  ["<img src=x onerror=alert(1)>", { name: "<img src=x onerror=alert(1)>" }],
])("%s", (text, wish) => {
  expect(parseWish(text)).toEqual({ wish });
});

test.each([
  ["ower:ana", /ower: is none of owner:, state:, pool:, kind:, name:/],
  ["state:faild", /No job is faild: it may be waiting, running, stopped, finished, failed/],
  ["owner:", /follows owner: is missing/],
  ["owner:ana owner:bob", /owner: stands there twice/],
  [`pool:${"x".repeat(65)}`, /pool: at most 64/],
  ["x".repeat(201), /name: at most 200/],
])("%s is explained", (text, problem) => {
  expect(parseWish(text).problem).toMatch(problem);
});

test("the beginning of a key or a state is gone on with", () => {
  expect(suggest("ow", 2)).toEqual({ from: 0, words: ["owner:"] });
  expect(suggest("", 0).words).toEqual(["owner:", "state:", "pool:", "kind:"]);
  expect(suggest("shot* state:failed,f", 20)).toEqual({ from: 19, words: ["finished"] });
  expect(suggest("state:f owner:ana", 7)).toEqual({ from: 6, words: ["finished", "failed"] });
  expect(suggest("kind:bl", 7, { kind: ["blender", "maya"] })).toEqual({ from: 5, words: ["blender"] });
  expect(suggest("owner:a", 7).words).toEqual([]);
  fc.assert(
    fc.property(fc.string(), fc.nat(30), (text, at) => {
      const caret = Math.min(at, text.length);
      const { from } = suggest(text, caret);
      expect(from >= 0 && from <= caret).toBe(true);
    }),
  );
});
