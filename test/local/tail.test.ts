// Reading a log while a renderer writes it.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { appendFileSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { openLog } from "../../lib/local/open-log";
import { listenOn } from "../../lib/local/port";
import { startOfLast, streamOf, tail } from "../../lib/local/tail";
import { until } from "../farm";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-tail-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}
const all = async (pieces: AsyncGenerator<Uint8Array>) => new Response(streamOf(pieces)).text();
const isOpen = (path: string) =>
  readdirSync("/proc/self/fd").some((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`) === path;
    } catch {
      return false;
    }
  });

test("a file is read whole, in pieces of 64 KB at most", async () => {
  const text = "0123456789".repeat(20_000);
  const path = file("whole", text);
  let read = "";
  for await (const piece of tail(await openLog(path))) {
    expect(piece.length).toBeLessThanOrEqual(64 * 1024);
    read += new TextDecoder().decode(piece);
  }
  expect(read).toBe(text);
  expect(await all(tail(await openLog(file("empty", ""))))).toBe("");
  expect(isOpen(path)).toBe(false);
});

test("a file that is not there is an error", async () => {
  expect(openLog(join(folder, "none"))).rejects.toThrow("ENOENT");
});

describe("a file that grows", () => {
  test("is read to what was written last before its end", async () => {
    const path = file("grows", "a");
    let asked = 0;
    const growing = async () => {
      appendFileSync(path, `${++asked}`);
      return asked < 3;
    };
    expect(await all(tail(await openLog(path), { growing }))).toBe("a123");
  });

  test("is let go when the reader goes away, though nothing more is written", async () => {
    const path = file("silent", "a");
    const port = listenOn("127.0.0.1", 0, async ({ signal }) => {
      const log = await openLog(path);
      return new Response(streamOf(tail(log, { growing: async () => true, signal })));
    });
    try {
      const gone = new AbortController();
      const response = await fetch(`http://127.0.0.1:${port.port}`, { signal: gone.signal });
      await response.body!.getReader().read();
      expect(isOpen(path)).toBe(true);
      gone.abort();
      await until(async () => !isOpen(path) || undefined, "the file to be closed");
    } finally {
      await port.stop();
    }
  });
});

test("the last lines begin where they do, whatever the lines are", async () => {
  const line = fc.oneof(fc.string({ maxLength: 5 }), fc.constant("x".repeat(70_000)));
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 8 }),
      fc.boolean(),
      fc.integer({ min: 1, max: 10 }),
      async (lines, ends, many) => {
        const given = lines.map((one) => one.replace(/[\r\n]/g, ""));
        const text = given.join("\n") + (ends ? "\n" : "");
        const log = await openLog(file("lines", text));
        const start = await startOfLast(log, many);
        await log.close();
        // As a person counts them: the end of the last line begins none.
        const counted = (text.endsWith("\n") ? text.slice(0, -1) : text).split("\n");
        const before = counted.slice(0, Math.max(0, counted.length - many)).map((one) => `${one}\n`);
        expect(start).toBe(text === "" ? 0 : Buffer.byteLength(before.join("")));
      },
    ),
    { numRuns: 60 },
  );
});
