import { userInfo } from "node:os";
import { basename, resolve } from "node:path";
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import { argument, flag, option } from "@optique/core/primitives";
import { choice, integer, string } from "@optique/core/valueparser";
import { exitRules } from "../../states";
import { clientCommand } from "../command";
import { follow } from "../follow";
import { frameText, jobName, orderText, poolName, variable } from "../given";

const fields = object({
  name: optional(option("--name", jobName, { description: message`Name of the job; else the program's.` })),
  frames: withDefault(
    option("--frames", frameText, { description: message`Frames, as 1-100, 1-100x2, 10-1, 1,5,7-9.` }),
    "1",
  ),
  block: withDefault(
    option("--block", integer({ min: 1, max: 10_000, metavar: "N" }), { description: message`Frames per task.` }),
    1,
  ),
  order: withDefault(
    option("--order", orderText, {
      description: message`forward, reverse, bisect, or coarse:N (every Nth task first).`,
    }),
    "forward",
  ),
  priority: withDefault(
    option("--priority", integer({ min: 0, max: 1_000_000, metavar: "N" }), {
      description: message`Higher goes first.`,
    }),
    500,
  ),
  pool: withDefault(option("--pool", poolName, { description: message`Pool of slaves that may run it.` }), "Default"),
  owner: optional(
    option("--owner", string({ metavar: "NAME" }), { description: message`Whose job it is; else yours.` }),
  ),
  env: multiple(
    option("--env", variable, {
      description: message`A variable for the jobscript; may be given several times.`,
    }),
  ),
  retries: withDefault(
    option("--retries", integer({ min: 0, max: 1000, metavar: "N" }), {
      description: message`How often a failed task is tried again.`,
    }),
    3,
  ),
  pad: withDefault(
    option("--pad", integer({ min: 1, max: 12, metavar: "N" }), {
      description: message`Digits of a padded frame number.`,
    }),
    4,
  ),
  folder: optional(
    option("--folder", string({ metavar: "FOLDER" }), {
      description: message`Working folder of the jobscript on the slaves; else the one you are in.`,
    }),
  ),
  exitCodes: withDefault(
    option("--exit-codes", choice(exitRules), {
      description: message`strict: 0 is success; drqueue: as the original, any exit is.`,
    }),
    "strict" as const,
  ),
  stopped: optional(flag("--stopped", { description: message`Submit without starting.` })),
  wait: optional(
    flag("--wait", {
      description: message`Show its progress until it has ended; exit code 0 only if every frame is finished.`,
    }),
  ),
  program: multiple(
    argument(string({ metavar: "PROGRAM ARGS" }), {
      description: message`What to run for each task, after --. The words {frame}, {padframe}, {frames}, {job} and {task} are replaced in it.`,
    }),
    {
      min: 1,
      errors: { tooFew: message`name the program to run, as in: drqueue submit --frames 1-10 -- program args` },
    },
  ),
});

export const submit = clientCommand(
  "submit",
  {
    does: message`Submit a job.`,
    more: message`The program is run once for each task, without a shell in between, with the frames in DRQUEUE_FRAME and its relatives.`,
    examples: [
      "submit --frames 1-100x2 --name shot7 -- /mnt/scripts/shot7.sh",
      "submit --frames 1-24 --block 4 --wait -- povray +Iscene.pov +K{frame} +Oimage.{padframe}.png",
    ],
  },
  fields,
  async (client, { program, env, wait, stopped, name, owner, folder, ...rest }, print) => {
    const { id } = await client.submit({
      ...rest,
      command: [...program],
      name: name ?? basename(program[0]!),
      owner: owner ?? whoami(),
      env: Object.fromEntries(env),
      folder: resolve(folder ?? "."),
      stopped: stopped === true,
    });
    if (!wait) {
      print({ id }, () => `job ${id} submitted`);
      return;
    }
    if (!print.json) process.stdout.write(`job ${id} submitted\n`);
    const [job] = await follow(client, [id], { silent: print.json });
    print(job, () => "");
    if (job!.state === "finished") return 0;
    process.stderr.write(`what happened: drqueue frames ${id}, and drqueue log ${id} FRAME\n`);
    return 1;
  },
);

/** The name of the person at the keyboard; Bun knows it only from the environment, which cron and containers leave empty. */
function whoami(): string {
  const named = process.env.USER || process.env.LOGNAME || process.env.USERNAME;
  if (named) return named;
  const { username, uid } = userInfo();
  if (username && username !== "unknown") return username;
  const id = process.platform === "win32" ? "" : Bun.spawnSync(["id", "-un"]).stdout.toString().trim();
  return id || `${uid}`;
}
