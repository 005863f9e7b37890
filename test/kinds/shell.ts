// Runs jobscripts in the shells that slaves have, with a program that writes down what it was told.
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Kind, Value } from "../../lib/kinds/kind";

/** The shells to try: what /bin/sh is on Debian, and what it is elsewhere. */
export const shells = ["dash", "bash"].filter((shell) => Bun.which(shell));

/** A folder with a program that appends its arguments to a file, and goes on with `then`. */
export class Bench implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "drqueue-kinds-"));
  readonly program = join(this.folder, "a renderer's $program");
  private readonly told = join(this.folder, "told");

  constructor(then = "exit 0") {
    this.becomes(then);
  }

  becomes(then: string): void {
    const text = `#!/bin/sh\nprintf '%s\\0' "$#" "$PWD" "$@" >>'${this.told}'\n${then}\n`;
    writeFileSync(this.program, text);
    chmodSync(this.program, 0o755);
  }

  /** Runs the script; says how it ended, and the arguments and folder of each start of the program. */
  run(shell: string, script: string, env: Record<string, string>) {
    const path = join(this.folder, "job.sh");
    writeFileSync(path, script);
    writeFileSync(this.told, "");
    const ran = Bun.spawnSync([shell, path], { env: { PATH: process.env.PATH!, ...env }, cwd: this.folder });
    const words = readFileSync(this.told, "utf8").split("\0").slice(0, -1);
    const starts: string[][] = [];
    const folders: string[] = [];
    while (words.length > 0) {
      const count = Number(words.shift());
      folders.push(words.shift()!);
      starts.push(words.splice(0, count));
    }
    return { code: ran.exitCode, signal: ran.signalCode, starts, folders, stderr: `${ran.stderr}` };
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** What the words of a kind stand for with these values: the arguments that its program must get. */
export function meant(kind: Kind, fields: Record<string, unknown>, frames: Record<string, string>): string[] {
  const part = (one: string | Value) =>
    typeof one === "string" ? one : "field" in one ? `${fields[one.field]}` : frames[one.frame]!;
  return kind.words(fields).map((word) => ([word].flat() as (string | Value)[]).map(part).join(""));
}

/** Names that people give to files, and worse. */
export const hostile = [
  "two  blanks ",
  "it's",
  'say "x"',
  "$HOME ${PATH} $(touch was-here) `id`",
  "line\nbreak\n",
  "-leading --dash",
  "100%PATH% !x! &del ^caret| <in >out (a) ; *?[a]",
  "back\\slash\\",
  "~/tilde #hash",
  "tab\tand\rreturn",
  "ünïcödé 渲染 🎬",
  "'; exit 3; '",
];
