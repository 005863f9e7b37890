// Starts a slave and stops it: folder, lock, settings, its port, the runs of an earlier life, the talk with the master.
import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { getLogger } from "@logtape/logtape";
import { Client } from "../client";
import { createDataFolder } from "../local/folder";
import { keepJournal } from "../local/journal";
import type { JournalOptions } from "../local/journal-flags";
import { type Address, formatAddresses, tokenFor } from "../local/master-address";
import { rootsOf } from "../local/picture-roots";
import { listenOn } from "../local/port";
import { version } from "../local/program";
import { onSignals } from "../local/signals";
import type { SettingsChange, SlaveState } from "../settings";
import { mostEnded } from "../sync";
import { slaveApp } from "./app";
import { countGpus } from "./count-gpus";
import { watchDisk } from "./disk";
import { History } from "./history";
import { holdFolder } from "./hold";
import { hostNow, os } from "./host";
import { Loop } from "./loop";
import { SlaveMetrics } from "./metrics";
import { addPictureRoute } from "./pictures";
import { Records } from "./records";
import { OwnSettings } from "./settings";
import { Uploads } from "./upload";
import type { LogRules } from "./upload-bounds";
import { Work } from "./work";

/**
 * What a slave is started with. `grace`: between the wish to end a task and KILL, ms. `change`: settings given as flags. `replace`: take
 * over from the process that runs now.
 */
export type SlaveOptions = {
  name: string;
  data: string;
  logs: string;
  masters: readonly Address[];
  host: string;
  port: number;
  address: string | undefined;
  grace: number;
  logRules: LogRules;
  change: SettingsChange;
  /** Folders below which pictures may be shown, as they were given. */
  pictures: readonly string[];
  replace: boolean;
  journal: JournalOptions;
};

/** Runs a slave until it is told to stop. Returns the exit code; throws a PlainError when it cannot start. */
export async function runSlave(options: SlaveOptions): Promise<number> {
  // From the first moment on: a signal while it starts stops it as soon as it has.
  const told = whenToldTwice();
  await keepJournal(options.journal, { slave: options.name });
  const journal = getLogger(["drqueue", "slave"]);
  const roots = rootsOf("slave", options.pictures);
  const folder = join(options.data, "slaves", options.name);
  createDataFolder(options.data);
  mkdirSync(folder, { recursive: true });
  const lock = await holdFolder(folder, options);
  try {
    const own = OwnSettings.open(folder);
    if (Object.keys(options.change).length > 0) own.change(options.change);
    const token = tokenFor(options.data);
    const gpus = await countGpus();
    const connected = () => loop.connected;
    const metrics: SlaveMetrics = new SlaveMetrics({
      work: () => work,
      slots: () => own.settings.slots,
      connected,
      uploads: () => uploads.waiting,
    });
    const work: Work = new Work(
      new Records(folder),
      {
        ...workOptions(options, () => loop),
        paths: () => own.settings.paths,
        gpus: () => own.settings.gpus ?? gpus,
        meter: metrics,
        settled: (runs) => uploads.add(runs),
      },
      own.settings.slots,
    );

    const history = new History(folder, () => {
      const { load, freeMemoryMb } = hostNow();
      return { load, freeMemoryMb, running: work.runningCount };
    });
    const change = (wanted: SettingsChange) => {
      const settings = own.change(wanted);
      work.setSlots(settings.slots);
      loop.review();
      journal.info("settings are now {settings}", { settings: JSON.stringify(settings) });
      return settings;
    };
    const state = (): SlaveState => ({
      name: options.name,
      id: loop.id ?? null,
      settings: own.settings,
      problem: work.problem ?? null,
      connected: loop.connected,
      unsent: work.unsent.length,
      runs: work.shown,
    });
    const writes = (log: string) => work.shown.some((run) => run.log === log);
    const holds = (job: number) => work.held.some((run) => run.job === job);
    const forgetJob = (job: number) => {
      work.forgetJob(job);
      uploads.forgetJob(job);
    };
    const app = slaveApp(token, {
      state,
      history: () => history.shown,
      change,
      logs: options.logs,
      writes,
      holds,
      forgetJob,
      metrics,
      connected,
    });
    addPictureRoute(app, roots, () => own.settings.paths);
    const port = listenOn(options.host, options.port, (request, server) => app.fetch(request, server));
    const loop: Loop = new Loop(
      new Client({ masters: options.masters, token, timeoutMs: 30_000 }),
      { name: options.name, port: port.port, address: options.address },
      own,
      work,
      { host: hostNow, clock: () => new Date(), gpus },
    );
    const store = new Client({ masters: options.masters, token, timeoutMs: 60_000 });
    const uploads: Uploads = new Uploads({
      ...options.logRules,
      folder,
      logs: options.logs,
      key: () => own.key,
      store: () => loop.logStore,
      busy: () => !loop.connected || work.unsent.length > mostEnded,
      send: store.storeLogs,
    });
    lock.update({ port: port.port });
    journal.info("slave {slave} {version} listens on port {port}, slots {slots}, pools {pools}, master {master}", {
      slave: options.name,
      version,
      port: port.port,
      slots: own.settings.slots,
      pools: own.settings.pools.join(","),
      master: formatAddresses(options.masters),
    });
    if (own.hasMoved) work.recall();
    else work.adopt();
    const disk = watchDisk([options.logs, folder], work, () => loop.tell());
    history.start();
    loop.tell();

    const replaced = told.replaced.then(() => "replaced" as const);
    const lost = lock.lost.then(() => "lost" as const);
    const over = await Promise.race([untilLetGo(told, work, loop, journal), replaced, lost]);
    disk.stop();
    // Another process has the folder when this one has lost it.
    if (over !== "lost") history.end();
    if (over) {
      loop.cease();
      if (over === "lost") {
        journal.error("another process has {folder} now: this one ends, with all that it runs", { folder });
        await endRuns(work);
      } else journal.info("another process takes over, with all that runs here");
    } else {
      const heard = await loop.leave(3000);
      if (!heard)
        journal.warn("the master did not hear that this slave stops: results wait on disk for the next start");
      await uploads.finish(heard ? 3000 : 0);
    }
    await port.stop();
    if (over || work.stuck.length > 0) {
      lock.release();
      // What it leaves running would keep this process open.
      process.exit(over === "lost" ? 1 : 0);
    }
    return 0;
  } finally {
    lock.release();
  }
}

/** `asked`: it is to stop. `insisted`: at once, by a second Ctrl-C or another signal than that. `replaced`: another takes over. */
function whenToldTwice(): { asked: Promise<void>; insisted: Promise<void>; replaced: Promise<void> } {
  const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
  const { promise: insisted, resolve: insist } = Promise.withResolvers<void>();
  let first = true;
  onSignals((signal) => {
    if (signal !== "SIGINT" || !first) insist();
    first = false;
    ask();
  });
  const replaced = new Promise<void>((go) => process.on("SIGUSR2", () => go()));
  return { asked, insisted, replaced };
}

/** First Ctrl-C: no new tasks, what runs may end. Second, or TERM: kill what runs; it is requeued. */
async function untilLetGo(
  { asked, insisted }: Pick<ReturnType<typeof whenToldTwice>, "asked" | "insisted">,
  work: Work,
  loop: Loop,
  journal: ReturnType<typeof getLogger>,
): Promise<void> {
  await asked;
  loop.stopAsking();
  if (work.runningCount > 0)
    journal.info("no new tasks; waiting for {count} to end (Ctrl-C again kills and requeues them)", {
      count: work.runningCount,
    });
  await Promise.race([untilIdle(work), insisted]);
  await endRuns(work);
}

async function endRuns(work: Work): Promise<void> {
  work.killAll("returned");
  await untilIdle(work);
}

/** What cannot be ended is not waited for. */
async function untilIdle(work: Work): Promise<void> {
  while (work.runningCount > work.stuck.length) await Bun.sleep(50);
}

function workOptions(options: SlaveOptions, loop: () => Loop) {
  return {
    slaveName: options.name,
    logs: options.logs,
    graceMs: options.grace,
    news: () => loop().gather(),
    around: () => ({
      compId: loop().id ?? 0,
      os,
      master: formatAddresses(options.masters),
      root: options.data,
      bin: dirname(process.execPath),
      tmp: tmpdir(),
      logs: options.logs,
    }),
  };
}
