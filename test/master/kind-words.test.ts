// A studio's kind whose words are right for some fields only: who submits hears it in one line.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HttpError } from "../../lib/local/guard";
import { expand, type Kinds, loadKinds } from "../../lib/master/kinds";
import { submission } from "../queue/stage";

let folder: string;
let kinds: Kinds;
const kindFile = (words: string, more = "") => `
  export default ({ z, field, value, frame }) => ({
    name: "ours", title: "Our own", about: "Renders.", program: "ours", each: "frame",
    fields: z.strictObject({
      scene: field.path("SCENE", "Scene", "The scene").refine((text) => { if (text === "bad") throw new Error("not\\nthis"); return true; }),
      way: field.number("WAY", "Way", "Which").optional(),
    }),
    words: ${words}, ${more}
  });`;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-words-"));
  const ways =
    "5: null, 6: [5], 7: [{ field: 'nope' }], 8: ['a\\nb'], 9: [value('__proto__')], 10: [{ frame: 'first' }]";
  const words = `({ way }) => { if (way === 4) throw new Error("four\\nnever"); const ways = { ${ways} }; return way in ways ? ways[way] : [value("scene"), frame]; }`;
  writeFileSync(join(folder, "ours.js"), kindFile(words));
  kinds = await loadKinds(folder);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const submitted = (fields: Record<string, string | number>) =>
  expand(kinds, submission({ name: "x", kind: "ours", command: undefined, fields }));

test.each([
  [4, /^kind ours: words: it fails for .*"way":4.*: four never$/],
  [5, /^kind ours: words: must return a list$/],
  [6, /^kind ours: words: 5 is neither text nor a value$/],
  [7, /^kind ours: words: there is no field nope$/],
  [8, /^kind ours: words: .* holds a line break or the like$/],
  [9, /^kind ours: words: there is no field __proto__$/],
  [10, /^kind ours: words: first says nothing where each is "frame"$/],
])("words that go wrong for way %d are refused with 400 and a line that says so", (way, said) => {
  const refused = (() => {
    try {
      submitted({ scene: "/a", way });
    } catch (error) {
      return error;
    }
  })();
  expect(refused).toBeInstanceOf(HttpError);
  expect(refused).toMatchObject({ status: 400, message: expect.stringMatching(said) });
});

test("a rule of its author that throws is told in one line", () => {
  expect(() => submitted({ scene: "bad" })).toThrow("not this");
  expect(submitted({ scene: "/a", way: 1 }).script?.sh).toContain('"$DRQUEUE_SCENE"');
});

test.each([
  [
    "startIn",
    kindFile('() => [value("scene"), frame]', 'startIn: "constructor"'),
    /startIn: there is no field constructor/,
  ],
  ["words", kindFile('() => [value("toString"), frame]'), /words: there is no field toString/],
  ["an error that is none", "throw { message: 5 };", /ours\.js: 5$/],
])("a file is refused at the start for %s that names nothing of its own", async (_, text, said) => {
  const own = mkdtempSync(join(folder, "own-"));
  writeFileSync(join(own, "ours.js"), text);
  expect(loadKinds(own)).rejects.toThrow(said);
});
