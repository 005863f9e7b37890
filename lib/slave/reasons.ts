// Why a run cannot be started and how it ended, in words for the person who submitted it.
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { describeCode } from "../logs";
import type { EndReason } from "../states";
import { platform } from "./platform";

/** The longest message that a report may carry. */
const longest = 500;

/** What of a message fits into a report: the master refuses longer ones. */
export function brief(message: string): string {
  if (message.length <= longest) return message;
  const half = longest / 2 - 2;
  // The beginning says what is wrong, the end what to do. A cut may go through a pair of surrogates.
  return `${message.slice(0, half)}...${message.slice(-half)}`.toWellFormed();
}

/** Why a jobscript cannot be started, in words; undefined when nothing speaks against it. */
export function whyNot(program: string, folder: string, path: string | undefined): string | undefined {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory())
    return `the working folder ${folder} does not exist on this slave`;
  if (!/[/\\]/.test(program))
    return Bun.which(program, { PATH: path ?? "" }) ? undefined : `there is no program ${program} in this slave's PATH`;
  const file = resolve(folder, program);
  const found = statSync(file, { throwIfNoEntry: false });
  if (!found) return `the jobscript ${file} does not exist on this slave`;
  if (found.isDirectory()) return `${file} is a folder, not a jobscript`;
  return platform.mayRun(file) ? undefined : `the jobscript ${file} may not be executed: chmod +x it`;
}

/** How a run ended, in words; undefined when it went well. */
export function explain(reason: EndReason, code: number | undefined, program: string): string | undefined {
  if (reason === "killed") return "killed on request";
  if (reason === "returned") return "given back: the slave is stopping";
  if (reason === "lost") return "its processes vanished without an exit status";
  if (code === 126 || code === 127)
    return `${program} could not be run (exit ${code}): it, its interpreter, or a program it calls is missing or not executable`;
  return code === 0 || code === undefined ? undefined : `exit ${describeCode(code)}`;
}
