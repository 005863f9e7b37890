import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { integer } from "@optique/core/valueparser";
import { PlainError } from "../../local/program";
import { clientCommand } from "../command";
import { oneJob, slaveName } from "../given";
import { plain } from "../table";

export const why = clientCommand(
  "why",
  {
    does: message`Say why a job, a frame or a slave is not running.`,
    more: message`The answer comes from the same rules by which tasks are handed out.`,
    examples: ["why 12", "why 12 7", "why --slave rack7", "why 12 -- -5"],
  },
  object({
    job: optional(argument(oneJob, { description: message`A job.` })),
    frame: optional(argument(integer({ metavar: "FRAME" }), { description: message`One of its frames.` })),
    slave: optional(option("--slave", slaveName, { description: message`A slave, instead of a job.` })),
  }),
  async (client, { job, frame, slave }, print) => {
    if (job !== undefined && slave !== undefined) throw new PlainError("either a job or --slave", 2);
    if (job === undefined && slave === undefined)
      throw new PlainError("name a job, as in: drqueue why 12, or a slave: drqueue why --slave rack7", 2);
    const answer = slave !== undefined ? await client.whySlave(slave) : await client.why(job!, frame);
    print(answer, () => answer.text.split("\n").map(plain).join("\n"));
  },
);
