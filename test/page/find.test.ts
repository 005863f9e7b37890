// Looking through a log: what is found does not depend on how its bytes come, and leads round the whole log.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { lineReader } from "../../lib/line-rules";
import { rulesOf, suspicions } from "../../lib/page/log/errors";
import { finderOf, Scan } from "../../lib/page/log/find";
import { Hits } from "../../lib/page/log/hits";
import { pieceBytes } from "../../lib/page/log/lines";
import { lastWritten, plain } from "../../lib/page/log/shown";

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Where the lines begin that are found, looked for in the bytes in pieces that end at `cuts`. */
function found(bytes: Uint8Array, wanted: string, cuts: readonly number[] = []): number[] {
  const scan = new Scan(0, finderOf(wanted));
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return [...places.slice(1).flatMap((end, nth) => scan.push(bytes.subarray(places[nth]!, end))), ...scan.end()];
}

describe("what is wanted", () => {
  test("is a text in any case, with nothing special in it", () => {
    expect(finderOf("a.b").test("x A.B")).toBe(true);
    expect(finderOf("a.b").test("acb")).toBe(false);
    expect(finderOf("lo").places("Hello, lo")).toEqual([
      [3, 5],
      [7, 9],
    ]);
  });

  test("is a regular expression between slashes, with its flags", () => {
    expect(finderOf("/fr\\w+ \\d/").test("frame 5")).toBe(true);
    expect(finderOf("/FRAME/").test("frame")).toBe(false);
    expect(finderOf("/FRAME/i").test("frame")).toBe(true);
    expect(finderOf("/x*/").places("axxb")).toEqual([[1, 3]]);
    expect(() => finderOf("/(/")).toThrow(SyntaxError);
    expect(finderOf("/usr/bin").test("in /usr/bin/env")).toBe(true);
  });

  test("asked twice says the same", () => {
    for (const finder of [finderOf("a"), finderOf("/a/")])
      expect([1, 2, 3].map(() => finder.test("ba"))).toEqual([true, true, true]);
  });
});

describe("a log is looked through", () => {
  const printed = fc
    .array(fc.constantFrom("\n", "\n", "\r", "\r\n", "fra", "me", "FRAME", "日本", "\u001b[31m", "x", "\u0000"))
    .map((parts) => parts.join(""));

  test("with the same lines found whatever pieces its bytes come in", () => {
    fc.assert(
      fc.property(
        printed,
        fc.constantFrom("frame", "/^fra/", "本", "x"),
        fc.array(fc.nat(300)),
        (text, wanted, cuts) => {
          const finder = finderOf(wanted);
          let at = 0;
          const lines = text.split("\n").map((line) => {
            const begun = { at, line };
            at += bytesOf(line).length + 1;
            return begun;
          });
          const expected = lines.filter(
            ({ at, line }) => at < bytesOf(text).length && finder.test(plain(lastWritten(line))),
          );
          expect(found(bytesOf(text), wanted, cuts)).toEqual(expected.map(({ at }) => at));
        },
      ),
    );
  });

  test("with colours in the middle of a word, and bytes that are no text, in no way", () => {
    expect(found(bytesOf("a\n\u001b[1mer\u001b[0mror\n"), "error")).toEqual([2]);
    expect(found(new Uint8Array([0xff, 0xfe, 10, 0xc3, 10, 120]), "x")).toEqual([5]);
  });

  test("in parts where a line is endless, and such a line is found once", () => {
    const long = bytesOf(`first\n${"abc ".repeat(pieceBytes)}\nabc`);
    expect(found(long, "abc", [100_000, 600_000, 1_300_000])).toEqual([6, long.length - 3]);
    const progress = bytesOf(`${"50 %\r".repeat(pieceBytes / 2)}99 %\nend`);
    expect(found(progress, "99", [700_000])).toEqual([0]);
    expect(found(progress, "end", [700_000])).toEqual([progress.length - 3]);
  });
});

describe("the way from one to the next", () => {
  const places = fc.uniqueArray(fc.nat(200), { maxLength: 30 }).map((all) => all.sort((a, b) => a - b));

  test("leads round the log, both ways, wherever the looking began", () => {
    fc.assert(
      fc.property(places, fc.nat(200), fc.nat(210), (all, start, from) => {
        const hits = new Hits(start);
        hits.add(all.filter((at) => at >= start));
        hits.state = "early";
        hits.add(all.filter((at) => at < start));
        hits.state = "all";
        expect(hits.count).toBe(all.length);
        expect(hits.after(from)).toBe(all.find((at) => at > from) ?? all[0] ?? "none");
        expect(hits.before(from)).toBe(all.findLast((at) => at < from) ?? all.at(-1) ?? "none");
        for (const [nth, at] of all.entries()) expect(hits.nth(at)).toBe(nth + 1);
      }),
    );
  });

  test("is never wrong while the looking goes on: what is not known yet is waited for", () => {
    fc.assert(
      fc.property(places, fc.nat(200), fc.nat(210), fc.nat(30), (all, start, from, come) => {
        const order = [...all.filter((at) => at >= start), ...all.filter((at) => at < start)];
        const late = order.filter((at) => at >= start).length;
        const known = order.slice(0, come);
        const hits = new Hits(start);
        hits.add(known);
        if (known.length > late) hits.state = "early";
        const [after, before] = [hits.after(from), hits.before(from)];
        if (after !== "wait") expect(after).toBe(all.find((at) => at > from) ?? all[0] ?? "none");
        if (before !== "wait") expect(before).toBe(all.findLast((at) => at < from) ?? all.at(-1) ?? "none");
      }),
    );
  });

  test("of more than are kept is looked for anew", () => {
    const hits = new Hits(0);
    hits.add(Array.from({ length: 150_000 }, (_, nth) => nth));
    expect(hits.count).toBe(150_000);
    expect(hits.after(5)).toBe(6);
    expect(hits.after(120_000)).toBe("beyond");
    expect(hits.nth(5)).toBeUndefined();
  });
});

describe("errors", () => {
  const isError = (line: string, rules = rulesOf({})) => lineReader(rules)!(line)?.fatal === true;

  test("are what the job says, and only that", () => {
    const rules = rulesOf({ fatal: ["^BAD"], warning: ["^HM"] });
    expect(isError("BAD scene", rules)).toBe(true);
    expect(isError("Error: x", rules)).toBe(false);
    expect(lineReader(rules)!("HM x")).toEqual({ warning: true });
    expect(isError("HM x", suspicions({ warning: ["^HM"] }))).toBe(true);
  });

  test("are what most programs say where the job says nothing", () => {
    for (const line of [
      "Error: Cannot read file",
      "[12:00:01] ERROR | no licence",
      "Traceback (most recent call last):",
      "ValueError: bad",
      "Segmentation fault (core dumped)",
      "cp: /x: No such file or directory",
    ])
      expect([line, isError(line)]).toEqual([line, true]);
    for (const line of ["Fra:1 Mem:10M", "errors: 0", "Error: 0", "mirror texture loaded", "terrors.exr"])
      expect([line, isError(line)]).toEqual([line, false]);
  });
});
