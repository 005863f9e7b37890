// The kinds of a farm: those that come with it and a studio's own, and what they make of a submission.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HttpError } from "../../lib/local/guard";
import { PlainError } from "../../lib/local/program";
import { expand, expandChange, jobscriptOf, kindOf, loadKinds } from "../../lib/master/kinds";
import { submission } from "../queue/stage";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-kinds-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string, text: string) => writeFileSync(join(folder, name), text);

/** The file of a kind that has a scene, a number and a choice. */
const own = (name: string, more = "") => `
  export default ({ z, field, value, first, last, step, when }) => ({
    name: "${name}", title: "Our own", about: "Renders with our own renderer.", program: "ours", each: "range",
    fields: z.strictObject({
      scene: field.path("SCENE", "Scene", "The scene"),
      quality: field.number("QUALITY", "Quality", "From 1 to 9", 1, 9).default(5),
      camera: field.text("CAMERA", "Camera", "Else the scene's").optional(),
    }),
    words: ({ camera }) => ["-r", first, last, step, "-q", value("quality"), ...when(camera, "-c", value("camera")), value("scene")],
    ${more}
  });`;

/** The words with which a folder is refused. */
const refusal = (path = folder) =>
  loadKinds(path).then(
    () => "nothing",
    (error) => {
      expect(error).toBeInstanceOf(PlainError);
      expect(error.message).not.toContain("\n");
      return error.message as string;
    },
  );

describe("a studio's own kinds", () => {
  test("join those that come with the program, in JavaScript and TypeScript", async () => {
    const before = await loadKinds(undefined);
    file("one.js", own("ours"));
    file("two.mjs", own("ours-too"));
    file("three.ts", own("ours-typed").replace("({ camera })", "({ camera }: { camera?: string })"));
    for (const passed of [".hidden.js", "notes.txt", "types.d.ts"]) file(passed, "nothing of it parses {");
    mkdirSync(join(folder, "older"));
    const kinds = await loadKinds(folder);
    expect(kinds.size).toBe(before.size + 3);
    expect(kinds.get("ours")?.title).toBe("Our own");
    expect([...kinds.keys()]).toEqual([...kinds.keys()].sort());
  });

  test("may replace one of the same name", async () => {
    file("blender.js", own("blender"));
    const kinds = await loadKinds(folder);
    expect(kinds.size).toBe((await loadKinds(undefined)).size);
    expect(kinds.get("blender")?.program).toBe("ours");
  });

  test.each([
    ["text that does not parse", "export default (", /wrong\.js: line 1: /],
    ["an import of what is not there", 'import x from "./none"; export default () => x;', /wrong\.js: .*none/],
    [
      "an import of a package that the farm does not have",
      'import "left-pad"; export default 1;',
      /wrong\.js: .*left-pad/,
    ],
    ["an error of its own", 'throw new Error("no licence\\nserver");', /wrong\.js: no licence/],
    ["something thrown that is no error", "throw null;", /wrong\.js: null/],
    ["no default export", "export const kind = {};", /wrong\.js: .*export default/],
    ["a function that fails", 'export default () => { throw new Error("oh") };', /wrong\.js: oh/],
    ["nothing in it", "export default () => undefined;", /wrong\.js: a kind is an object/],
    ["a field missing", own("wrong").replace('title: "Our own",', ""), /wrong\.js: kind wrong: .*title/],
    ["a name with a blank", own("so wrong"), /wrong\.js: .*name/],
    [
      "output that is no regular expression",
      own("wrong", 'output: { fatal: ["("] },'),
      /wrong\.js: .*regular expression/,
    ],
    [
      "a field that is not there in its words",
      own("wrong").replace('value("scene")', 'value("scne")'),
      /wrong\.js: .*scne/,
    ],
  ])("with %s are refused by one line that names the file", async (_, text, said) => {
    file("wrong.js", text);
    file("right.js", own("right"));
    const words = await refusal();
    expect(words).toMatch(said);
    expect(words).toContain(folder);
    expect(words).not.toContain("right.js");
  });

  test("with several faulty files are refused by all of their names", async () => {
    file("a.js", "export default (");
    file("b.js", own("good"));
    file("c.js", "throw 7;");
    expect(await refusal()).toMatch(/a\.js: .*; c\.js: 7$/);
  });

  test("in two files of one name are refused by both", async () => {
    file("a.js", own("ours"));
    file("b.js", own("ours"));
    expect(await refusal()).toMatch(/b\.js: kind ours is in a\.js as well/);
  });

  test("in a folder that is not there are refused", async () => {
    expect(await refusal(join(folder, "missing"))).toMatch(/missing \(ENOENT\)/);
  });
});

describe("a submission", () => {
  const kinds = async () => {
    file(
      "ours.js",
      own(
        "ours",
        'output: { progress: ["(?<percent>\\\\d+)%"], fatal: ["^FATAL"] }, exitCodes: { fatal: [7], warning: [3] },',
      ),
    );
    return loadKinds(folder);
  };
  const job = (fields: Record<string, string | number>, more: object = {}) =>
    submission({ command: undefined, kind: "ours", fields, ...more });
  const problem = (act: () => unknown) => {
    try {
      act();
    } catch (error) {
      expect(error).toBeInstanceOf(HttpError);
      const { status, message } = error as HttpError;
      expect(message).not.toContain("\n");
      return `${status} ${message}`;
    }
  };

  test("of a kind gets its variables with defaults filled in, its jobscripts, and keeps the fields as given", async () => {
    const expanded = expand(await kinds(), job({ scene: "/mnt/a b.x" }, { frames: "1-9" }));
    expect(expanded).toMatchObject({ kind: "ours", fields: { scene: "/mnt/a b.x" }, frames: "1-9" });
    expect(expanded.fieldVariables).toEqual({
      DRQUEUE_PROGRAM: "ours",
      DRQUEUE_SCENE: "/mnt/a b.x",
      DRQUEUE_QUALITY: "5",
    });
    expect(expanded.script).toMatchObject({ path: null, sh: expect.stringContaining("#!/bin/sh") });
    expect(expanded.script?.cmd).toContain("@echo off");
  });

  test("keeps what it says of output and exit codes itself, list by list, over what the kind says", async () => {
    const said = { output: { fatal: ["^my own"] }, exitMeanings: { warning: [], retry: [9] } };
    const expanded = expand(await kinds(), job({ scene: "x" }, said));
    expect(expanded.output).toEqual({ progress: ["(?<percent>\\d+)%"], fatal: ["^my own"] });
    expect(expanded.exitMeanings).toEqual({ fatal: [7], warning: [], retry: [9] });
  });

  test("with a command is left as it is", async () => {
    const expanded = expand(await kinds(), submission());
    expect(expanded).toMatchObject({ command: ["true"], fields: null, script: null, output: {}, exitMeanings: {} });
  });

  test.each([
    ["a field that the kind does not have", { scene: "x", scnee: "y" }, /scnee/],
    ["no field that it needs", {}, /scene/],
    ["a number out of its bounds", { scene: "x", quality: 10 }, /quality/],
    ["a text for a number", { scene: "x", quality: "high" }, /quality/],
    ["an empty text", { scene: "" }, /scene/],
  ])("with %s is refused in one line", async (_, fields, said) => {
    const known = await kinds();
    const told = problem(() => expand(known, job(fields)));
    expect(told).toMatch(/^400 /);
    expect(told).toMatch(said);
  });

  test("of a kind that there is not is refused with those there are; fields without a kind are, too", async () => {
    const known = await kinds();
    expect(problem(() => expand(known, job({}, { kind: "nothing" })))).toMatch(
      /^400 kind: there is no 'nothing': .*ours/,
    );
    expect(problem(() => expand(known, submission({ fields: { scene: "x" } })))).toMatch(/^400 fields: /);
    expect(problem(() => kindOf(known, "nothing"))).toMatch(/^404 /);
    expect(problem(() => jobscriptOf(kindOf(known, "ours"), {}, "sh"))).toMatch(/^400 .*scene/);
  });

  describe("when its fields change", () => {
    const before = {
      id: 7,
      kind: "ours",
      fields: { scene: "/a", camera: "left" },
      frames: "1-10",
      pictures: null as string | null,
    };

    test("the variables are made anew of all fields, and the others stay", async () => {
      const change = expandChange(await kinds(), before, { priority: 9, fields: { scene: "/b", quality: 9 } });
      expect(change).toEqual({
        priority: 9,
        fields: { scene: "/b", camera: "left", quality: 9 },
        fieldVariables: { DRQUEUE_PROGRAM: "ours", DRQUEUE_SCENE: "/b", DRQUEUE_QUALITY: "9", DRQUEUE_CAMERA: "left" },
      });
    });

    test("an empty text takes back what has a default", async () => {
      const given = { ...before, fields: { ...before.fields, quality: 9 } };
      const change = expandChange(await kinds(), given, { fields: { quality: "" } });
      expect(change.fields).toEqual(before.fields);
      expect(change.fieldVariables).toMatchObject({ DRQUEUE_QUALITY: "5" });
    });

    test("one that would need another jobscript is refused", async () => {
      const known = await kinds();
      expect(problem(() => expandChange(known, before, { fields: { camera: "" } }))).toMatch(
        /^409 the jobscript of job 7/,
      );
      const without = { ...before, fields: { scene: "/a" } };
      expect(problem(() => expandChange(known, without, { fields: { camera: "left" } }))).toMatch(/^409 /);
    });

    test("of a job without a kind, or of one that is gone, or to what does not fit, they are refused", async () => {
      const known = await kinds();
      const fields = { scene: "/b" };
      expect(problem(() => expandChange(known, { ...before, kind: null, fields: null }, { fields }))).toMatch(
        /^409 job 7 is of no kind/,
      );
      expect(problem(() => expandChange(known, { ...before, kind: "gone" }, { fields }))).toMatch(
        /^409 job 7 is of kind gone/,
      );
      expect(problem(() => expandChange(known, before, { fields: { scene: "" } }))).toMatch(/^400 .*scene/);
      expect(problem(() => expandChange(known, before, { fields: { quality: 0 } }))).toMatch(/^400 .*quality/);
    });

    test("a change of anything else needs no kind", async () => {
      expect(expandChange(await kinds(), { ...before, kind: "gone" }, { priority: 1 })).toEqual({ priority: 1 });
    });
  });
});
