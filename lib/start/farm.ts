// `npm start`: a farm on this machine with something to look at.
import { homedir } from "node:os";
import { join } from "node:path";
import { follow } from "../cli/follow";
import { facts, paint, span } from "../cli/table";
import { Client, ClientError } from "../client";
import { createDataFolder, dataFolder } from "../local/folder";
import { readLock } from "../local/lock";
import { pageLink, tokenFor } from "../local/master-address";
import { PlainError } from "../local/program";
import { onSignals } from "../local/signals";
import type { Job } from "../protocol";
import { exampleFolder, exampleName, submitExample } from "./example";
import { lastWords, type Member, startMember, stopMember } from "./members";

/** What it is started with. `log`: flags about the log, for master and slave. */
export type FarmOptions = { once: boolean; data: string; port: number; slavePort: number; log: readonly string[] };

const slaveName = "local";

/** Runs the farm until Ctrl-C, with `once` until the example is rendered. Returns the exit code; throws a PlainError. */
export async function startFarm(options: FarmOptions): Promise<number> {
  const { data } = options;
  createDataFolder(data);
  const running = readLock(join(data, "master.lock"));
  if (running)
    throw new PlainError(
      `a farm runs already on ${data} (master process ${running.pid}): stop it, or choose another --data`,
    );

  const told = new AbortController();
  onSignals(() => told.abort());
  const members: Member[] = [];
  try {
    say("starting a master and a slave ...");
    const master = await startMember(
      "master",
      ["--data", data, "--port", `${options.port}`, ...pictureFlags(data), ...options.log],
      data,
      join(data, "master.lock"),
    );
    members.push(master);
    const slaveFlags = [
      "--data",
      data,
      "--port",
      `${options.slavePort}`,
      "--name",
      slaveName,
      "--master",
      `127.0.0.1:${master.port}`,
      ...options.log,
    ];
    members.push(await startMember("slave", slaveFlags, data, join(data, "slaves", slaveName, "lock")));
    if (told.signal.aborted) return 0;
    return await work(options, members, told.signal);
  } finally {
    // The slave first: it tells the master what it leaves undone.
    for (const member of members.reverse()) await stopMember(member);
  }
}

/** So that the page shows the example's pictures, and those that DRQUEUE_PICTURES names as well. */
function pictureFlags(data: string): string[] {
  const { DRQUEUE_PICTURES: more } = process.env;
  return [exampleFolder(data), ...(more ? [more] : [])].flatMap((folder) => ["--pictures", folder]);
}

async function work(options: FarmOptions, members: readonly Member[], told: AbortSignal): Promise<number> {
  const { data, once } = options;
  const [master] = members as [Member];
  const address = { host: "127.0.0.1", port: master.port };
  const token = tokenFor(data);
  const client = new Client({ ...address, token });
  const page = pageLink(address, token);
  say(`its page: ${page}`);
  const { id, isNew } = await submitExample(client, data);
  const jobs = await client.jobs({ limit: 10_000 });
  if (!isNew) say(`${jobs.length === 1 ? "1 job is" : `${jobs.length} jobs are`} here from before`);
  const ended = untilOneEnds(members, told);
  // Told where it is waited for; with --once nobody may.
  ended.catch(() => {});
  const example = id === undefined ? undefined : await Promise.race([watchExample(client, id, told), ended]);
  if (example && !told.aborted) process.stdout.write(await tell(client, example, data, page));
  if (once) return example?.state === "finished" ? 0 : 1;
  if (!told.aborted) say("Ctrl-C stops it all.");
  await ended;
  if (told.aborted) say("stopping ...");
  return 0;
}

/** The example as it ended, or as it is when told to stop; undefined when somebody deletes it meanwhile. */
async function watchExample(client: Client, id: number, told: AbortSignal): Promise<Job | undefined> {
  try {
    const [job] = await follow(client, [id], { stop: told });
    return job;
  } catch (error) {
    if (error instanceof ClientError && error.status === 404) return undefined;
    throw error;
  }
}

/** Waits for Ctrl-C; throws a PlainError when master or slave ends before. */
async function untilOneEnds(members: readonly Member[], told: AbortSignal): Promise<undefined> {
  const stopped = new Promise<void>((done) => told.addEventListener("abort", () => done()));
  if (told.aborted) return undefined;
  await Promise.race([
    stopped,
    ...members.map(async ({ name, held, journal }) => {
      const code = await held.exited;
      if (!told.aborted) throw new PlainError(`the ${name} ended (exit ${code}): ${lastWords(journal, held.logStart)}`);
    }),
  ]);
}

async function tell(
  client: Client,
  { id, state, startedAt, endedAt, frameCounts }: Job,
  data: string,
  page: string,
): Promise<string> {
  const { logFolder } = await client.job(id);
  const seconds = startedAt && endedAt ? ` in ${span((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)}` : "";
  const bun = "./node_modules/.bin/bun";
  const where = data === usualFolder() ? "" : ` --data ${data}`;
  const done =
    state === "finished"
      ? `${exampleName}: ${frameCounts.total} frames${seconds}.`
      : paint(
          "red",
          `${exampleName}: ${frameCounts.failed} frames failed. What happened: ${bun} cli.ts frames${where} ${id}`,
        );
  return `\n${done}\n\n${facts([
    ["the page", page],
    ["pictures", exampleFolder(data)],
    ["logs", join(data, "logs", logFolder)],
    ["a job of yours", `${bun} cli.ts submit${where} --frames 1-10 --name first -- echo frame {frame}`],
    ["what runs", `${bun} cli.ts jobs${where}`],
    ["all commands", `${bun} cli.ts --help`],
  ])}\n`;
}

/** Where another shell of this user looks when nothing is said. */
function usualFolder(): string {
  const { DRQUEUE_DATA: _, ...env } = process.env;
  return dataFolder(undefined, { env, platform: process.platform, uid: process.getuid?.(), home: homedir() });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
