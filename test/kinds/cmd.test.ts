// The jobscript for Windows. There is no cmd here: a small stand-in for what it does to one command line, and for how programs take that
// line apart, checks the quoting; the rest is checked as text.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { z } from "zod";
import { builtinKinds } from "../../lib/kinds";
import { jobscript } from "../../lib/kinds/jobscript";
import {
  field,
  first,
  frame,
  type Kind,
  last,
  padded,
  parseFields,
  step,
  value,
  variableOf,
} from "../../lib/kinds/kind";
import { hostile, meant } from "./shell";

const kind: Kind = {
  name: "test",
  title: "Test",
  about: "A kind for tests.",
  program: "false",
  each: "range",
  fields: z.strictObject({ scene: field.path("SCENE", "Scene", "A file") }),
  words: () => ["-s", value("scene"), ["--scene=", value("scene")], first, last, step],
};

/** What cmd makes of a line of a batch file: % signs, then carets and quotes, then delayed expansion, which takes carets again. */
function expanded(line: string, loop: Record<string, string>, variables: Record<string, string>): string {
  let quoted = false;
  let out = "";
  const text = line.replaceAll("%%", "%").replace(/%([a-z])/g, (all, name) => loop[name] ?? all);
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '"') quoted = !quoted;
    if (text[at] === "^" && !quoted) at++;
    else if (!quoted && /[&|<>()]/.test(text[at]!)) throw new Error(`cmd acts on ${text[at]} in ${line}`);
    out += text[at];
  }
  const gap = out.indexOf(" ");
  return [out.slice(0, gap), out.slice(gap)].map((token) => delayed(token, variables)).join("");
}

function delayed(token: string, variables: Record<string, string>): string {
  if (!token.includes("!")) return token;
  return token.replace(/\^(.)|!([^!]+)!/gs, (_, kept, name) => kept ?? variables[name] ?? "");
}

/** Takes a command line apart as Microsoft's C library does. */
function argvOf(line: string): string[] {
  const words: string[] = [];
  let word: string | undefined;
  let quoted = false;
  for (let at = 0; at < line.length; ) {
    const slashes = /^\\*/.exec(line.slice(at))![0].length;
    const next = line[at + slashes];
    if (slashes > 0 && next !== '"') {
      word = (word ?? "") + "\\".repeat(slashes);
      at += slashes;
    } else if (next === '"') {
      word = (word ?? "") + "\\".repeat(slashes >> 1);
      if (slashes % 2) word += '"';
      else quoted = !quoted;
      at += slashes + 1;
    } else if (/[ \t]/.test(next!) && !quoted) {
      if (word !== undefined) words.push(word);
      word = undefined;
      at++;
    } else {
      word = (word ?? "") + next;
      at++;
    }
  }
  return word === undefined ? words : [...words, word];
}

/** What the lines behind :argument make of a value. */
function escaped(text: string): string {
  const quotes = text.replaceAll('\\"', '\\\\"').replaceAll('"', '\\"');
  return quotes + /\\*$/.exec(quotes)![0];
}

function started(kind: Kind, fields: Record<string, unknown>, loop: Record<string, string>): string[] {
  const script = jobscript(kind, fields, "cmd");
  const line = script.split("\r\n").find((one) => one.trimStart().startsWith('"!DRQUEUE_PROGRAM!"'))!;
  const named = Object.keys(kind.fields.shape).map((name) => [
    variableOf(kind, name).replace("DRQUEUE_", "ARG_"),
    escaped(`${fields[name] ?? ""}`),
  ]);
  const variables = { DRQUEUE_PROGRAM: "C:\\Program Files\\r.exe", DRQUEUE_PADFRAME: "0007", percent: "%" };
  return argvOf(expanded(line.trim(), loop, { ...variables, ...Object.fromEntries(named) }));
}

const loop = { a: "7", b: "7", c: "1", n: "7" };
const frames = { first: "7", last: "7", step: "1", number: "7", padded: "0007" };

test("a program gets every value as it was given", () => {
  for (const scene of hostile) {
    const argv = started(kind, { scene }, loop);
    expect(argv).toEqual(["C:\\Program Files\\r.exe", "-s", scene, `--scene=${scene}`, "7", "7", "1"]);
  }
});

test("a program gets any value that has no quote behind two backslashes", () => {
  const values = fc
    .string({ unit: fc.constantFrom(..."ab \\\"%!^&|<>()\n'") })
    .filter((text) => !text.includes('\\\\"'));
  fc.assert(fc.property(values, (scene) => expect(started(kind, { scene }, loop)[2]).toBe(scene)));
});

test("a program gets every fixed text as the kind says it", () => {
  const texts = fc.string({ unit: fc.constantFrom(..."ab \\\"%!^&|<>()'"), minLength: 1 });
  fc.assert(
    fc.property(texts, texts, fc.boolean(), (one, other, scene) => {
      const words = scene ? [one, value("scene"), [other, first]] : [one, [other, first]];
      const argv = started({ ...kind, words: () => words }, { scene: "s" }, loop);
      expect(argv.slice(1)).toEqual(scene ? [one, "s", `${other}7`] : [one, `${other}7`]);
    }),
    { numRuns: 500 },
  );
});

describe("no text of a person stands in the script, and the command is the one of sh", () => {
  test.each(builtinKinds.map((kind) => [kind.name, kind] as const))("%s", (_, kind) => {
    const given = Object.fromEntries(Object.keys(kind.fields.shape).map((name) => [name, `Zq&%!"${name}`] as const));
    const accepted = Object.fromEntries(
      Object.entries(given).filter(([name]) => kind.fields.shape[name]!.safeParse(given[name]).success),
    );
    const fields = parseFields(kind, accepted);
    const script = jobscript(kind, { ...fields, program: "Zq&program" }, "cmd");
    expect(script).not.toContain("Zq");
    expect(script.endsWith("\r\n")).toBe(true);
    expect(script.replaceAll("\r\n", "")).not.toMatch(/[\r\n]/);
    expect(started(kind, fields, loop).slice(1)).toEqual(meant(kind, fields, frames));
  });
});

test("it goes on to the next range or frame only after success, and ends with the renderer's exit code", () => {
  const byFrame: Kind = { ...kind, each: "frame", words: () => [frame, padded] };
  for (const one of [kind, byFrame]) {
    const lines = jobscript(one, { scene: "s" }, "cmd")
      .split("\r\n")
      .map((line) => line.trim());
    const at = lines.findIndex((line) => line.startsWith('"!DRQUEUE_PROGRAM!"'));
    expect(lines[at + 1]).toBe("if not !errorlevel! == 0 exit /b !errorlevel!");
  }
  expect(jobscript(byFrame, { scene: "s" }, "cmd")).toContain("for /l %%n in (%%a,%%c,%%b) do (");
});

test("parentheses open and close in pairs, and each label that is called is there", () => {
  for (const kind of builtinKinds) {
    const least = Object.fromEntries(
      (z.toJSONSchema(kind.fields, { io: "input" }).required ?? []).map((name) => [name, "x"]),
    );
    const script = jobscript(kind, parseFields(kind, least), "cmd");
    // What stands behind a caret or in a quoted word is no parenthesis to cmd.
    const lines = script.split("\r\n").filter((line) => !/^\s*("!DRQUEUE_PROGRAM!"|rem |echo )/.test(line));
    const bare = lines.join("\n").replace(/"[^"\n]*"/g, "");
    expect([kind.name, bare.split("(").length]).toEqual([kind.name, bare.split(")").length]);
    for (const [, label] of script.matchAll(/(?:call|goto) (:\w+)/g)) expect(script).toContain(`\r\n${label}\r\n`);
  }
});
