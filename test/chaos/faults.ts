// Does to the farm what the plan says, and writes down when: what is checked afterwards depends on who was away.
import { writeFileSync } from "node:fs";
import type { ChaosFarm } from "./farm";
import type { Member } from "./member";
import { type Fault, type FaultKind, masterNames, told } from "./plan";
import { childrenOf, jobscriptsOf, parentsOf, send } from "./processes";
import type { Line, Mode } from "./proxy";

/** What was done, to whom, from when until when (ms since 1970). */
export type Trouble = { kind: FaultKind; on: string; from: number; until: number };

const day = 86_400_000;

/** What one fault needs; it throws Passed when there is nothing to do it to. */
type Doing = { farm: ChaosFarm; fault: Fault; server: { busy: boolean } };
class Passed extends Error {}

export class Faults {
  readonly troubles: Trouble[] = [];
  private readonly under = new Set<Promise<void>>();
  /** Faults that could not be carried out: errors of this suite, not findings. */
  private readonly broken: Error[] = [];
  private readonly passed = new Set<string>();
  private readonly server = { busy: false };

  constructor(
    private readonly farm: ChaosFarm,
    private readonly say: (text: string) => void,
  ) {}

  /** Carries out the plan; returns when all of it is over, or soon after `stop` says so. */
  async run(plan: readonly Fault[], stop: AbortSignal): Promise<void> {
    const begun = performance.now();
    for (const fault of plan) {
      while (!stop.aborted && performance.now() - begun < fault.at) await Bun.sleep(20);
      if (stop.aborted) break;
      const doing = this.carryOut(fault)
        .catch((error) => void this.broken.push(error))
        .finally(() => this.under.delete(doing));
      this.under.add(doing);
    }
    await Promise.all(this.under);
    if (this.broken[0]) throw this.broken[0];
  }

  /** How many of each kind were carried out. */
  get counts(): Map<FaultKind, number> {
    return new Map([...Map.groupBy(this.troubles, ({ kind }) => kind)].map(([kind, all]) => [kind, all.length]));
  }

  private async carryOut(fault: Fault): Promise<void> {
    const from = Date.now();
    const { kind, on } = fault;
    try {
      this.say(told(fault));
      const trouble = { kind, on, from, until: Number.POSITIVE_INFINITY };
      this.troubles.push(trouble);
      try {
        await deeds[kind]({ farm: this.farm, fault, server: this.server });
      } catch (error) {
        this.troubles.splice(this.troubles.indexOf(trouble), 1);
        throw error;
      } finally {
        trouble.until = Date.now();
      }
    } catch (error) {
      if (!(error instanceof Passed)) throw new Error(`${told(fault)}: ${(error as Error).stack}`);
      if (!this.passed.has(error.message)) this.say(`${" ".repeat(11)}passed over: ${error.message}`);
      this.passed.add(error.message);
    }
  }
}

const deeds: Record<FaultKind, (doing: Doing) => Promise<void>> = {
  "kill master": (doing) => down(doing, "SIGKILL"),
  "stop master": (doing) => down(doing, "SIGTERM"),
  "kill slave": (doing) => down(doing, "SIGKILL"),
  "stop slave": (doing) => down(doing, "SIGTERM"),
  "kill parent": (doing) => hit(parents(doing), doing, "SIGKILL"),
  "end parent": (doing) => hit(parents(doing), doing, "SIGTERM"),
  "kill jobscript": (doing) => hit(jobscripts(doing), doing, "SIGKILL"),
  "end jobscript": (doing) => hit(jobscripts(doing), doing, "SIGTERM"),
  "kill slave and parents": (doing) =>
    down(doing, "SIGKILL", () => {
      for (const pid of parents(doing)) send(pid, "SIGKILL");
    }),
  "kill postgres": (doing) => postgresDown(doing, (server) => server.crash("SIGKILL")),
  "crash postgres": (doing) => postgresDown(doing, (server) => server.crash("SIGQUIT")),
  "restart postgres": (doing) => postgresDown(doing, (server) => server.pause()),
  "kill backend": async (doing) => hit(childrenOf(doing.farm.postgres.pid), doing, "SIGKILL"),
  "end backend": async (doing) => hit(childrenOf(doing.farm.postgres.pid), doing, "SIGTERM"),
  "freeze master": (doing) => freeze(doing),
  "freeze slave": (doing) => freeze(doing),
  "freeze postgres": freezePostgres,
  "drop requests": (doing) => line(doing, "drop requests"),
  "drop answers": (doing) => line(doing, "drop answers"),
  delay: (doing) => line(doing, "delay"),
  stall: (doing) => line(doing, "stall"),
  "repeat requests": (doing) => line(doing, "repeat requests"),
  "set clock": async ({ farm, fault: { on, ms, luck } }) => {
    writeFileSync(farm.clockOf(on), `${luck % 2 === 0 ? day : -day}`);
    await Bun.sleep(ms);
    writeFileSync(farm.clockOf(on), "0");
  },
  "fill log disk": (doing) => fill(doing, `${doing.fault.on}.logs`),
  "fill data disk": (doing) => fill(doing, doing.fault.on),
  "copy slave": async ({ farm, fault: { on, ms } }) => {
    const copy = farm.startCopy(on);
    await Bun.sleep(ms);
    await copy.end();
    copy.retire();
  },
  "replace slave": async ({ farm, fault: { on } }) => {
    const member = farm.slaves.get(on)!;
    await alone(member, () => member.replace());
  },
};

/** No other fault touches it meanwhile. */
async function alone(one: { name?: string; busy: boolean }, act: () => Promise<void>): Promise<void> {
  if (one.busy) throw new Passed(`${one.name ?? "postgres"} is in another fault`);
  one.busy = true;
  try {
    await act();
  } finally {
    one.busy = false;
  }
}

function memberOf({ farm, fault }: Doing): Member {
  return (farm.masters.get(fault.on) ?? farm.slaves.get(fault.on))!;
}

function down(doing: Doing, signal: "SIGKILL" | "SIGTERM", also = () => {}): Promise<void> {
  const member = memberOf(doing);
  return alone(member, async () => {
    if ((await member.end(signal)) === "killed") member.surprises.push(hangs(member));
    also();
    await Bun.sleep(doing.fault.ms);
    member.start();
  });
}

function hangs({ name }: Member) {
  return { name, up: true, code: null, signal: "SIGTERM", said: "it did not end within 30 s" };
}

function freeze(doing: Doing): Promise<void> {
  const member = memberOf(doing);
  return alone(member, async () => {
    member.freeze();
    await Bun.sleep(doing.fault.ms);
    member.thaw();
  });
}

function parents({ farm, fault }: Doing): number[] {
  return parentsOf(farm.dataOf(fault.on));
}

function jobscripts(doing: Doing): number[] {
  return jobscriptsOf(parents(doing), doing.farm.script);
}

async function hit(pids: readonly number[], { fault }: Doing, signal: "SIGKILL" | "SIGTERM"): Promise<void> {
  if (pids.length === 0) throw new Passed(`nobody there for '${fault.kind}'`);
  send(pids[fault.luck % pids.length]!, signal);
}

function postgresDown(
  { farm, fault, server }: Doing,
  end: (server: ChaosFarm["postgres"]) => Promise<void>,
): Promise<void> {
  return alone(server, async () => {
    await end(farm.postgres);
    await Bun.sleep(fault.ms);
    await farm.postgres.resume();
  });
}

function freezePostgres({ farm, fault, server }: Doing): Promise<void> {
  return alone(server, async () => {
    const first = farm.postgres.pid;
    const all = [first, ...childrenOf(first)];
    for (const pid of all) send(pid, "SIGSTOP");
    await Bun.sleep(fault.ms);
    for (const pid of all) send(pid, "SIGCONT");
  });
}

async function line({ farm, fault }: Doing, mode: Mode): Promise<void> {
  const one: Line = farm.lines.get(fault.on)!;
  if (one.mode !== "clear") throw new Passed("the line is in another fault");
  one.set(mode);
  await Bun.sleep(fault.ms);
  one.set("clear");
}

async function fill({ farm, fault }: Doing, name: string): Promise<void> {
  const disk = farm.disks.get(name);
  if (!disk) throw new Passed("no small disk could be mounted (only root may): disks are not filled");
  if (!disk.fill()) throw new Passed("the disk changed too fast to be filled");
  await Bun.sleep(fault.ms);
  disk.free();
}

/** Whether the trouble kept this slave from its farm, as far as one can tell from outside. */
export function keptAway({ kind, on }: Trouble, slave: string): boolean {
  if (on === slave) return !/parent$|jobscript$|log disk/.test(kind) || kind === "kill slave and parents";
  return on === "postgres" || on.endsWith(">postgres") || (masterNames as readonly string[]).includes(on);
}
