// Kinds that a studio writes: what is wrong with one is said in a line, before any job is submitted.
import { describe, expect, test } from "bun:test";
import { checkKind } from "../../lib/kinds/check";
import { jobscript } from "../../lib/kinds/jobscript";
import { parseFields } from "../../lib/kinds/kind";

type Tools = typeof import("../../lib/kinds/kind").kindHelpers;

/** A studio's file as its author would write it, with something changed. */
const file =
  (change: (tools: Tools) => Record<string, unknown> = () => ({})) =>
  (tools: Tools) => {
    const { z, field, value, first, last, step, when } = tools;
    return {
      name: "toon",
      title: "Our toon renderer",
      about: "Draws lines.",
      program: "toon",
      each: "range",
      fields: z.strictObject({
        scene: field.path("SCENE", "Scene", "The .toon file"),
        ink: field.choice("INK", "Ink", "Colour of lines", ["black", "blue"]).optional(),
        passes: field.number("PASSES", "Passes", "How often").default(2),
      }),
      words: ({ ink }: Record<string, unknown>) => [
        "-f",
        [first, ":", last, ":", step],
        ...when(ink, "-i", value("ink")),
        ["-p", value("passes")],
        value("scene"),
      ],
      output: { progress: ["(?<percent>\\d+)%"], fatal: ["no licence"] },
      exitCodes: { retry: [9] },
      ...change(tools),
    };
  };

test("a kind that a studio wrote with the helpers it is given works as one that comes with the program", () => {
  const kind = checkKind(file());
  const script = jobscript(kind, parseFields(kind, { scene: "/s.toon", ink: "blue" }), "sh");
  expect(script).toContain(
    '"$DRQUEUE_PROGRAM" -f "$first":"$last":"$step" -i "$DRQUEUE_INK" -p"$DRQUEUE_PASSES" "$DRQUEUE_SCENE"',
  );
  expect(script).toContain("# Our toon renderer.");
});

test("it may be an object as well", () => {
  expect(checkKind(checkKind(file()))).toMatchObject({ name: "toon" });
});

function fault(given: unknown): string {
  try {
    checkKind(given);
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing";
}

describe("what is wrong is named", () => {
  test.each([
    [undefined, "a kind is an object"],
    ["toon", "a kind is an object"],
    [{}, "kind: name is missing; title is missing"],
    [() => null, "a kind is an object"],
  ])("%p: %s", (given, message) => {
    expect(fault(given)).toContain(message);
  });

  const changes: [string, (tools: Tools) => Record<string, unknown>, string][] = [
    ["a name with blanks", () => ({ name: "My Toon" }), "kind My Toon: name: must be small letters, digits and '-'"],
    ["a title that breaks the script", () => ({ title: "a\nrm -rf" }), "title: "],
    ["a title that cmd would expand", () => ({ title: "100%" }), "title: must be letters, digits, blanks"],
    ["no program", () => ({ program: undefined }), "kind toon: program: "],
    ["a wrong each", () => ({ each: "frames" }), "each: "],
    ["an unknown part", () => ({ wrods: 1 }), "there is no wrods in a kind, did you mean words?"],
    ["fields that are no schema", () => ({ fields: { scene: "text" } }), "fields: must be z.strictObject({ ... })"],
    ["words that are no function", () => ({ words: ["-f"] }), "words: must be a function"],
    ["a broken pattern", () => ({ output: { fatal: ["("] } }), "output.fatal.0: not a regular expression"],
    [
      "two meanings of a code",
      () => ({ exitCodes: { fatal: [1], retry: [1] } }),
      "exitCodes: an exit code can mean one",
    ],
    ["a folder that is no field", () => ({ startIn: "folder" }), "startIn: there is no field folder"],
    ["words that fail", () => ({ words: ({ ink }: { ink?: string }) => [ink!.trim()] }), "words: it fails for {"],
    ["words that are no list", () => ({ words: () => "-f 1" }), "words: must return a list"],
    ["a number as a word", () => ({ words: () => [12] }), "words: 12 is neither text nor a value"],
    ["a break in a word", () => ({ words: () => ["a\nb"] }), 'words: "a\\nb" holds a line break'],
    ["no step", ({ first, last }) => ({ words: () => [first, last] }), "must be told step; if it can not be"],
    [
      "a frame where there are ranges",
      ({ frame }) => ({ words: () => [frame] }),
      'frame says nothing where each is "range"',
    ],
    [
      "a range where there are frames",
      ({ first }) => ({ each: "frame", words: () => [first] }),
      'first says nothing where each is "frame"',
    ],
    ["a field that is not there", ({ value }) => ({ words: () => [value("sceen")] }), "words: there is no field sceen"],
    [
      "a field that may be missing",
      ({ value }) => ({ words: () => [value("ink")] }),
      "ink is used where it may have no value: write when(ink, ...)",
    ],
    [
      "a field without words about it",
      ({ z }) => ({ fields: z.strictObject({ scene: z.string() }) }),
      "field scene: a field of a kind is made by",
    ],
    [
      "a field named as a setting of jobs",
      ({ z, field }) => ({ fields: z.strictObject({ frames: field.text("X", "X", "x") }) }),
      "field frames: every job has something of this name",
    ],
    [
      "a field that all kinds have",
      ({ z, field }) => ({ fields: z.strictObject({ program: field.text("X", "X", "x") }) }),
      "field program: every kind has it already",
    ],
    [
      "a bad name of a field",
      ({ z, field }) => ({ fields: z.strictObject({ "my-ink": field.text("X", "X", "x") }) }),
      "field my-ink: a name is a small letter",
    ],
    [
      "a bad variable",
      ({ z, field }) => ({ fields: z.strictObject({ ink: field.text("my ink", "X", "x") }) }),
      "field ink: variable must be capital letters",
    ],
    [
      "a variable of the slave",
      ({ z, field }) => ({ fields: z.strictObject({ ink: field.text("JOBID", "X", "x") }) }),
      "field ink: the slave sets DRQUEUE_JOBID itself",
    ],
    [
      "one variable twice",
      ({ z, field }) => ({ fields: z.strictObject({ a: field.text("A", "X", "x"), b: field.text("A", "X", "x") }) }),
      "field b: DRQUEUE_A is the variable of field a already",
    ],
    [
      "a field without a hint",
      ({ z, field }) => ({ fields: z.strictObject({ a: field.text("A", "X", "") }) }),
      "field a: hint must be a line of text",
    ],
  ];
  test.each(changes)("%s", (_, change, message) => {
    const said = fault(file(change));
    expect(said).toContain(message);
    expect(said).not.toMatch(/[\n\r]/);
  });
});

test("words are tried with each choice of a field, so that none is found wrong only when somebody takes it", () => {
  const said = fault(
    file(({ value, first, last, step }) => ({
      words: ({ ink }: { ink?: string }) => [first, last, step, ...(ink === "blue" ? [value("blue")] : [])],
    })),
  );
  expect(said).toBe("kind toon: words: there is no field blue");
});
