import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import type { Client } from "../../client";
import { PlainError } from "../../local/program";
import type { JobChange } from "../../submission";
import { clientCommand } from "../command";
import { fieldPair, jobName, jobsArgument, ownerName, picturePattern, poolNames, variable } from "../given";
import { failureOptions, failuresOf, limitOptions, limitsOf, type Meanings, meaningsOf, withMeanings } from "../limits";
import { present } from "../value";
import { each } from "./actions";

const own = object({
  name: optional(option("--name", jobName, { description: message`Its name.` })),
  priority: optional(
    option("--priority", integer({ min: 0, max: 1_000_000, metavar: "N" }), {
      description: message`Higher goes first.`,
    }),
  ),
  pool: optional(option("--pool", poolNames, { description: message`Pools of slaves that may run it, as maya,nuke.` })),
  owner: optional(option("--owner", ownerName, { description: message`Whose job it is.` })),
  pictures: optional(
    option("--output", picturePattern, {
      description: message`Where its pictures are, as /mnt/x/shot.####.png; '' takes back what was said.`,
    }),
  ),
  env: multiple(
    option("--env", variable, { description: message`A variable to add or change; may be given several times.` }),
  ),
  unset: multiple(
    option("--unset", string({ metavar: "NAME" }), {
      description: message`A variable to take away; may be given several times.`,
    }),
  ),
  field: multiple(
    option("--field", fieldPair, {
      description: message`A field of its kind to change; may be given several times. The jobscript stays as it is.`,
    }),
  ),
});

export const setJob = clientCommand(
  "set-job",
  {
    does: message`Change jobs; effective with the next task handed out.`,
    more: message`The word none takes a limit away. Lists, as of licences or of jobs to wait for, replace what was there.`,
    examples: [
      "set-job 12 --priority 900",
      "set-job 12-15 --pool night,maya --retries 1",
      "set-job 12 --max-slots none --not-before 22:00 --licence nuke:1",
      "set-job 12 --after none",
    ],
  },
  object({ jobs: jobsArgument, own, limits: limitOptions, failures: failureOptions }),
  (client, { jobs, own: { env, unset, field, ...same }, limits, failures }, print) => {
    const change: JobChange = {
      ...present(same),
      ...limitsOf(limits),
      ...failuresOf(failures),
      ...(field.length > 0 && { fields: Object.fromEntries(field) }),
    };
    const meanings = meaningsOf(failures);
    const parts: Parts = { env, unset, ...(meanings && { meanings }) };
    const partly = env.length + unset.length > 0 || meanings !== undefined;
    if (Object.keys(change).length === 0 && !partly)
      throw new PlainError("nothing to change: set-job 12 --priority 900", 2);
    return each(jobs.flat(), print, "changed", async (id) =>
      client.change(id, partly ? { ...change, ...(await partsOf(client, id, parts)) } : change),
    );
  },
);

type Parts = { env: readonly (readonly [string, string])[]; unset: readonly string[]; meanings?: Meanings };

/** What the wire takes only as a whole, with the parts that are to change put in. */
async function partsOf(client: Client, id: number, { env, unset, meanings }: Parts): Promise<JobChange> {
  const before = await client.job(id);
  const variables = Object.entries({ ...before.env, ...Object.fromEntries(env) });
  return {
    ...(env.length + unset.length > 0 && {
      env: Object.fromEntries(variables.filter(([name]) => !unset.includes(name))),
    }),
    ...(meanings && { exitMeanings: withMeanings(before.exitMeanings, meanings) }),
  };
}
