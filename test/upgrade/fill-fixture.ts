// A farm after a busy day, with a bit of everything that its database can hold.
import type { Client, NewJob } from "../../lib/client";
import type { Sync } from "../../lib/sync";
import { keyOf, type RunKey } from "../../lib/wire";
import { type Farm, until } from "../farm";
import { Receiver } from "../master/notify/receiver";
import { exited, SimulatedSlave, settings } from "../master/simulated";

const command = ["/mnt/scripts/shot.sh", "{frame}"];

/** Fills the farm of a master that has nothing yet. Its lease should be short: a slave gets lost. */
export async function fill({ client }: Farm): Promise<void> {
  using receiver = new Receiver();
  await tell(client, receiver);
  const submit = async (name: string, job: Partial<NewJob> = {}) =>
    (await client.submit({ name, owner: "ana", retries: 0, ...(job.kind ? {} : { command }), ...job })).id;
  const busy = slave(client, "busy", ["Default", "night"]);

  await ended(client, busy, submit);
  await sick(client, busy, submit);
  await waiting(submit);
  await underWay(client, busy, submit);
  await gone(client, submit);
  await receiver.messages(2);
  await until(
    async () => ((await client.notices()).some(({ problem }) => problem !== null) ? true : undefined),
    "a message that fails",
  );
}

type Submit = (name: string, job?: Partial<NewJob>) => Promise<number>;

function slave(client: Client, name: string, pools: string[], more: Partial<Sync> = {}): SimulatedSlave {
  return new SimulatedSlave(client, name, {
    settings: settings({ slots: 16, pools }),
    memoryLeftMb: 100_000,
    gpusLeft: 2,
    gpus: 2,
    ...more,
  });
}

/** Licences, owners, and who is told: one that hears it, one that does not. */
async function tell(client: Client, receiver: Receiver): Promise<void> {
  await client.setLicence("nuke", 3);
  await client.setOwner("bob", 2.5);
  const on = ["finished", "failed", "lost", "sick"] as const;
  await client.addNotice({ to: receiver.url(), on: [...on], secret: "a secret of eight" });
  await client.addNotice({ to: "http://127.0.0.1:1/nobody", on: ["finished"], owner: "ana" });
}

async function ended(client: Client, busy: SimulatedSlave, submit: Submit): Promise<void> {
  const fine = await submit("fine 'quoted' \"ünïcode\" 🎬\\n%", {
    frames: "10-1",
    block: 3,
    order: "reverse",
    env: { SCENE: "/mnt/ä\\b\tc\nd" },
  });
  const retried = await submit("retried", { frames: "1-3", retries: 2, exitCodes: "drqueue" });
  await submit("to be deleted later", { deleteAfterMs: 86_400_000 });
  let { start } = await busy.sync({ free: 16 });
  while (start.length > 0) {
    const code = (run: RunKey) => (run.job === retried && run.attempt === 1 ? 137 : 0);
    ({ start } = await busy.sync({ free: 16, ended: start.map((run) => exited(run, code(run))) }));
  }
  await client.requeue(fine, "4-6");
  const [once] = (await busy.sync({ free: 1 })).start;
  await busy.sync({ ended: [{ ...exited(once!), cpuMs: 900, memoryMb: 512, message: "warning: no denoiser" }] });
}

/** Jobs that failed, that stopped themselves, and a slave that failed tasks of three jobs. */
async function sick(client: Client, busy: SimulatedSlave, submit: Submit): Promise<void> {
  const wrong = slave(client, "wrong", ["night"]);
  const jobs: number[] = [];
  for (const name of ["one", "two", "three"])
    jobs.push(await submit(name, { frames: "1-4", pool: "night", slaveFailures: 2 }));
  const { start: first } = await busy.sync({ free: jobs.length, settings: settings({ pools: ["night"] }) });
  await busy.sync({ ended: first.map((run) => exited(run)) });
  const { start: second } = await wrong.sync({ free: jobs.length });
  await wrong.sync({ ended: second.map((run) => exited(run, 3)) });
  await wrong.sync({ problem: "cannot write (ENOSPC) in /mnt/logs" });
  await submit("stopped by itself", { frames: "1-9", maxFailures: 2, priority: 900 });
  const { start } = await busy.sync({ free: 3 });
  await busy.sync({ ended: start.map((run) => exited(run, 11)) });
}

/** Jobs that cannot start, or wait for others. */
async function waiting(submit: Submit): Promise<void> {
  const first = await submit("first of a chain", { pool: "nowhere", frames: "1-10" });
  await submit("when it is finished", { pool: "nowhere", after: [{ job: first, until: "finished" }] });
  await submit("when it has ended", { pool: "nowhere", after: [{ job: first, until: "ended" }] });
  await submit("frame by frame", {
    pool: "nowhere",
    frames: "1-10",
    block: 2,
    after: [{ job: first, until: "frames" }],
  });
  await submit("for later", { notBefore: "2199-01-01T00:00:00Z" });
  await submit("stopped by a person", { frames: "1-100", stopped: true });
  await submit("millions", { pool: "nowhere", frames: "1-10000000", order: "coarse:10", priority: 1 });
  await submit("with all limits", {
    pool: "nowhere,elsewhere",
    os: "LINUX,OSX",
    memoryMb: 4000,
    gpus: 1,
    licences: { nuke: 1 },
    maxSlots: 3,
    maxPerSlave: 1,
    blocked: ["wrong"],
    frameTimeoutMs: 60_000,
    silenceMs: 30_000,
    exitMeanings: { fatal: [3], warning: [4] },
    output: { fatal: ["^Error"] },
    folder: "/mnt/show",
    notify: [{ to: "http://127.0.0.1:1/job", on: ["failed"], style: "slack" }],
    priority: 900,
    owner: "bob",
  });
  await submit("of a kind", {
    pool: "nowhere",
    kind: "blender",
    fields: { scene: "/mnt/show/a b.blend" },
    frames: "1-4",
  });
}

/** Tasks that run, that are to be killed, that rest before they are tried again, that a lost slave gave back. */
async function underWay(client: Client, busy: SimulatedSlave, submit: Submit): Promise<void> {
  const resting = await submit("resting", { frames: "1-2", retries: 3, retryDelayMs: 3_600_000, priority: 700 });
  const lost = await submit("lost", { frames: "1-2", pool: "far", retries: 3 });
  const long = await submit("running", { frames: "1-40", retries: 3, priority: 600 });
  const far = slave(client, "far away", ["far"]);
  const taken = (await far.sync({ free: 2 })).start;
  if (taken.some(({ job }) => job !== lost)) throw new Error("the far slave has tasks of others");
  const { start: runs } = await busy.sync({ free: 12 });
  const alive = runs.filter(({ job }) => job === long).map(keyOf);
  const others = runs.filter(({ job }) => job !== long).map((run) => exited(run, run.job === resting ? 1 : 0));
  await busy.sync({ ended: others, alive, progress: [{ ...alive[0]!, percent: 40 }] });
  const awake = setInterval(() => void busy.sync({ alive, free: 0, hello: true }), 300);
  await until(async () => ((await client.slave("far away")).state === "lost" ? true : undefined), "a slave to be lost");
  await until(async () => ((await client.job(lost)).state === "waiting" ? true : undefined), "its tasks to wait");
  // Wishes that the slave has not carried out.
  await client.requeue(long, "3");
  await client.finish(long, "4");
  clearInterval(awake);
  await busy.sync({ alive, hello: true });
}

/** A slave that took its leave, a job that was deleted, and what it leaves behind at a slave that does not answer. */
async function gone(client: Client, submit: Submit): Promise<void> {
  const leaver = slave(client, "leaver", ["leaving"]);
  const deleted = await submit("deleted", { pool: "leaving" });
  const { start } = await leaver.sync({ free: 1 });
  await leaver.sync({ ended: start.map((run) => exited(run)) });
  await leaver.sync({ leaving: true });
  await until(async () => ((await client.slave("leaver")).state === "gone" ? true : undefined), "a slave to be gone");
  await client.delete(deleted);
}
