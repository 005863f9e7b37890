import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { flag, option } from "@optique/core/primitives";
import { choice, integer, string } from "@optique/core/valueparser";
import type { Client } from "../../client";
import type { Job } from "../../protocol";
import { jobStates } from "../../states";
import { clientCommand, terminalWidth } from "../command";
import { ownerName, poolName } from "../given";
import { checkLive, fitting, live } from "../live";
import { age, bar, type Column, count, moment, plain, stateText, table } from "../table";

const filter = object({
  state: optional(option("--state", choice(jobStates), { description: message`Only jobs in this state.` })),
  owner: optional(option("--owner", ownerName, { description: message`Only jobs of this owner.` })),
  pool: optional(option("--pool", poolName, { description: message`Only jobs of this pool.` })),
  name: optional(
    option("--name", string({ metavar: "TEXT" }), {
      description: message`Only jobs whose name contains this; * stands for anything.`,
    }),
  ),
  limit: withDefault(
    option("--limit", integer({ min: 1, max: 10_000, metavar: "N" }), { description: message`At most so many.` }),
    100,
  ),
  before: optional(
    option("--before", integer({ min: 1, max: 2_147_483_647, metavar: "JOB" }), {
      description: message`Only older ones than this job: the next page.`,
    }),
  ),
});
const watching = optional(
  flag("--watch", { description: message`Keep the list up to date on the terminal, until Ctrl-C.` }),
);

const columns: Column<Job>[] = [
  { title: "JOB", of: (job) => `${job.id}`, right: true },
  { title: "NAME", of: (job) => plain(job.name), flexible: true },
  { title: "OWNER", of: (job) => plain(job.owner), flexible: true, spare: true },
  { title: "POOL", of: (job) => job.pool, flexible: true, spare: true },
  { title: "PRIO", of: (job) => `${job.priority}`, right: true, spare: true },
  { title: "STATE", of: (job) => stateText(job.state) },
  { title: "PROGRESS", of: (job) => bar(job.frameCounts, 12), spare: true },
  { title: "DONE", of: (job) => `${count(job.frameCounts.finished)}/${count(job.frameCounts.total)}`, right: true },
  { title: "RUN", of: (job) => countOrNothing(job.taskCounts.running), right: true },
  { title: "FAILED", of: (job) => countOrNothing(job.frameCounts.failed), right: true },
  { title: "AGE", of: (job) => age((Date.now() - Date.parse(job.submittedAt)) / 1000), right: true, spare: true },
  { title: "NOTE", of: noteOf, flexible: true, spare: true },
];

/** What a person may wonder about: why it has stopped, or what it waits for. */
function noteOf({ state, stopReason, after, notBefore }: Job): string {
  if (stopReason !== null) return `stopped itself: ${plain(stopReason)}`;
  if (state !== "waiting") return "";
  const early = notBefore !== null && Date.parse(notBefore) > Date.now() ? [`not before ${soon(notBefore)}`] : [];
  return [...early, ...(after.length > 0 ? [`after ${after.join(",")}`] : [])].join(", ");
}

/** A time to come, without the date when it is today. */
function soon(time: string): string {
  const [today, when] = [moment(new Date().toISOString()), moment(time)];
  return when.slice(0, 10) === today.slice(0, 10) ? when.slice(11, 16) : when.slice(0, 16);
}

function countOrNothing(number: number): string {
  return number === 0 ? "" : count(number);
}

export const jobs = clientCommand(
  "jobs",
  {
    does: message`List jobs, newest first.`,
    examples: ["jobs", "jobs --state failed --owner ana", "jobs --name 'shot*beauty' --limit 1000", "jobs --watch"],
  },
  object({ wanted: filter, watching }),
  async (client, { wanted, watching }, print) => {
    if (watching) {
      checkLive(print.json, "jobs", "drqueue watch follows jobs line by line, drqueue jobs --json lists them");
      return watchJobs(client, wanted);
    }
    const found = await client.jobs(wanted);
    print(found, () => {
      if (found.length === 0) return "no jobs";
      const more =
        found.length === wanted.limit ? `${wanted.limit} shown; older ones: --before ${found.at(-1)!.id}\n` : "";
      return table(found, columnsOf(found), terminalWidth()) + more;
    });
  },
);

/** Without notes where there are none. */
function columnsOf(jobs: readonly Job[]): Column<Job>[] {
  return columns.filter(({ of }) => of !== noteOf || jobs.some((job) => noteOf(job) !== ""));
}

function watchJobs(client: Client, wanted: InferValue<typeof filter>): Promise<never> {
  const widest = new Map<string, number>();
  let noted = false;
  return live(
    client,
    // No more than can be seen, and one to know whether there are others.
    (client, { rows }) => client.jobs({ ...wanted, limit: Math.min(wanted.limit, rows) }),
    (found, room) => {
      const least = columnsOf(found);
      // A column that has been there stays: the others would jump.
      noted ||= least.length === columns.length;
      const lines = table(found, noted ? columns : least, room.columns, widest);
      const running = found.reduce((sum, { taskCounts }) => sum + taskCounts.running, 0);
      return {
        title: found.length === 0 ? "no jobs" : `newest jobs, ${count(running)} tasks running`,
        lines: found.length === 0 ? [] : fitting(lines, room, () => "older ones do not fit: --state and others choose"),
      };
    },
  );
}
