import { resolve } from "node:path";
import { object } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import type { InferValue, Parser } from "@optique/core/parser";
import { argument, flag, option } from "@optique/core/primitives";
import { choice, integer, string } from "@optique/core/valueparser";
import { PlainError } from "../../local/program";
import type { KindInfo } from "../../protocol";
import { exitRules } from "../../states";
import { type Command, clientCommand } from "../command";
import {
  frameText,
  jobName,
  kindName,
  orderText,
  ownerName,
  picturePattern,
  poolNames,
  slaveName,
  variable,
} from "../given";
import { jobFileIn, readJobFile, submitFile } from "../jobfile";
import { fieldOption, fieldOptions, type Given } from "../kind-fields";
import { failureOptions, failuresOf, limitOptions, limitsOf, meaningsOf, withMeanings } from "../limits";
import { notifyOf, notifyOptions } from "../notices";
import { outputOf, outputOptions } from "../output-rules";
import { present } from "../value";
import { waitForJobs } from "../wait";
import { whoami } from "../whoami";
import { workOf } from "../work";

/** An option that is not there when it is not given, as in a job file something else may stand; help shows what is usual. */
const usually = <T, S>(option: Parser<"sync" | "async", T, S>, usual: string) =>
  withDefault(option, undefined, { message: [text(usual)] });

const own = object({
  name: optional(option("--name", jobName, { description: message`Name of the job; else the program's or scene's.` })),
  kind: optional(
    option("--kind", kindName, {
      description: message`Kind of job, which writes the jobscript: drqueue kinds lists them, submit --kind NAME --help tells its fields.`,
    }),
  ),
  field: fieldOption,
  jobscript: optional(
    option("--jobscript", string({ metavar: "PATH" }), {
      description: message`A jobscript of your own or of the original; arguments for it stand after --.`,
    }),
  ),
  frames: usually(
    option("--frames", frameText, { description: message`Frames, as 1-100, 1-100x2, 10-1, 1,5,7-9.` }),
    "1",
  ),
  block: usually(
    option("--block", integer({ min: 1, max: 10_000, metavar: "N" }), { description: message`Frames per task.` }),
    "1",
  ),
  order: usually(
    option("--order", orderText, {
      description: message`forward, reverse, bisect, or coarse:N (every Nth task first).`,
    }),
    "forward",
  ),
  priority: usually(
    option("--priority", integer({ min: 0, max: 1_000_000, metavar: "N" }), {
      description: message`Higher goes first.`,
    }),
    "500",
  ),
  pool: usually(
    option("--pool", poolNames, { description: message`Pools of slaves that may run it, as maya,nuke.` }),
    "Default",
  ),
  blocked: multiple(
    option("--not-on", slaveName, {
      description: message`A slave that gets nothing of it; may be given several times.`,
    }),
  ),
  owner: optional(option("--owner", ownerName, { description: message`Whose job it is; else yours.` })),
  env: multiple(
    option("--env", variable, {
      description: message`A variable for the jobscript; may be given several times.`,
    }),
  ),
  pad: usually(
    option("--pad", integer({ min: 1, max: 12, metavar: "N" }), {
      description: message`Digits of a padded frame number.`,
    }),
    "4",
  ),
  folder: optional(
    option("--folder", string({ metavar: "FOLDER" }), {
      description: message`Working folder of the jobscript on the slaves; else the one you are in.`,
    }),
  ),
  pictures: optional(
    option("--output", picturePattern, {
      description: message`Where its pictures are, as /mnt/x/shot.####.png: # or %04d, {frame} and {padframe} stand for the frame. Else as its kind says, where that is sure.`,
    }),
  ),
  exitCodes: usually(
    option("--exit-codes", choice(exitRules), {
      description: message`strict: 0 is success; drqueue: as the original, any exit is.`,
    }),
    "strict",
  ),
  stopped: optional(flag("--stopped", { description: message`Submit without starting.` })),
  wait: optional(
    flag("--wait", {
      description: message`Wait until it has ended; exit code 0 only if every frame is finished, 1 if one failed, or it was deleted or stopped itself. Shows a bar on a terminal, else only the result.`,
    }),
  ),
  schema: optional(
    flag("--schema", { description: message`Print the JSON schema of job files, for editors; submits nothing.` }),
  ),
  progress: optional(
    flag("--progress", { description: message`Wait, and tell the progress in plain lines without a terminal too.` }),
  ),
});
const program = multiple(
  argument(string({ metavar: "PROGRAM ARGS" }), {
    description: message`A job file, .json or .yaml, or - for standard input. Or what to run for each task, after --. The words {frame}, {padframe}, {frames}, {job} and {task} are replaced in it.`,
  }),
);
const general = object({
  own,
  limits: limitOptions,
  failures: failureOptions,
  output: outputOptions,
  notices: notifyOptions,
  program,
});

/** The command, with the fields of the kind that was named as options. `behindDashes`: its words stand behind -- and are a program. */
export function submit(kind?: KindInfo, behindDashes = false): Command {
  const fields = fieldOptions(kind, general.usage);
  const all = object({ fields, general }) as Parser<
    "async",
    { fields: Given; general: InferValue<typeof general> },
    unknown
  >;
  return clientCommand(
    "submit",
    {
      does: message`Submit a job.`,
      more: message`The program is run once for each task, without a shell in between, with the frames in DRQUEUE_FRAME and its relatives. With a kind its jobscript is.`,
      examples: [
        "submit --frames 1-100x2 --name shot7 -- /mnt/scripts/shot7.sh",
        "submit --kind blender --scene /mnt/shot7.blend --frames 1-250",
        "submit --kind blender --help",
        "submit --frames 1-24 --output /mnt/x/shot.####.png -- /mnt/scripts/shot.sh",
        "submit --jobscript /mnt/jobs/shot7.blender --frames 1-24 --max-per-slave 1",
        "submit jobs.yaml --priority 900",
        "job 12 --export | sed s/1-100/1-200/ | drqueue submit -",
        "submit --frames 1-24 --block 4 --wait -- povray +Iscene.pov +K{frame} +Oimage.{padframe}.png",
      ],
    },
    all,
    async (client, { fields, general: { own, limits, failures, output, notices, program } }, print) => {
      const { wait, progress, name, folder, owner, field, jobscript } = own;
      const given = givenOf(own, { limits, failures, output, notices });
      const file = jobFileIn(program, behindDashes);
      if (file !== undefined) {
        const wrong = kind
          ? "--kind"
          : field.length > 0
            ? "--field"
            : jobscript !== undefined
              ? "--jobscript"
              : undefined;
        if (wrong) throw new PlainError(`either a job file or ${wrong}`, 2);
        const over = { ...given, ...present({ name, owner, folder: folder && resolve(folder) }) };
        const jobs = await readJobFile(file, over);
        const numbers = await submitFile(client, jobs);
        const said = numbers
          .map(({ id, job }) => `job ${job} submitted${id === undefined ? "" : `: ${id}`}`)
          .join("\n");
        if (!wait && !progress) {
          print(jobs.single ? { id: numbers[0]!.job } : { jobs: numbers }, () => said);
          return;
        }
        if (!print.json) process.stdout.write(`${said}\n`);
        return waitForJobs(
          client,
          numbers.map(({ job }) => job),
          progress === true,
          print,
        );
      }
      const work = workOf(kind, { options: fields, pairs: field }, jobscript, program);
      const { id } = await client.submit({
        ...given,
        ...work.given,
        name: name ?? work.name,
        owner: owner ?? whoami(),
        folder: resolve(folder ?? "."),
      });
      if (!wait && !progress) {
        print({ id }, () => `job ${id} submitted`);
        return;
      }
      if (!print.json) process.stdout.write(`job ${id} submitted\n`);
      return waitForJobs(client, [id], progress === true, print);
    },
    // Wants no master.
    async ({ general: { own } }) => {
      if (!own.schema) return false;
      const { jobFileSchema } = await import("../../jobfile");
      process.stdout.write(`${JSON.stringify(jobFileSchema(), null, 2)}\n`);
      return true;
    },
  );
}

type General = InferValue<typeof general>;

/** The settings that were given, without those that depend on what is submitted. */
function givenOf(own: General["own"], { limits, failures, output, notices }: Omit<General, "own" | "program">) {
  const { frames, block, order, priority, pool, pad, exitCodes, blocked, env, stopped, pictures } = own;
  const meanings = meaningsOf(failures);
  const rules = outputOf(output);
  const told = notifyOf(notices);
  return present({
    ...{ frames, block, order, priority, pool, pad, exitCodes, stopped, pictures },
    blocked: blocked.length > 0 ? [...blocked] : undefined,
    env: env.length > 0 ? Object.fromEntries(env) : undefined,
    ...limitsOf(limits),
    ...failuresOf(failures),
    exitMeanings: meanings && withMeanings({}, meanings),
    output: Object.keys(rules).length > 0 ? rules : undefined,
    notify: told.length > 0 ? told : undefined,
  });
}
