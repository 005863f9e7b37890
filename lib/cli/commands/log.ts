import { once } from "node:events";
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { argument, flag, option } from "@optique/core/primitives";
import { integer } from "@optique/core/valueparser";
import { type Client, ClientError } from "../../client";
import { clientCommand } from "../command";
import { oneJobArgument } from "../given";

export const log = clientCommand(
  "log",
  {
    does: message`Print the log of a frame, of its last attempt or of the one named.`,
    examples: ["log 12 5", "log 12 5 -f", "log 12 5 --attempt 1", "log 12 -- -5"],
  },
  object({
    job: oneJobArgument,
    frame: argument(integer({ metavar: "FRAME" }), { description: message`The frame.` }),
    attempt: optional(
      option("--attempt", integer({ min: 1, metavar: "N" }), { description: message`Which attempt, from 1.` }),
    ),
    follow: optional(flag("-f", "--follow", { description: message`Go on until the frame has ended.` })),
  }),
  async (client, { job, frame, attempt, follow }, print) => {
    process.on("SIGINT", () => process.exit(130));
    const given = { ...(attempt !== undefined && { attempt }), follow: follow === true };
    const stream = (follow ? await whenStarted(client, job, frame, given) : await client.log(job, frame, given)).body;
    if (!stream) return;
    if (print.json) {
      print({ job: job, frame, log: await new Response(stream).text() }, () => "");
      return;
    }
    for await (const piece of stream) if (!process.stdout.write(piece)) await once(process.stdout, "drain");
  },
);

/** The log of a frame that may have to wait for its turn. */
async function whenStarted(client: Client, job: number, frame: number, given: object): Promise<Response> {
  for (let told = false; ; told = true) {
    try {
      return await client.log(job, frame, given);
    } catch (error) {
      if (!(error instanceof ClientError) || error.status !== 409) throw error;
      if (!told) process.stderr.write(`frame ${frame} of job ${job} has not been started yet: waiting\n`);
      await Bun.sleep(500);
    }
  }
}
