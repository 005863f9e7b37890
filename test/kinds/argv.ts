// What a renderer is started with when the jobscript of its kind runs: a program that writes down its arguments stands in for it.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jobscript } from "../../lib/kinds/jobscript";
import type { Kind } from "../../lib/kinds/kind";
import { type LineNews, lineReader } from "../../lib/line-rules";

/** The frames 1, 4 and 7, then 20: what is left of a job with a step, in one task. */
export const uneven = "1:7:3 20:20:1";

/** The arguments of each start of the program for a task of these ranges, `first:last:step` with a blank between. */
export function argvs(kind: Kind, given: Record<string, unknown>, ranges = uneven): string[][] {
  const folder = mkdtempSync(join(tmpdir(), "drqueue-argv-"));
  try {
    const program = join(folder, "renderer");
    const told = join(folder, "told");
    writeFileSync(
      program,
      `#!/bin/sh\nfor word; do printf '%s\\0' "$word"; done >>'${told}'\nprintf '\\n\\0' >>'${told}'\n`,
      {
        mode: 0o755,
      },
    );
    const script = join(folder, "job.sh");
    writeFileSync(script, jobscript(kind, { ...kind.fields.parse(given), program }, "sh"));
    const ran = Bun.spawnSync(["sh", script], {
      env: { PATH: process.env.PATH!, DRQUEUE_RANGES: ranges, DRQUEUE_PAD: "4" },
    });
    if (ran.exitCode !== 0) throw new Error(`exit ${ran.exitCode}: ${ran.stderr}`);
    return readFileSync(told, "utf8")
      .split("\n\0")
      .slice(0, -1)
      .map((start) => start.split("\0").slice(0, -1));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a line of the renderer's output says. */
export function said(kind: Kind, line: string): LineNews | undefined {
  const read = lineReader(kind.output ?? {});
  if (!read) throw new Error(`kind ${kind.name} reads nothing of the output`);
  return read(line);
}
