import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { flag } from "@optique/core/primitives";
import type { Client } from "../../client";
import { clientCommand } from "../command";
import { describeJob } from "../describe-job";
import { jobsArgument } from "../given";

export const job = clientCommand(
  "job",
  {
    does: message`Show jobs with all their settings.`,
    more: message`Settings that are as usual are left out; --json has them all.`,
    examples: ["job 12", "job 12 --json", "job 12-14 --export > jobs.json", "job 12 --export --yaml"],
  },
  object({
    jobs: jobsArgument,
    asFile: optional(
      flag("--export", { description: message`Print a job file that submits them again, without what is as usual.` }),
    ),
    yaml: optional(flag("--yaml", { description: message`Print that file as YAML.` })),
  }),
  async (client, { jobs, asFile, yaml }, print) => {
    const ids = jobs.flat();
    if (asFile || yaml) {
      const file = await exportedFile(client, ids);
      process.stdout.write(`${yaml ? Bun.YAML.stringify(file, null, 2) : JSON.stringify(file, null, 2)}\n`);
      return;
    }
    const details = await Promise.all(ids.map((id) => client.job(id)));
    print(details.length === 1 ? details[0] : details, () => details.map(describeJob).join("\n"));
  },
);

/** The content of a job file with these jobs. */
async function exportedFile(client: Client, ids: readonly number[]): Promise<object> {
  // Loaded only when needed, as it brings the schemas.
  const { fileOf } = await import("../../exported");
  const numbers = [...new Set(ids)];
  return fileOf(await Promise.all(numbers.map(async (number) => ({ number, job: await client.exportJob(number) }))));
}
