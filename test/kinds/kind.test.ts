// The fields of a kind as people give them, and as programs and forms see them.
import { describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { z } from "zod";
import { builtinKinds } from "../../lib/kinds";
import { blender } from "../../lib/kinds/blender";
import { checkKind } from "../../lib/kinds/check";
import { variablesOf } from "../../lib/kinds/jobscript";
import { kindInfo, parseFields } from "../../lib/kinds/kind";
import { maya } from "../../lib/kinds/maya";
import { KindInfo } from "../../lib/protocol";

function refusal(give: () => unknown): string {
  try {
    give();
  } catch (error) {
    return (error as Error).message;
  }
  throw new Error("nothing was refused");
}

describe("fields", () => {
  test("are given as text, become numbers where they are, and get their defaults", () => {
    expect(parseFields(blender, { scene: "/s.blend", parts: "12" })).toEqual({
      scene: "/s.blend",
      parts: 12,
      still: 1,
    });
    expect(parseFields(maya, { scene: "/s.mb", width: 640 })).toEqual({ scene: "/s.mb", renderer: "file", width: 640 });
  });

  test("may name another program, of every kind", () => {
    const fields = parseFields(maya, { scene: "s", program: "/opt/maya/bin/Render" });
    expect(variablesOf(maya, fields).DRQUEUE_PROGRAM).toBe("/opt/maya/bin/Render");
    expect(variablesOf(maya, parseFields(maya, { scene: "s" })).DRQUEUE_PROGRAM).toBe("Render");
  });

  test("become the variables of the original", () => {
    const given = { scene: "s", renderfolder: "r", projectfolder: "p", camera: "c", width: "1", pre: "x", post: "y" };
    expect(variablesOf(maya, parseFields(maya, { ...given, image: "i", format: "exr", height: 2 }))).toEqual({
      DRQUEUE_PROGRAM: "Render",
      DRQUEUE_SCENE: "s",
      DRQUEUE_RENDERER: "file",
      DRQUEUE_RD: "r",
      DRQUEUE_PD: "p",
      DRQUEUE_IMAGE: "i",
      DRQUEUE_FFORMAT: "exr",
      DRQUEUE_CAMERA: "c",
      DRQUEUE_RESX: "1",
      DRQUEUE_RESY: "2",
      DRQUEUE_PRE: "x",
      DRQUEUE_POST: "y",
    });
  });

  test.each([
    [{}, "kind maya: it needs scene: The .ma or .mb file, on storage that all slaves see"],
    [{ scene: "s", widht: 1 }, 'kind maya: it has no field "widht", did you mean width?'],
    [{ scene: "s", cam: "c" }, 'kind maya: it has no field "cam", did you mean camera?'],
    [{ scene: "s", width: "wide" }, 'kind maya: width is a whole number from 1 to 1000000, not "wide"'],
    [{ scene: "s", width: "" }, 'kind maya: width is a whole number from 1 to 1000000, not ""'],
    [{ scene: "s", width: 0 }, "kind maya: width is a whole number from 1 to 1000000, not 0"],
    [{ scene: "s", width: true }, "kind maya: width is a whole number from 1 to 1000000, not true"],
    [{ scene: "s", width: "1.5" }, 'kind maya: width is a whole number from 1 to 1000000, not "1.5"'],
    [
      { scene: "s", width: { toString: false }, height: [5] },
      "kind maya: width is a whole number from 1 to 1000000, not an object; height is a whole number from 1 to 1000000, not a list",
    ],
    [{ scene: "" }, 'kind maya: scene is text of 1 to 4096 characters, not ""'],
    [{ scene: 5 }, "kind maya: scene is text of 1 to 4096 characters, not 5"],
    [{ scene: "a\0b" }, "kind maya: scene: may not contain a NUL character"],
    [{ scene: "s", program: "" }, 'kind maya: program is the name or path of a program, not ""'],
    [
      { scene: "s", camera: "", height: "x" },
      'kind maya: height is a whole number from 1 to 1000000, not "x"; camera is text of 1 to 4096 characters, not ""',
    ],
  ])("given %j: %s", (given, message) => {
    expect(refusal(() => parseFields(maya, given))).toBe(message);
  });

  test("a wrong choice is answered with the right ones, a strange field with those that are there", () => {
    const message = refusal(() => parseFields(maya, { scene: "s", renderer: "arnlod", qqqqqqqq: 1 }));
    expect(message).toContain('it has no field "qqqqqqqq", but scene, renderer, renderfolder');
    expect(message).toContain(
      'renderer is one of file, sw, hw, hw2, vr, mr, arnold, vray, redshift, renderman, turtle, not "arnlod"',
    );
  });

  test("whatever is given, the answer is fields or one line", () => {
    const anything = fc.dictionary(fc.oneof(fc.constantFrom("scene", "parts", "still"), fc.string()), fc.anything());
    fc.assert(
      fc.property(anything, (given) => {
        try {
          expect(typeof parseFields(blender, given).scene).toBe("string");
        } catch (error) {
          expect((error as Error).message).toMatch(/^kind blender: [^\n\r]+$/);
        }
      }),
    );
  });
});

describe("what programs see of a kind", () => {
  test("are its fields with type, choices, default and what must be given", () => {
    const { fields, ...rest } = kindInfo(maya);
    expect(rest).toMatchObject({ name: "maya", title: "Maya", program: "Render", each: "range", exitCodes: {} });
    const named = Object.fromEntries(fields.map((field) => [field.name, field]));
    expect(named.scene).toEqual({
      name: "scene",
      label: "Scene",
      hint: "The .ma or .mb file, on storage that all slaves see",
      variable: "DRQUEUE_SCENE",
      path: true,
      required: true,
      type: "text",
    });
    expect(named.renderer).toMatchObject({ type: "choice", required: false, default: "file", path: false });
    expect(named.renderer!.choices).toContain("arnold");
    expect(named.width).toMatchObject({ type: "number", required: false, variable: "DRQUEUE_RESX" });
    expect(named.program).toMatchObject({ type: "text", required: false, default: "Render" });
  });

  test.each(builtinKinds.map((kind) => [kind.name, kind] as const))("of %s are whole", (_, kind) => {
    const info = KindInfo.parse(kindInfo(kind));
    expect(info.fields.map(({ name }) => name)).toEqual([...Object.keys(kind.fields.shape), "program"]);
    for (const { label, hint } of info.fields) expect([label.length > 1, hint.length > 5]).toEqual([true, true]);
    expect(z.toJSONSchema(kind.fields, { io: "input" }).required ?? []).toEqual(
      info.fields.filter(({ required }) => required).map(({ name }) => name),
    );
  });
});

describe("the kinds that come with the program", () => {
  test.each(builtinKinds.map((kind) => [kind.name, kind] as const))(
    "%s stands the test that a studio's must",
    (_, kind) => {
      expect(checkKind(kind)).toEqual(kind);
    },
  );

  test("are in order, each once, and each file is among them", () => {
    const names = builtinKinds.map(({ name }) => name);
    expect(names).toEqual([...new Set(names)].sort());
    const others = ["index", "kind", "jobscript", "cmd", "check", "nearest", "pictures"];
    const files = readdirSync(join(import.meta.dir, "../../lib/kinds")).map((file) => file.replace(/\.ts$/, ""));
    const kinds = files
      .filter((file) => !others.includes(file))
      .map((file) => file.replace("threedelight", "3delight"));
    expect(kinds.sort()).toEqual(names);
  });

  test("are all that the original had", () => {
    const original =
      "general maya blender mentalray aqsis 3delight pixie lightwave terragen nuke aftereffects shake turtle mantra xsi luxrender vray 3dsmax cinema4d";
    expect(builtinKinds.map(({ name }) => name)).toEqual(expect.arrayContaining(original.split(" ")));
  });
});
