import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, writeFileSync } from "node:fs";
import { type Farm, startFarm } from "../farm";
import { shellWords } from "../program";
import { envOf } from "./live";

let farm: Farm;
let job: number;
let env: Record<string, string>;
beforeAll(async () => {
  farm = await startFarm();
  job = await farm.submit({ name: "shot7", command: ["true"] });
  const program = `${farm.folder}/drqueue`;
  writeFileSync(program, `#!/bin/sh\nexec ${shellWords()} "$@"\n`);
  chmodSync(program, 0o755);
  env = { ...envOf(farm), PATH: `${farm.folder}:${process.env.PATH}` };
});
afterAll(() => farm[Symbol.asyncDispose]());

test("bash completes commands, job numbers, slave names, options and what they may be", async () => {
  expect(await inBash("drqueue", "req")).toEqual(["requeue"]);
  expect(await inBash("drqueue", "requeue", "")).toContain(`${job}`);
  expect(await inBash("drqueue", "slave", "s")).toEqual(["s1"]);
  expect(await inBash("drqueue", "disable", "")).toContain("s1");
  expect(await inBash("drqueue", "submit", "--pri")).toEqual(["--priority"]);
  expect(await inBash("drqueue", "submit", "--pool", "De")).toEqual(["Default"]);
  expect(await inBash("drqueue", "jobs", "--state", "fi")).toEqual(["finished"]);
  expect(await inBash("drqueue", "page", "--o")).toEqual(["--open"]);
}, 15_000);

test("bash completes kinds and their fields, licences, owners, and the last of several pools", async () => {
  await farm.client.setLicence("nuke", 1);
  await farm.client.setOwner("ana", 2);
  expect(await inBash("drqueue", "submit", "--kind", "blen")).toEqual(["blender"]);
  expect(await inBash("drqueue", "submit", "--kind", "blender", "--sce")).toEqual(["--scene"]);
  expect(await inBash("drqueue", "kind", "blen")).toEqual(["blender"]);
  expect(await inBash("drqueue", "submit", "--licence", "")).toContain("nuke");
  expect(await inBash("drqueue", "licence", "set", "n")).toEqual(["nuke"]);
  expect(await inBash("drqueue", "owner", "set", "a")).toEqual(["ana"]);
  expect(await inBash("drqueue", "why", "--slave", "s")).toEqual(["s1"]);
  expect(await inBash("drqueue", "set-job", `${job}`, "--pool", "x,De")).toEqual(["x,Default"]);
  expect(await inBash("drqueue", "block", `${job}`, "s")).toEqual(["s1"]);
  expect(await inBash("drqueue", "set", "s1", "--pool", "x,+De")).toEqual(["x,+Default"]);
  expect(await inBash("drqueue", "jobs", "--owner", "a")).toEqual(["ana"]);
}, 20_000);

test("kinds are completed without a master, from those that come with the program", () => {
  const { stdout } = Bun.spawnSync(["drqueue", "completion", "bash", "submit", "--kind", "blen"], {
    env: { ...env, DRQUEUE_MASTER: "127.0.0.1:1" },
  });
  expect(stdout.toString()).toContain("blender");
});

test.skipIf(!Bun.which("fish"))("fish completes job numbers and says what they are", () => {
  const line = `drqueue completion fish | source; complete -C "drqueue job ${job}"`;
  const { stdout } = Bun.spawnSync(["fish", "--no-config", "-c", line], { env });
  expect(stdout.toString()).toMatch(new RegExp(`^${job}\tshot7 \\((waiting|running|finished)\\)$`, "m"));
});

test.skipIf(!Bun.which("zsh"))("zsh reads its script", () => {
  const line = `autoload -U compinit; compinit -D; eval "$(drqueue completion zsh)"; echo $_comps[drqueue]`;
  const { stdout, stderr } = Bun.spawnSync(["zsh", "-f", "-c", line], { env });
  expect({ out: stdout.toString().trim(), err: stderr.toString() }).toEqual({ out: "_drqueue", err: "" });
});

test("without a master the shell is neither kept waiting nor told of errors", async () => {
  const start = performance.now();
  const { stderr, exitCode } = Bun.spawnSync(["drqueue", "completion", "bash", "job", ""], {
    env: { ...env, DRQUEUE_MASTER: "127.0.0.1:1" },
  });
  expect({ err: stderr.toString(), exitCode }).toEqual({ err: "", exitCode: 0 });
  expect(performance.now() - start).toBeLessThan(5000);
});

/** What bash would offer for these words, the last being typed. */
async function inBash(...words: string[]): Promise<string[]> {
  const script = `
    eval "$(drqueue completion bash)"
    COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMP_LINE="$*"; COMP_POINT=\${#COMP_LINE}
    $(complete -p drqueue | sed 's/.*-F \\([^ ]*\\).*/\\1/') drqueue "\${COMP_WORDS[COMP_CWORD]}" "\${COMP_WORDS[COMP_CWORD-1]}" 2>/dev/null
    printf '%s\\n' "\${COMPREPLY[@]}"`;
  const ran = Bun.spawn(["bash", "--norc", "-c", script, "bash", ...words], { env, stdout: "pipe" });
  const offered = (await new Response(ran.stdout).text()).split("\n").map((word) => word.trim());
  return offered.filter((word) => word !== "");
}
