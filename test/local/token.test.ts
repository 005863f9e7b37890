// The farm's token: made once, kept for its owner alone, found again.
import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findToken, keepToken, newToken, sameToken } from "../../lib/local/token";

let folder: string;
let before: string | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-token-"));
  before = process.env.DRQUEUE_TOKEN;
  delete process.env.DRQUEUE_TOKEN;
});
afterEach(() => {
  if (before === undefined) delete process.env.DRQUEUE_TOKEN;
  else process.env.DRQUEUE_TOKEN = before;
  rmSync(folder, { recursive: true, force: true });
});

test("every new one is another, of characters that need no quotes", () => {
  const tokens = Array.from({ length: 100 }, newToken);
  expect(new Set(tokens).size).toBe(100);
  for (const token of tokens) expect(token).toMatch(/^[A-Za-z0-9_-]{32}$/);
});

describe("in the data folder", () => {
  test("it is found again, and only its owner may read it, also when the file was open to all before", () => {
    const token = newToken();
    const file = join(folder, "token");
    writeFileSync(file, "old", { mode: 0o644 });
    keepToken(folder, token);
    expect(findToken(folder)).toBe(token);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).toBe(`${token}\n`);
  });

  test("there is none where there is no file, or an empty one", () => {
    expect(findToken(folder)).toBeUndefined();
    writeFileSync(join(folder, "token"), " \n");
    expect(findToken(folder)).toBeUndefined();
  });

  test.skipIf(process.getuid?.() === 0)("one that this user may not read is an error that says what to do", () => {
    keepToken(folder, newToken());
    chmodSync(join(folder, "token"), 0);
    expect(() => findToken(folder)).toThrow(/may not read .* set DRQUEUE_TOKEN/);
  });

  test("DRQUEUE_TOKEN goes before it", () => {
    keepToken(folder, "kept");
    process.env.DRQUEUE_TOKEN = "named";
    expect(findToken(folder)).toBe("named");
    process.env.DRQUEUE_TOKEN = "";
    expect(findToken(folder)).toBe("kept");
  });
});

test("two tokens are the same only whole", () => {
  const token = newToken();
  expect(sameToken(token, token)).toBe(true);
  for (const other of ["", token.slice(1), `${token}a`, token.toLowerCase(), newToken(), "é".repeat(16)])
    expect(sameToken(other, token)).toBe(other === token);
});
