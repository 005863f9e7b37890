// Starts a master and stops it: data folder, lock, database, token, port, housekeeping.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { getLogger } from "@logtape/logtape";
import { largestBatch } from "../batch";
import { within } from "../local/deadline";
import { createDataFolder, createFolder } from "../local/folder";
import { guardedApp } from "../local/guard";
import { keepJournal } from "../local/journal";
import type { JournalOptions } from "../local/journal-flags";
import { LockHeldError, takeLock } from "../local/lock";
import { addMetricsRoute } from "../local/metrics";
import { rootsOf } from "../local/picture-roots";
import { listenOn } from "../local/port";
import { PlainError, version } from "../local/program";
import { addSession, isSignedIn } from "../local/session";
import { shedding, usualBounds } from "../local/shed";
import { unlessTold, whenTold } from "../local/signals";
import { findToken, keepToken, newToken } from "../local/token";
import { forgetEvents } from "../queue/events";
import { agreeOnToken } from "../queue/farm";
import { forgetMasters } from "../queue/masters";
import { listen } from "../queue/open";
import { Pulse } from "../queue/pulse";
import { tally } from "../queue/tally";
import { knownThings } from "../releases";
import { archive } from "./archive";
import { openDatabase } from "./database";
import { Dispatcher } from "./dispatch";
import { Events } from "./events";
import { keepFormat } from "./format";
import { Fresh } from "./fresh";
import { History } from "./history";
import { keepHouse } from "./housekeeping";
import { loadKinds, ownNames } from "./kinds";
import { openLogFolder } from "./logs/open";
import type { LogPlaces } from "./logs/read";
import type { Rules } from "./logs/removed";
import { MasterMetrics } from "./metrics";
import { openMailer } from "./notify/mail";
import { Notifier } from "./notify/notify";
import { tidyOwn } from "./own-folders";
import { Pictures } from "./pictures/answer";
import { addressOf, announceSelf } from "./presence";
import { addBackupRoute } from "./routes/backup";
import { addBatchRoutes } from "./routes/batch";
import { addEventRoutes, noteChanged } from "./routes/events";
import { addFarmRoutes } from "./routes/farm";
import { addFrameRoutes } from "./routes/frames";
import { addJobViewRoutes } from "./routes/job-views";
import { addJobRoutes } from "./routes/jobs";
import { addKindRoutes } from "./routes/kinds";
import { addLicenceRoutes } from "./routes/licences";
import { addLogRoutes } from "./routes/logs";
import { addManyRoutes } from "./routes/many";
import { addMapRoute } from "./routes/map";
import { addMasterRoutes } from "./routes/masters";
import { addNoticeRoutes } from "./routes/notices";
import { addOwnerRoutes } from "./routes/owners";
import { addPageRoutes } from "./routes/page";
import { addPictureRoute } from "./routes/pictures";
import { addSlaveViews } from "./routes/slave-views";
import { addSlaveRoutes } from "./routes/slaves";
import { translate } from "./translate";

/** What a master is started with. `lease` in ms. */
export type MasterOptions = {
  data: string;
  host: string;
  /** Where others reach it, when that is not to be told from `host`. */
  address: string | undefined;
  port: number;
  lease: number;
  logs: string | undefined;
  logRules: Rules;
  scripts: string | undefined;
  kinds: string | undefined;
  /** Folders below which pictures may be shown, as they were given. */
  pictures: readonly string[];
  database: string | undefined;
  /** The mail server, with user and password, and the sender of mail. */
  smtp: string | undefined;
  mailFrom: string | undefined;
  journal: JournalOptions;
};

/** Runs a master until it is told to stop. Returns the exit code; throws a PlainError when it cannot start. */
export async function runMaster(options: MasterOptions): Promise<number> {
  // From the first moment on: a signal while it starts stops it as soon as it has.
  const told = whenTold();
  await keepJournal(options.journal);
  const journal = getLogger(["drqueue", "master"]);
  createDataFolder(options.data);
  const kindFolder = options.kinds || ownKinds(options.data);
  const kinds = await loadKinds(kindFolder);
  if (kindFolder)
    journal.info("kinds read from {folder}: {names}", {
      folder: kindFolder,
      names: ownNames(kinds).join(", ") || "none",
    });
  const roots = rootsOf("master", options.pictures);
  const mailer = openMailer(options.smtp, options.mailFrom);
  const lock = lockFolder(options);
  keepFormat(options.data);
  const logs = options.logs ?? join(options.data, "logs");
  const scripts = resolve(options.scripts || join(options.data, "scripts"));
  createFolder(logs, "--logs");
  createFolder(scripts, "--scripts");

  const database = await openDatabase(options.database, options.data, told);
  try {
    const { queue } = database;
    const token = await unlessTold(told, agreeOnToken(queue, findToken(options.data) ?? newToken()));
    keepToken(options.data, token);

    const farm = new Fresh(() => tally(queue), { goodMs: 1000, patienceMs: 1000 });
    const metrics: MasterMetrics = new MasterMetrics(queue, {
      parked: () => dispatcher.parkedCount,
      keepsHouse: () => pulse.keepsHouse,
      farm,
    });
    const dispatcher = new Dispatcher(queue.ahead, options.lease, metrics);
    const history = new History({ queue, done: dispatcher.done, tally: () => tally(queue) });
    const events = new Events(queue);
    const logFolder = openLogFolder(queue, logs, token, options.logRules);
    dispatcher.logStore = logFolder.id;
    const logPlaces: LogPlaces = { logs, token, self: () => presence.id };
    const notifier = new Notifier(queue, logPlaces, mailer, () => pulse.keepsHouse);
    let stopping = false;
    const shed = shedding(usualBounds, metrics.shed);
    const app = guardedApp(
      token,
      translate,
      undefined,
      { "/jobs/batch": largestBatch },
      {
        answered: metrics.answered,
        admit: shed.admit,
        knows: knownThings,
        open(app) {
          addPageRoutes(app);
          addSession(app, token);
        },
        isSignedIn: (c) => isSignedIn(c, token),
        async unready() {
          if (stopping) return "the master is stopping";
          return (await metrics.findDatabase()) ? undefined : "the database is away";
        },
      },
    );
    addMetricsRoute(app, metrics, () => metrics.refresh());
    noteChanged(app, dispatcher.moved);
    addEventRoutes(app, events);
    addManyRoutes(app, queue, kinds, dispatcher.moved);
    addJobRoutes(app, queue, kinds, scripts, notifier);
    addFrameRoutes(app, queue);
    addMapRoute(app, queue);
    addJobViewRoutes(app, queue);
    addBatchRoutes(app, queue, kinds, scripts, notifier);
    addSlaveRoutes(app, queue, dispatcher, token);
    addSlaveViews(app, queue, token);
    addLogRoutes(app, queue, logPlaces, logFolder.store);
    addPictureRoute(app, queue, new Pictures({ roots, token, cache: join(options.data, "pictures") }));
    addKindRoutes(app, kinds);
    addLicenceRoutes(app, queue);
    addOwnerRoutes(app, queue);
    addMasterRoutes(app, queue);
    addFarmRoutes(app, queue, farm);
    addBackupRoute(app, queue);
    addNoticeRoutes(app, queue, notifier);
    const listening = listen(queue, (news) => {
      dispatcher.woken(news);
      events.woken(news);
      if (news.events) notifier.wake();
    });
    await unlessTold(told, listening);
    const port = listenOn(
      options.host,
      options.port,
      (request, server) => shed.refusal(request, server) ?? app.fetch(request, server),
    );
    const presence = announceSelf(queue, { address: addressOf(options), port: port.port }, () => pulse.keepsHouse);
    const pulse = new Pulse(queue, () => {
      journal.info(pulse.keepsHouse ? "this master keeps house now" : "this master does not keep house any more");
      presence.again();
    });
    const tidyHere = tidyOwn(queue, { logs, scripts });
    const house = keepHouse({
      queue,
      dispatcher,
      pulse,
      leaseMs: options.lease,
      meter: metrics,
      async tidy(forAll) {
        try {
          await tidyHere();
          if (!forAll) return;
          await archive(queue, token);
          await forgetEvents(queue);
          await forgetMasters(queue);
        } finally {
          await history.tidy(forAll);
        }
      },
    });
    notifier.start();
    lock.update({ port: port.port });
    journal.info("master {version} listens on {host}:{port}, data in {data}", {
      version,
      host: options.host,
      port: port.port,
      data: options.data,
    });

    const signal = await told;
    journal.info("stopping ({signal})", { signal });
    stopping = true;
    dispatcher.stop();
    events.stop();
    logFolder.stop();
    await port.stop();
    await Promise.all([
      within(
        2000,
        house
          .stop()
          .then(() => dispatcher.writeBeats().catch(() => {}))
          .then(() => history.stop().catch(() => {})),
      ),
      notifier.stop(),
      pulse.stop().then(() => within(2000, presence.stop())),
    ]);
    return 0;
  } finally {
    await database.close();
    lock.release();
    // A connection that broke while it was written to may hold the process open for ever.
    setTimeout(() => process.exit(), 2000).unref();
  }
}

/** Kinds that a studio put into its data folder. */
function ownKinds(data: string): string | undefined {
  const folder = join(data, "kinds");
  return existsSync(folder) ? folder : undefined;
}

function lockFolder({ data }: MasterOptions) {
  try {
    return takeLock(join(data, "master.lock"), {});
  } catch (error) {
    if (!(error instanceof LockHeldError)) throw error;
    throw new PlainError(
      `another master (process ${error.holder.pid}) uses ${data}: stop it, or give this one another --data`,
    );
  }
}
