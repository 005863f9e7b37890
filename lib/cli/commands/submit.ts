import { statSync } from "node:fs";
import { basename, resolve, win32 } from "node:path";
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional, withDefault } from "@optique/core/modifiers";
import type { InferValue, Parser } from "@optique/core/parser";
import { argument, flag, option } from "@optique/core/primitives";
import { choice, integer, string } from "@optique/core/valueparser";
import { PlainError } from "../../local/program";
import type { KindInfo } from "../../protocol";
import { exitRules } from "../../states";
import type { Submission } from "../../submission";
import { type Command, clientCommand } from "../command";
import { follow } from "../follow";
import { frameText, jobName, kindName, orderText, ownerName, poolNames, slaveName, variable } from "../given";
import { fieldOption, fieldOptions, fieldsGiven, type Given, pathsFromHere, requireFields } from "../kind-fields";
import { failureOptions, failuresOf, limitOptions, limitsOf, meaningsOf, withMeanings } from "../limits";
import { outputOf, outputOptions } from "../output-rules";
import { whoami } from "../whoami";

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
  pool: withDefault(
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
});
const program = multiple(
  argument(string({ metavar: "PROGRAM ARGS" }), {
    description: message`What to run for each task, after --. The words {frame}, {padframe}, {frames}, {job} and {task} are replaced in it.`,
  }),
);
const general = object({ own, limits: limitOptions, failures: failureOptions, output: outputOptions, program });

/** The command, with the fields of the kind that was named as options. */
export function submit(kind?: KindInfo): Command {
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
        "submit --jobscript /mnt/jobs/shot7.blender --frames 1-24 --max-per-slave 1",
        "submit --frames 1-24 --block 4 --wait -- povray +Iscene.pov +K{frame} +Oimage.{padframe}.png",
      ],
    },
    all,
    async (client, { fields, general: { own, limits, failures, output, program } }, print) => {
      const { env, wait, stopped, name, owner, folder, field, jobscript, kind: _, ...rest } = own;
      const work = workOf(kind, { options: fields, pairs: field }, jobscript, program);
      const { id } = await client.submit({
        ...rest,
        blocked: [...rest.blocked],
        ...limitsOf(limits),
        ...failuresOf(failures),
        exitMeanings: withMeanings({}, meaningsOf(failures) ?? {}),
        output: outputOf(output),
        ...work.given,
        name: name ?? work.name,
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
}

type Work = { name: string; given: Pick<Submission, "kind" | "command"> & { fields?: Submission["fields"] } };

/** What the job runs: a kind's jobscript, one that is there already, or a program. */
function workOf(
  kind: KindInfo | undefined,
  fields: { options: Given; pairs: readonly (readonly [string, string])[] },
  jobscript: string | undefined,
  program: readonly string[],
): Work {
  if (kind && jobscript !== undefined) throw new PlainError("either --kind or --jobscript", 2);
  if (kind) {
    if (program[0] !== undefined)
      throw new PlainError(`'${program[0]}' is one word too many: --kind ${kind.name} knows its program`, 2);
    const given = pathsFromHere(kind, fieldsGiven(kind, fields.options, fields.pairs));
    requireFields(kind, given);
    return { name: nameOfScene(kind, given), given: { kind: kind.name, fields: given } };
  }
  if (fields.pairs.length > 0) throw new PlainError("--field is for a kind: name it in --kind", 2);
  if (jobscript !== undefined) {
    const path = /^[A-Za-z]:|^\\\\/.test(jobscript) ? jobscript : resolve(jobscript);
    checkScript(path);
    return { name: fileName(path), given: { command: [path, ...program] } };
  }
  if (program.length === 0)
    throw new PlainError(
      "name the program to run, as in: drqueue submit --frames 1-10 -- program args (or a --kind, or a --jobscript)",
      2,
    );
  return { name: fileName(program[0]!), given: { command: [...program] } };
}

/** A script that is not here may be on the slaves; one that is here tells what will go wrong there. */
function checkScript(path: string): void {
  const file = statSync(path, { throwIfNoEntry: false });
  if (file?.isDirectory()) throw new PlainError(`--jobscript: ${path} is a folder`, 2);
  if (file && process.platform !== "win32" && (file.mode & 0o111) === 0)
    throw new PlainError(`--jobscript: ${path} may not be run: chmod +x ${path}`, 2);
}

function nameOfScene(kind: KindInfo, fields: Submission["fields"]): string {
  const scene = fields.scene ?? kind.fields.map(({ name, path }) => path && fields[name]).find(Boolean);
  return scene === undefined || scene === "" ? kind.name : fileName(`${scene}`);
}

/** The last part of a path of either system, fit for the name of a job. */
function fileName(path: string): string {
  const last = /^[A-Za-z]:|^\\\\/.test(path) ? win32.basename(path) : basename(path);
  return (
    last
      .toWellFormed()
      .replace(/[\u0000-\u001f\u007f-\u009f]+/g, " ")
      .slice(0, 200)
      .toWellFormed() || "job"
  );
}
