import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple } from "@optique/core/modifiers";
import { argument } from "@optique/core/primitives";
import { hasEnded } from "../../states";
import { clientCommand } from "../command";
import { follow } from "../follow";
import { jobList } from "../given";

export const watch = clientCommand(
  "watch",
  {
    does: message`Show a live bar with rate and time left, of the jobs named or of all that have not ended, until they have.`,
    more: message`The exit code is 0 only if every frame was finished.`,
    examples: ["watch 12", "watch"],
  },
  object({ jobs: multiple(argument(jobList, { description: message`Jobs, as 12 or 12-20.` })) }),
  async (client, { jobs }, print) => {
    const named = jobs.flat();
    const ids =
      named.length > 0
        ? named
        : (await client.jobs({ limit: 200 })).filter(({ state }) => !hasEnded(state)).map(({ id }) => id);
    if (ids.length === 0) {
      print([], () => "all jobs have ended");
      return;
    }
    const ended = await follow(client, ids, { silent: print.json });
    print(ended, () => "");
    return ended.every(({ state }) => state === "finished") ? 0 : 1;
  },
);
