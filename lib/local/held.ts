// Programs that end when this one does, however it ends: Postgres under a master, master and slave under `npm start`.
import { closeSync, openSync, statSync } from "node:fs";
import { within } from "./deadline";

const stopDeadlineMs = 30_000;

/** A program under its shell parent. `exited` is the program's exit code, 128 and the signal's number if one ended it. */
export type Held = { pid: number; shell: number; exited: Promise<number>; letGo(): void; logStart: number };

/**
 * Runs "$@" and sends it a signal when our end of the pipe on fd 0 closes, which it also does when we are killed.
 * - A command sent to the background gets /dev/null as fd 0, so the pipe is moved to fd 3 first.
 * - The first line written is the program's pid; all later output belongs in the log.
 * - A signal meant for us that reaches the whole group or cgroup must not end the shell or the watcher before the program.
 * - The watcher is blocked in a read and would outlive the program: the shell kills it, so that nothing is left.
 */
const heldByPipe = `
trap '' HUP INT TERM
exec 3<&0 </dev/null
signal=$1
shift
"$@" 3<&- >&2 &
program=$!
echo "$program"
exec >&2
{ read -r _ <&3; kill -"$signal" "$program"; } 2>/dev/null &
watcher=$!
exec 3<&-
wait "$program"
status=$?
{ kill -KILL "$watcher"; wait "$watcher"; } 2>/dev/null
exit "$status"
`;

/** How a program is held. `log`: the file its output is appended to. Without `env` it gets hardly any variables. */
export type Hold = {
  log: string;
  runAs?: { uid: number; gid: number } | undefined;
  env?: Record<string, string | undefined>;
  /** What ends it when we are gone. */
  signal?: "INT" | "TERM";
};

/** Starts a program that ends when we do, with its output appended to the log. */
export async function hold({ log: file, runAs, env, signal = "INT" }: Hold, command: string[]): Promise<Held> {
  const log = openSync(file, "a", 0o600);
  const logStart = statSync(file).size;
  try {
    const shell = Bun.spawn(["/bin/sh", "-c", heldByPipe, "sh", signal, ...command], {
      ...(runAs && { uid: runAs.uid, gid: runAs.gid }),
      stdin: "pipe",
      stdout: "pipe",
      stderr: log,
      // A group of its own: Ctrl-C in the terminal is for us, who still need it while shutting down.
      detached: true,
      // Ours may be closed to that user. Nor are variables such as PG* for it: they are about other servers.
      cwd: "/",
      env: env ?? { PATH: process.env.PATH ?? "/usr/bin:/bin", LC_ALL: "C" },
    });
    const pid = Number.parseInt(await new Response(shell.stdout).text(), 10);
    const letGo = () => void shell.stdin.end();
    // Should somebody have killed the shell alone, the watcher is still there to end the program.
    shell.exited.then(letGo);
    return { pid, shell: shell.pid, exited: shell.exited, letGo, logStart };
  } finally {
    closeSync(log);
  }
}

/** Interrupts the program and waits for it, 30 s at most, then ends it by QUIT (Postgres: without a checkpoint), then by force. */
export async function end({ pid, shell, exited, letGo }: Held): Promise<void> {
  letGo();
  if (await within(stopDeadlineMs, exited)) return;
  signal(pid, "SIGQUIT");
  if (await within(5_000, exited)) return;
  signal(-shell, "SIGKILL");
  await exited;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended a moment ago.
  }
}
