// The command line: all commands under one name.
import { longestMatch, or } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { command } from "@optique/core/primitives";
import { runProgram } from "../local/program";
import { type Command, helpOf } from "./command";
import { finish, kill, proceed, remove, requeue, rerun, setJob, stop } from "./commands/actions";
import { frames } from "./commands/frames";
import { job } from "./commands/job";
import { jobs } from "./commands/jobs";
import { log } from "./commands/log";
import { disable, enable, set, showSlave, slaves } from "./commands/slaves";
import { submit } from "./commands/submit";
import { watch } from "./commands/watch";

const ofClient: Command[] = [
  submit,
  jobs,
  job,
  frames,
  log,
  watch,
  requeue,
  finish,
  kill,
  stop,
  proceed,
  rerun,
  remove,
  setJob,
  slaves,
  set,
  enable,
  disable,
];

/** Runs one command line. `programs` are what starts a master and a slave. */
export function runCli(args: readonly string[], programs: { master: Command; slave: Command }): Promise<void> {
  const master = command(
    "master",
    programs.master,
    helpOf({
      does: message`Start a master.`,
      more: message`It holds jobs and slaves, in the Postgres of DATABASE_URL or one of its own.`,
      examples: ["master", "master --data /srv/drqueue --logs /mnt/farm/logs"],
    }),
  );
  const slave = command(
    "slave",
    longestMatch(showSlave, programs.slave),
    helpOf({
      does: message`Start a slave; with names, show these slaves.`,
      more: message`A slave takes tasks from the master and runs their jobscripts. Ctrl-C lets running tasks end, a second one kills and requeues them.`,
      examples: ["slave --pool=maya,nuke --slots 2", "slave rack7"],
    }),
  );
  const all = or(...(ofClient as [Command, Command]), master, slave) as Command;
  return runProgram(
    "drqueue",
    all,
    args,
    message`A render queue: shares out the frames of an animation among a studio's machines.`,
  );
}
