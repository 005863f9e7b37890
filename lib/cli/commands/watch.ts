import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple } from "@optique/core/modifiers";
import { argument } from "@optique/core/primitives";
import type { Client } from "../../client";
import { clientCommand } from "../command";
import { follow, whyOver } from "../follow";
import { jobList } from "../given";

export const watch = clientCommand(
  "watch",
  {
    does: message`Show a live bar with rate and time left, of the jobs named or of all that run or wait, until they have ended or stopped themselves.`,
    more: message`The exit code is 0 only if every frame was finished.`,
    examples: ["watch 12", "watch"],
  },
  object({ jobs: multiple(argument(jobList, { description: message`Jobs, as 12 or 12-20.` })) }),
  async (client, { jobs }, print) => {
    const named = jobs.flat();
    const ids = named.length > 0 ? named : await notEnded(client);
    if (ids.length === 0) {
      print([], () => "all jobs have ended");
      return;
    }
    const ended = await follow(client, ids, { silent: print.json });
    print(ended, () => "");
    for (const job of ended) if (whyOver(job) !== "") process.stderr.write(`${whyOver(job)}\n`);
    return ended.every(({ state }) => state === "finished") ? 0 : 1;
  },
);

/** The jobs that run or wait, oldest first: a terminal has room for few, and those are next to end. */
async function notEnded(client: Client): Promise<number[]> {
  const found = await Promise.all((["running", "waiting"] as const).map((state) => client.jobs({ state, limit: 100 })));
  return found
    .flat()
    .map(({ id }) => id)
    .sort((a, b) => a - b);
}
