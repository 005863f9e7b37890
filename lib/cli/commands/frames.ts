import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import { flag, option } from "@optique/core/primitives";
import { integer } from "@optique/core/valueparser";
import type { Client } from "../../client";
import { PlainError } from "../../local/program";
import type { Frame, Run } from "../../protocol";
import { clientCommand, type Print, terminalWidth } from "../command";
import { framesArgument, joined, oneJobArgument } from "../given";
import { type Column, gigabytes, moment, plain, span, stateText, table } from "../table";

const columns: Column<Frame>[] = [
  { title: "FRAME", of: (frame) => `${frame.frame}`, right: true },
  { title: "STATE", of: (frame) => stateText(frame.state) },
  { title: "DONE", of: progress, right: true, spare: true },
  { title: "ATTEMPT", of: (frame) => (frame.attempt ? `${frame.attempt}` : ""), right: true, spare: true },
  { title: "SLAVE", of: (frame) => plain(frame.slave ?? ""), flexible: true },
  { title: "TIME", of: (frame) => (frame.seconds === null ? "" : span(frame.seconds)), right: true },
  { title: "CPU", of: (frame) => (frame.cpuSeconds === null ? "" : span(frame.cpuSeconds)), right: true, spare: true },
  { title: "MEMORY", of: (frame) => memory(frame.memoryMb), right: true, spare: true },
  { title: "LAST RUN", of: (frame) => frame.outcome ?? (frame.state === "running" ? "running" : ""), spare: true },
  { title: "WHAT HAPPENED", of: (frame) => plain(frame.message ?? ""), flexible: true },
];

/** A run, and the first of its frames that was asked for. */
type RunOf = Run & { frame: number };

const runColumns: Column<RunOf>[] = [
  { title: "FRAME", of: (run) => `${run.frame}`, right: true },
  { title: "ATTEMPT", of: (run) => `${run.attempt}`, right: true },
  { title: "SLAVE", of: (run) => plain(run.slave ?? ""), flexible: true },
  { title: "STARTED", of: (run) => moment(run.startedAt), spare: true },
  { title: "TIME", of: (run) => span(run.seconds), right: true },
  { title: "CPU", of: (run) => (run.cpuSeconds === null ? "" : span(run.cpuSeconds)), right: true, spare: true },
  { title: "MEMORY", of: (run) => memory(run.memoryMb), right: true, spare: true },
  { title: "ENDED", of: (run) => run.outcome ?? "running" },
  { title: "COUNTS", of: (run) => (run.counts ? "yes" : ""), spare: true },
  { title: "WHAT HAPPENED", of: (run) => plain(run.message ?? ""), flexible: true },
];

/** The most tasks whose runs are asked for. */
const mostTasks = 200;

/** Without the progress where nothing tells it. */
function columnsOf(frames: readonly Frame[]): Column<Frame>[] {
  return columns.filter(({ of }) => of !== progress || frames.some((frame) => progress(frame) !== ""));
}

function progress({ state, progress }: Frame): string {
  return state === "running" && progress !== null ? `${progress} %` : "";
}

function memory(megabytes: number | null): string {
  if (megabytes === null) return "";
  return megabytes < 1024 ? `${megabytes} MB` : `${gigabytes(megabytes)} GB`;
}

export const frames = clientCommand(
  "frames",
  {
    does: message`List the frames of a job with their last runs.`,
    examples: ["frames 12", "frames 12 5-10", "frames 12 --limit 10000 --json", "frames 12 5 --runs"],
  },
  object({
    job: oneJobArgument,
    frames: framesArgument,
    limit: withDefault(
      option("--limit", integer({ min: 1, max: 1_000_000, metavar: "N" }), { description: message`At most so many.` }),
      1000,
    ),
    runs: optional(flag("--runs", { description: message`List all attempts at them instead, the first one first.` })),
  }),
  async (client, { job, frames, limit, runs }, print) => {
    const asked = joined(frames);
    const found: Frame[] = [];
    let after: number | undefined = 0;
    while (after !== undefined && found.length < limit) {
      const page = await client.frames(job, {
        ...(asked && { frames: asked }),
        after,
        limit: Math.min(10_000, limit - found.length),
      });
      found.push(...page.frames);
      after = page.next;
    }
    if (runs && found.length > 0) return await printRuns(client, job, found, print);
    print(found, () => {
      if (found.length === 0) return `job ${job} has none of these frames`;
      return (
        table(found, columnsOf(found), terminalWidth()) +
        (after === undefined ? "" : `${found.length} shown; name others, or raise --limit\n`)
      );
    });
  },
);

async function printRuns(client: Client, job: number, frames: readonly Frame[], print: Print): Promise<undefined> {
  const firsts = [...new Map(frames.toReversed().map((frame) => [frame.task, frame])).values()].toReversed();
  if (firsts.length > mostTasks)
    throw new PlainError(`attempts of at most ${mostTasks} tasks at once: name fewer frames`, 2);
  const found: RunOf[] = [];
  for (const { frame, attempt } of firsts)
    if (attempt > 0) found.push(...(await client.runs(job, frame)).map((run) => ({ frame, ...run })));
  print(found, () =>
    found.length === 0 ? "none of these frames has been started yet" : table(found, runColumns, terminalWidth()),
  );
}
