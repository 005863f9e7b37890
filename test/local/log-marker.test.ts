// A log folder is marked once, whoever is first.
import { expect, test } from "bun:test";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { markFolder, readMarker } from "../../lib/local/log-marker";

test("masters that mark a folder at the same time agree on what it is called, and leave nothing else there", async () => {
  const folder = mkdtempSync(join(tmpdir(), "drqueue-marker-"));
  try {
    expect(readMarker(folder)).toBeUndefined();
    const file = resolve(import.meta.dir, "../../lib/local/log-marker.ts");
    const mark = `console.log((await import(${JSON.stringify(file)})).markFolder(${JSON.stringify(folder)}, "farm").store)`;
    const said = await Promise.all(
      Array.from({ length: 5 }, () => new Response(Bun.spawn([process.execPath, "-e", mark]).stdout).text()),
    );
    expect(new Set(said).size).toBe(1);
    expect(readMarker(folder)).toEqual({ store: said[0]!.trim(), farm: "farm" });
    expect(markFolder(folder, "another").farm).toBe("farm");
    expect(readdirSync(folder)).toEqual([".drqueue-logs"]);
    writeFileSync(join(folder, ".drqueue-logs"), "");
    expect(() => markFolder(folder, "farm")).toThrow(/is not as a master writes it: remove it$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
