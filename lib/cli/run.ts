// The command line: all commands under one name.
import { group, longestMatch, or } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { parseAsync } from "@optique/core/parser";
import { command } from "@optique/core/primitives";
import { runProgram } from "../local/program";
import { type Command, examplesText, helpOf } from "./command";
import { finish, kill, proceed, remove, requeue, rerun, setJob, stop } from "./commands/actions";
import { frames } from "./commands/frames";
import { job } from "./commands/job";
import { jobs } from "./commands/jobs";
import { log } from "./commands/log";
import { disable, enable, set, showSlave, slaves } from "./commands/slaves";
import { submit } from "./commands/submit";
import { watch } from "./commands/watch";

const subjects: [title: string, commands: Command[]][] = [
  ["Jobs", [submit, jobs, job, watch, stop, proceed, rerun, setJob, remove]],
  ["Frames", [frames, log, requeue, kill, finish]],
  ["Slaves", [slaves, set, enable, disable]],
];

/** Runs one command line. `programs` are what starts a master and a slave. */
export async function runCli(args: readonly string[], programs: { master: Command; slave: Command }): Promise<void> {
  const master = command(
    "master",
    programs.master,
    helpOf({
      does: message`Start a master.`,
      more: message`It holds jobs and slaves, in the Postgres of DATABASE_URL or one of its own.`,
      examples: ["master", "master --data /srv/drqueue --logs /mnt/farm/logs"],
    }),
  );
  const slave = command("slave", await slaveParser(args, programs.slave), {
    ...helpOf({
      does: message`Start a slave; with names, show these slaves.`,
      more: message`A slave takes tasks from the master and runs their jobscripts. Ctrl-C lets running tasks end, a second one kills and requeues them.`,
      examples: ["slave --pool=maya,nuke --slots 2", "slave rack7", "slave rack7 rack8 --json"],
    }),
    usageLine: () => [
      {
        type: "exclusive",
        terms: [[{ type: "literal", value: "[options]" }], [{ type: "literal", value: "SLAVE..." }]],
      },
    ],
  });
  const all = [...subjects, ["Programs", [master, slave]] as const].map(([title, commands]) =>
    group(title, or(...(commands as [Command, Command]))),
  );
  await runProgram("drqueue", or(...(all as unknown as [Command, Command])) as Command, args, {
    brief: message`A render queue: shares out the frames of an animation among a studio's machines.`,
    footer: [
      ...examplesText([
        "submit --frames 1-100 --name shot7 --wait -- /mnt/scripts/shot7.sh",
        "jobs --state running",
        "requeue --help",
      ]),
    ],
  });
}

/**
 * What follows `slave`: names to show, or flags to start one. Decided by the arguments themselves, since a parser of both forgets
 * the name in `slave rack7 --slots 4` and starts a slave. Help and completion speak of both.
 */
async function slaveParser(args: readonly string[], start: Command): Promise<Command> {
  const [name, ...rest] = args;
  if (name !== "slave" || rest.includes("--help")) return longestMatch(showSlave, start) as Command;
  const shows = rest.some((word) => !word.startsWith("-")) && (await parseAsync(showSlave, rest)).success;
  return shows || (rest[0] !== undefined && !rest[0].startsWith("-")) ? showSlave : start;
}
