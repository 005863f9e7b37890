import { afterAll, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PlainError, version } from "../../lib/local/program";
import { keepFormat } from "../../lib/master/format";

const all = mkdtempSync(join(tmpdir(), "drqueue-format-"));
let folder: string;
let count = 0;
beforeEach(() => {
  folder = join(all, `${++count}`);
  mkdirSync(folder);
});
afterAll(() => rmSync(all, { recursive: true }));
const file = () => join(folder, "master.json");
const kept = () => JSON.parse(readFileSync(file(), "utf8"));

test("a folder says which release used it last; one of the release before does from now on", () => {
  keepFormat(folder);
  expect(kept()).toEqual({ format: 2, release: version });
  for (const before of ["", "{", JSON.stringify({ format: 1 }), JSON.stringify({ format: 2, release: "0.1.9" })]) {
    writeFileSync(file(), before);
    keepFormat(folder);
    expect(kept()).toEqual({ format: 2, release: version });
  }
});

test("a folder that a newer release keeps in another way is refused in one line, and stays as it is", () => {
  writeFileSync(file(), JSON.stringify({ format: 3, release: "9.1.0" }));
  expect(() => keepFormat(folder)).toThrow(PlainError);
  expect(() => keepFormat(folder)).toThrow(`${folder} was used by release 9.1.0: start the master with that release`);
  expect(kept()).toEqual({ format: 3, release: "9.1.0" });
});

test("a newer release of the same format is no reason to refuse", () => {
  writeFileSync(file(), JSON.stringify({ format: 2, release: "9.1.0" }));
  keepFormat(folder);
  expect(kept().release).toBe(version);
});
