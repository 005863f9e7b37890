import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional, withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { choice, integer, string } from "@optique/core/valueparser";
import type { Job } from "../../protocol";
import { jobStates } from "../../states";
import { clientCommand, terminalWidth } from "../command";
import { poolName } from "../given";
import { age, bar, type Column, count, plain, stateText, table } from "../table";

const filter = object({
  state: optional(option("--state", choice(jobStates), { description: message`Only jobs in this state.` })),
  owner: optional(option("--owner", string({ metavar: "NAME" }), { description: message`Only jobs of this owner.` })),
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
function noteOf({ state, stopReason, after }: Job): string {
  if (stopReason !== null) return plain(stopReason);
  return state === "waiting" && after.length > 0 ? `after ${after.join(",")}` : "";
}

function countOrNothing(number: number): string {
  return number === 0 ? "" : count(number);
}

export const jobs = clientCommand(
  "jobs",
  {
    does: message`List jobs, newest first.`,
    examples: ["jobs", "jobs --state failed --owner ana", "jobs --name 'shot*beauty' --limit 1000"],
  },
  filter,
  async (client, wanted, print) => {
    const found = await client.jobs(wanted);
    print(found, () => {
      if (found.length === 0) return "no jobs";
      const more =
        found.length === wanted.limit ? `${wanted.limit} shown; older ones: --before ${found.at(-1)!.id}\n` : "";
      const told = columns.filter(({ of }) => of !== noteOf || found.some((job) => noteOf(job) !== ""));
      return table(found, told, terminalWidth()) + more;
    });
  },
);
