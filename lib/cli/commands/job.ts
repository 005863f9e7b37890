import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { clientCommand } from "../command";
import { describeJob } from "../describe-job";
import { jobsArgument } from "../given";

export const job = clientCommand(
  "job",
  {
    does: message`Show jobs with all their settings.`,
    more: message`Settings that are as usual are left out; --json has them all.`,
    examples: ["job 12", "job 12 --json"],
  },
  object({ jobs: jobsArgument }),
  async (client, { jobs }, print) => {
    const details = await Promise.all(jobs.flat().map((id) => client.job(id)));
    print(details.length === 1 ? details[0] : details, () => details.map(describeJob).join("\n"));
  },
);
