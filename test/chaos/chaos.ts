// One run: a farm, faults and people for a while, then peace, and the checker.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { check } from "./checker";
import { type Evidence, leftInDatabase, readRows, underWay } from "./evidence";
import { ChaosFarm, leaseMs } from "./farm";
import { Faults } from "./faults";
import { licence } from "./jobs";
import { filesLeft, SharedMemory } from "./leftovers";
import type { Surprise } from "./member";
import { mostSlots, People } from "./people";
import { type FaultKind, planFaults } from "./plan";
import { processesIn } from "./processes";
import { hangs, reportOf } from "./report";

/** `ms`: how long faults come. `keep`: leave the folder of a run with findings. */
export type ChaosOptions = {
  seed: number;
  ms: number;
  without?: readonly FaultKind[];
  keep?: boolean;
  say: (text: string) => void;
  stop?: AbortSignal;
};

/** So long may the farm take to come to rest when the faults have ceased, ms. */
const settleMs = 120_000;

/** Runs it. Returns what is wrong, a line each, and the figures. Throws when it was told to stop, or could not be carried out. */
export async function chaos(options: ChaosOptions): Promise<{ findings: string[]; report: string[] }> {
  const { seed, ms, without = [], say } = options;
  const farm = await ChaosFarm.start();
  const memory = new SharedMemory();
  const looking = setInterval(() => memory.look(farm.postgres.pid), 500);
  const findings: string[] = [];
  let whole = false;
  try {
    const people = new People(farm, seed);
    const faults = new Faults(farm, say);
    await until(async () => (await farm.client.slaves()).length === farm.slaves.size, "the farm to be up", 60_000);
    await people.prepare();

    const over = new AbortController();
    const stop = AbortSignal.any([over.signal, ...(options.stop ? [options.stop] : [])]);
    const begun = Date.now();
    const living = people.run(stop);
    await faults.run(planFaults(seed, ms, without), stop).finally(() => over.abort());
    await living;
    options.stop?.throwIfAborted();
    say("the faults have ceased");

    for (const member of farm.members) member.start();
    const online = async () => new Set((await farm.client.slaves({ state: "online" })).map(({ name }) => name)).size;
    await until(async () => (await online()) === farm.slaves.size, "all slaves to be back", settleMs);
    await people.tidy();
    try {
      await until(async () => (await underWay(farm.url)).length === 0, "all jobs to end", settleMs);
    } catch (error) {
      findings.push((error as Error).message, ...(await underWay(farm.url)));
      findings.push(...(await farm.client.slaves()).map(({ settings, ...slave }) => JSON.stringify(slave)));
    }
    say("the farm has come to rest");
    const evidence: Evidence = {
      leaseMs,
      mostSlots,
      licences: licence.total,
      submitted: people.submitted,
      acts: people.acts,
      troubles: faults.troubles,
      ran: farm.ledger.runs(),
      torn: farm.ledger.torn,
      ...(await readRows(farm.url)),
    };
    findings.push(...check(evidence), ...hangs(evidence, begun));
    if (options.keep) writeFileSync(join(farm.folder, "evidence.json"), JSON.stringify(evidence, plain));
    findings.push(
      ...people.refusals
        .filter(({ status }) => status >= 500)
        .map((one) => `a master's own error: ${JSON.stringify(one)}`),
    );
    findings.push(...(await endQuietly(farm)));
    clearInterval(looking);
    await farm.postgres.stop();
    findings.push(...memory.left());
    whole = true;
    return { findings, report: reportOf(evidence, faults.counts, seed, begun) };
  } finally {
    clearInterval(looking);
    const keep = options.keep === true && (!whole || findings.length > 0);
    await farm.remove({ keep });
    if (keep) say(`what is left of it: ${farm.folder}`);
  }
}

/** In the middle of a fault a program may say in a line that it cannot start: what starts it tries again, as an init system does. */
function gaveUpStarting({ up, code, said }: Surprise): boolean {
  return !up && code === 1 && /^(master|slave): [^\n]*$/m.test(said) && !/^ {4}at /m.test(said);
}

function plain(_: string, value: unknown): unknown {
  return value instanceof Map ? [...value] : value;
}

/** Stops all in order. Returns what was wrong with that, and what they left. */
async function endQuietly(farm: ChaosFarm): Promise<string[]> {
  const findings: string[] = [];
  for (const group of [farm.slaves, farm.masters])
    await Promise.all(
      [...group.values()].map(async (member) => {
        if ((await member.end("SIGTERM")) === "killed") findings.push(`${member.name} did not end within 30 s`);
      }),
    );
  const surprises = farm.members.flatMap(({ surprises }) => surprises);
  for (const { name, code, signal, said } of surprises.filter((one) => !gaveUpStarting(one)))
    findings.push(
      `${name} ended by itself (code ${code}, signal ${signal}): ${JSON.stringify(said.trim().slice(-600))}`,
    );
  findings.push(...processesIn(farm.folder).map((line) => `a process is left: ${line}`));
  findings.push(...(await leftInDatabase(farm.url)));
  findings.push(...filesLeft(farm.folder));
  return findings;
}

async function until(is: () => Promise<boolean>, what: string, mostMs: number): Promise<void> {
  const deadline = performance.now() + mostMs;
  while (!(await is().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`waited ${mostMs / 1000} s for ${what}`);
    await Bun.sleep(100);
  }
}
