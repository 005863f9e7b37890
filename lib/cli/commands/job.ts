import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import type { JobDetail } from "../../protocol";
import { clientCommand, terminalWidth } from "../command";
import { jobsArgument } from "../given";
import { count, cut, facts, moment, plain, span, stateText } from "../table";

export const job = clientCommand(
  "job",
  { does: message`Show jobs with all their settings.`, examples: ["job 12", "job 12 --json"] },
  object({ jobs: jobsArgument }),
  async (client, { jobs }, print) => {
    const details = await Promise.all(jobs.flat().map((id) => client.job(id)));
    print(details.length === 1 ? details[0] : details, () => details.map(describe).join("\n"));
  },
);

function describe(job: JobDetail): string {
  const { total, waiting, running, finished, failed } = job.frameCounts;
  const width = terminalWidth() - 12;
  const pairs: [string, string][] = [
    ["job", `${job.id} ${plain(job.name)}`],
    ["state", stateText(job.state) + (job.stopped && job.state !== "stopped" ? " (stopped)" : "")],
    ["frames", `${cut(job.frames, width)}  (${count(total)})`],
    ["", `${count(finished)} finished, ${count(running)} running, ${count(waiting)} waiting, ${count(failed)} failed`],
    ["running", cut(job.runningFrames, width)],
    ["failed", cut(job.failedFrames, width)],
    ["tasks", `${count(job.taskCounts.total)} of ${job.block} frame${job.block === 1 ? "" : "s"}, ${job.order}`],
    ["command", cut(plain(job.command.map(shellWord).join(" ")), 2000)],
    ["folder", plain(job.folder ?? "")],
    [
      "variables",
      plain(
        Object.entries(job.env)
          .map(([name, value]) => `${name}=${value}`)
          .join(" "),
      ),
    ],
    ["owner", plain(job.owner)],
    ["pool", job.pool],
    ["priority", `${job.priority}`],
    ["retries", `${job.retries}${job.exitCodes === "drqueue" ? " (exit codes as the original)" : ""}`],
    ["submitted", moment(job.submittedAt)],
    ["started", moment(job.startedAt)],
    ["ended", moment(job.endedAt)],
    ["a frame", job.frameSeconds === null ? "" : `${span(job.frameSeconds)} on average`],
    ["logs", job.logFolder],
  ];
  return facts(pairs.filter(([name, value]) => value !== "" || name === "state"));
}

/** A word as one would type it to a shell. */
function shellWord(word: string): string {
  return /^[\w@%+=:,./{}-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
