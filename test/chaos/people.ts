// People who use the farm while everything goes wrong: they submit jobs, and do to them what people do.
import { type Client, ClientError, type NewJob } from "../../lib/client";
import type { ChaosFarm } from "./farm";
import { usualSlots } from "./farm";
import { jobKinds, licence } from "./jobs";
import { commandOf, type Manner } from "./jobscript";
import { slaveNames } from "./plan";
import { type Random, random } from "./random";

/** Whether it was done: `perhaps` when no answer came that said so. */
export type Done = "yes" | "no" | "perhaps";

/** A job as somebody submitted it. `id`: once it is known. `frames`: in the order given. `after`: by the name of the job. */
export type Submitted = {
  name: string;
  done: Done;
  id?: number;
  frames: [first: number, last: number];
  block: number;
  maxSlots?: number;
  maxPerSlave?: number;
  licence?: boolean;
};

/** Something that somebody did. Without `frames`: to the whole job. `at`, `until`: when it was asked, and answered. */
export type Act = {
  what: "kill" | "requeue" | "finish" | "rerun" | "stop" | "continue" | "delete" | "priority";
  job: number;
  frames?: [first: number, last: number];
  priority?: number;
  at: number;
  until: number;
  done: Done;
};

export const mostSlots = 3;
/** A job that always has something to hand out, so that a gap is a gap. */
export const filler = "filler";

const deeds = [
  { weight: 20, what: "submit" },
  { weight: 10, what: "submit after" },
  { weight: 4, what: "kill" },
  { weight: 4, what: "requeue" },
  { weight: 3, what: "requeue failed" },
  { weight: 3, what: "finish" },
  { weight: 3, what: "rerun" },
  { weight: 3, what: "stop" },
  { weight: 5, what: "continue" },
  { weight: 2, what: "delete" },
  { weight: 5, what: "priority" },
  { weight: 4, what: "slave" },
  { weight: 2, what: "clear" },
] as const;

export class People {
  readonly submitted: Submitted[] = [];
  readonly acts: Act[] = [];
  /** Refusals by their words, and what it was; nobody expects an error of the master's own. */
  readonly refusals: { what: string; status: number; message: string }[] = [];
  private readonly client: Client;
  private readonly known: number[] = [];

  constructor(
    private readonly farm: ChaosFarm,
    private readonly seed: number,
  ) {
    this.client = farm.client;
  }

  /** Puts up what is there from the beginning: the licence and the filler. */
  async prepare(): Promise<void> {
    await this.client.setLicence(licence.name, licence.total);
    await this.submit(filler, { least: 50, most: 400, failing: 0, asking: 0 }, [1, 200_000], { priority: 1 });
    this.known.length = 0;
  }

  /** Several of them, until they are told to stop. */
  async run(stop: AbortSignal): Promise<void> {
    await Promise.all(["ada", "ben", "cleo"].map((who) => this.live(who, random(this.seed, who), stop)));
  }

  /** What they do when the day is over: nothing stays stopped or switched off but the filler. */
  async tidy(): Promise<void> {
    // By number: a copy that went on by itself has the same name.
    for (const { id, state } of await this.client.slaves()) {
      if (state !== "online") continue;
      const slave = `${id}`;
      await insist(() => this.client.changeSlave(slave, { enabled: true, drain: false, slots: usualSlots }));
      await insist(() => this.client.clearSlave(slave));
    }
    const fillers = this.submitted.find(({ name }) => name === filler)!;
    await insist(() => this.act("stop", fillers.id!, () => this.client.stop(fillers.id!)));
    for (const { id } of await this.client.jobs({ state: "stopped", limit: 1000 }))
      if (id !== fillers.id) await insist(() => this.act("continue", id, () => this.client.continue(id)));
  }

  private async live(who: string, chance: Random, stop: AbortSignal): Promise<void> {
    for (let count = 1; !stop.aborted; count++) {
      const pause = Bun.sleep(chance.between(100, 900));
      await this.deed(`${who}-${count}`, chance);
      await pause;
    }
  }

  /** Chance is asked as often whatever comes of it: the next deed does not depend on luck with this one. */
  private async deed(name: string, chance: Random): Promise<void> {
    const { what } = chance.weighed(deeds);
    const own = random(chance.between(0, 2 ** 30), name);
    const frames: [number, number] = [own.between(1, 5), own.between(5, 20)];
    const id = this.known.at(-own.between(1, Math.min(15, Math.max(1, this.known.length))));
    if (what === "submit" || what === "submit after") {
      const { manner, more } = own.weighed(jobKinds).job(own);
      const until = own.pick(["finished", "ended", "frames"] as const);
      const after = what === "submit" || id === undefined ? [] : [{ job: id, until }];
      const first = own.between(-3, 5);
      const length = manner.most > 1500 ? 3 : own.between(1, more?.block ? 40 : 14);
      await this.submit(name, manner, [first, first + length - 1], { priority: own.between(300, 700), ...more, after });
    } else if (what === "slave") {
      const slave = own.pick(slaveNames);
      const change = own.pick([
        { enabled: false },
        { enabled: true, drain: false },
        { drain: true },
        { enabled: true, drain: false },
        { slots: own.between(1, mostSlots) },
      ]);
      await this.ask(what, () => this.client.changeSlave(slave, change));
    } else if (what === "clear") await this.ask(what, () => this.client.clearSlave(own.pick(slaveNames)));
    else if (id === undefined) return;
    else await this.treat(what, id, frames, own);
  }

  private async treat(what: string, id: number, frames: [number, number], own: Random): Promise<void> {
    const { client } = this;
    const range = `${frames[0]}-${frames[1]}`;
    switch (what) {
      case "kill":
        return void (await this.act("kill", id, () => client.kill(id)));
      case "requeue":
        return void (await this.act("requeue", id, () => client.requeue(id, range), { frames }));
      case "requeue failed":
        return void (await this.act("requeue", id, () => client.requeue(id)));
      case "finish":
        return void (await this.act("finish", id, () => client.finish(id, range), { frames }));
      case "rerun":
        return void (await this.act("rerun", id, () => client.rerun(id)));
      case "stop":
        return void (await this.act("stop", id, () => client.stop(id, { kill: own.between(0, 1) === 1 })));
      case "continue":
        return void (await this.act("continue", id, () => client.continue(id)));
      case "delete":
        return void (await this.act("delete", id, () => client.delete(id, { dependents: "release" })));
      case "priority": {
        const priority = own.between(300, 700);
        return void (await this.act("priority", id, () => client.change(id, { priority }), { priority }));
      }
    }
  }

  private async submit(
    name: string,
    manner: Manner,
    [first, last]: [number, number],
    more: Partial<NewJob>,
  ): Promise<void> {
    const { block = 1, maxSlots, maxPerSlave, licences } = more;
    const one: Submitted = {
      name,
      done: "perhaps",
      frames: [first, last],
      block,
      ...(maxSlots && { maxSlots }),
      ...(maxPerSlave && { maxPerSlave }),
      ...(licences && { licence: true }),
    };
    this.submitted.push(one);
    const command = commandOf(this.farm.script, this.farm.ledger.file, manner);
    const frames = `${first}-${last}`;
    one.done = await this.ask("submit", async () => {
      const job = { name, command, frames, slaveFailures: 0, owner: name.split("-")[0]!, ...more };
      one.id = (await this.client.submit(job)).id;
      this.known.push(one.id);
    });
  }

  private async act(
    what: Act["what"],
    job: number,
    act: () => Promise<unknown>,
    more: Partial<Act> = {},
  ): Promise<Done> {
    const one: Act = { what, job, ...more, at: Date.now(), until: Number.POSITIVE_INFINITY, done: "perhaps" };
    this.acts.push(one);
    one.done = await this.ask(what, act);
    one.until = Date.now();
    return one.done;
  }

  private async ask(what: string, act: () => Promise<unknown>): Promise<Done> {
    try {
      await act();
      return "yes";
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      const { status, message } = error;
      if (status === undefined || status === 502 || status === 503 || status === 504) return "perhaps";
      this.refusals.push({ what, status, message });
      return status < 500 ? "no" : "perhaps";
    }
  }
}

/** Again and again, for half a minute. */
async function insist(act: () => Promise<unknown>): Promise<void> {
  const deadline = performance.now() + 30_000;
  for (;;) {
    try {
      const done = await act();
      if (done !== "perhaps") return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
    if (performance.now() > deadline) throw new Error("nobody could tidy up within 30 s");
    await Bun.sleep(200);
  }
}
