// The command line: all commands under one name.
import { group, longestMatch, or } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map } from "@optique/core/modifiers";
import { parseAsync } from "@optique/core/parser";
import { command, constant } from "@optique/core/primitives";
import { PlainError, runProgram, type Step } from "../local/program";
import type { KindInfo } from "../protocol";
import { type Command, examplesText, helpOf } from "./command";
import { block, finish, kill, proceed, remove, requeue, rerun, stop, unblock } from "./commands/actions";
import { backup } from "./commands/backup";
import { frames } from "./commands/frames";
import { install } from "./commands/install";
import { job } from "./commands/job";
import { jobs } from "./commands/jobs";
import { kind, kinds } from "./commands/kinds";
import { licence, licences } from "./commands/licences";
import { log } from "./commands/log";
import { masters } from "./commands/masters";
import { notify } from "./commands/notify";
import { owner, owners } from "./commands/owners";
import { page } from "./commands/page";
import { type Here, restore } from "./commands/restore";
import { clear, disable, drain, enable, set } from "./commands/set";
import { setJob } from "./commands/set-job";
import { showSlave, slaves } from "./commands/slaves";
import { submit } from "./commands/submit";
import { watch } from "./commands/watch";
import { why } from "./commands/why";
import { fieldWithoutKind, kindIn } from "./kind-fields";

/** All commands that speak to the master. `named`: the kind of job that the command line names. */
function subjects(args: readonly string[], here: Here, named?: KindInfo): [title: string, commands: Command[]][] {
  return [
    [
      "Jobs",
      [submit(named, args.includes("--")), jobs, job, why, watch, stop, proceed, rerun, setJob, block, unblock, remove],
    ],
    ["Frames", [frames, log, requeue, kill, finish]],
    ["Slaves", [slaves, set, enable, disable, drain, clear]],
    [
      "Farm",
      [page, kinds, kind(named), licences, licence, owners, owner, notify, masters, backup(here), restore(here)],
    ],
  ];
}

/** Runs one command line. `programs` are what starts a master and a slave, and what is done where a master is at home. */
export async function runCli(
  args: readonly string[],
  programs: { master: Command; slave: Command; here: Here },
): Promise<void> {
  let named: KindInfo | undefined;
  try {
    named = await kindIn(args);
  } catch (error) {
    // Which options there are cannot be said without the kind: the error is all that there is to tell.
    const told = map(constant(undefined), (): Step => () => Promise.reject(error));
    return runProgram("drqueue", told, [], about);
  }
  const without = named ? undefined : await fieldWithoutKind(args, () => submit().usage);
  if (without !== undefined) {
    const told = map(constant(undefined), (): Step => () => Promise.reject(new PlainError(without, 2)));
    return runProgram("drqueue", told, [], about);
  }
  const master = command(
    "master",
    programs.master,
    helpOf({
      does: message`Start a master.`,
      more: message`It holds jobs and slaves, in the Postgres of DATABASE_URL or one of its own. Prometheus reads its numbers at /metrics, with the token. Exit code: 0 stopped, 1 failed, 2 wrong usage.`,
      examples: ["master", "master --data /srv/drqueue --logs /mnt/farm/logs"],
    }),
  );
  const slave = command("slave", await slaveParser(args, programs.slave), {
    ...helpOf({
      does: message`Start a slave; with names, show these slaves.`,
      more: message`A slave takes tasks from the master and runs their jobscripts. Ctrl-C lets running tasks end, a second one kills and requeues them. Exit code: 0 stopped, 1 failed, 2 wrong usage.`,
      examples: ["slave --pool=maya,nuke --slots 2", "slave rack7", "slave rack7 rack8 --json"],
    }),
    usageLine: () => [
      {
        type: "exclusive",
        terms: [[{ type: "literal", value: "[options]" }], [{ type: "literal", value: "SLAVE..." }]],
      },
    ],
  });
  // Behind a -- there, flags are read as before it.
  const words = args[0] === "install" ? args.filter((word) => word !== "--") : args;
  const all = [
    ...subjects(args, programs.here, named),
    ["Programs", [master, slave, install(words, programs)]] as const,
  ].map(([title, commands]) => group(title, or(...(commands as [Command, Command]))));
  await runProgram("drqueue", or(...(all as unknown as [Command, Command])) as Command, words, about);
}

const about = {
  brief: message`A render queue: shares out the frames of an animation among a studio's machines.`,
  footer: [
    ...examplesText([
      "submit --frames 1-100 --name shot7 --wait -- /mnt/scripts/shot7.sh",
      "submit --kind blender --scene /mnt/shot7.blend --frames 1-250",
      "jobs --state running",
      "requeue --help",
    ]),
  ],
};

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
