// Job files on the command line: found among the words, read, and sent.
import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import type { NewBatchJob, Submitted } from "../batch";
import { type Client, ClientError } from "../client";
import { PlainError } from "../local/program";
import { pointInTime } from "./times";
import { whoami } from "./whoami";

/** Jobs of a file; `single`: it holds one that is not in a list. */
export type FileOfJobs = { file: string; jobs: NewBatchJob[]; single: boolean };

/** The job file that these words of `submit` name, `-` for standard input; undefined when they are a program. Throws a PlainError. */
export function jobFileIn(words: readonly string[], behindDashes: boolean): string | undefined {
  const [file = "", another] = words;
  if (behindDashes || (file !== "-" && !/\.(json|ya?ml)$/i.test(file))) return undefined;
  if (another !== undefined)
    throw new PlainError(`'${another}' is one word too many: one job file at a time; write -- before a program`, 2);
  return file;
}

/** Reads a job file; what `over` has counts more than what the file says. Throws a PlainError in one line with file, job and field. */
export async function readJobFile(file: string, over: Partial<NewBatchJob>): Promise<FileOfJobs> {
  const text = await textOf(file);
  const name = file === "-" ? "standard input" : file;
  const isJson = file === "-" ? /^\s*[[{]/.test(text) : /\.json$/i.test(file);
  // Loaded only when needed: schemas take as long as all else at the start of the command line.
  const { jobsOf } = await import("../jobfile");
  try {
    const given = await parsed(text, isJson);
    const list = Array.isArray(given) ? given : (given as { jobs?: unknown } | null)?.jobs;
    const single = list === undefined;
    if (Array.isArray(list) && list.length > 1 && (over.frames ?? over.name ?? over.after) !== undefined)
      throw new Error("--frames, --name and what it waits for are of one job: write them into the file");
    const time = (text: string) => pointInTime(text, new Date()).toISOString();
    const here = file === "-" ? "." : dirname(file);
    const jobs = jobsOf(given, { time, over }).map((job) => ({
      ...job,
      owner: job.owner ?? whoami(),
      // A folder is meant as seen from the file.
      ...(job.folder !== undefined && { folder: folderFrom(here, job.folder) }),
    }));
    return { file: name, jobs, single };
  } catch (error) {
    throw new PlainError(`${name}: ${(error as Error).message}`, 2);
  }
}

/** Submits all jobs of a file, or none. What the master refuses is told with the file. */
export async function submitFile(client: Client, { file, jobs, single }: FileOfJobs): Promise<Submitted["jobs"]> {
  try {
    return await client.submitAll(jobs);
  } catch (error) {
    if (!(error instanceof ClientError) || error.status === undefined || error.status >= 500) throw error;
    const message = single ? error.message.replace(/^jobs\[0\](?: \([^)]*\))?: /, "") : error.message;
    throw new PlainError(`${file}: ${message}`, error.status === 400 ? 2 : 1);
  }
}

async function textOf(file: string): Promise<string> {
  if (file === "-") return (await Bun.stdin.text()).replace(/^\ufeff/, "");
  try {
    return readFileSync(file, "utf8").replace(/^\ufeff/, "");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT")
      throw new PlainError(`there is no job file ${file}; to run a program of this name write -- before it`, 2);
    throw new PlainError(`cannot read ${file} (${code})`, 2);
  }
}

async function parsed(text: string, isJson: boolean): Promise<unknown> {
  if (text.trim() === "") throw new Error("there is no job in it");
  try {
    return isJson ? JSON.parse(text) : Bun.YAML.parse(text);
  } catch (error) {
    const { message } = error as Error;
    throw new Error(
      (await faultWithLine(text, isJson)) ?? `does not read: ${message.replace(/^\w+ Parse error: /, "")}`,
    );
  }
}

/** What is wrong with a text, with its line: the parsers do not tell it, but the loader of modules, which has the same, does. */
async function faultWithLine(text: string, isJson: boolean): Promise<string | undefined> {
  const type = isJson ? "jsonc" : "yaml";
  try {
    await import(`data:text/plain;base64,${Buffer.from(text).toString("base64")}`, { with: { type } });
  } catch (error) {
    const first = (error instanceof AggregateError ? error.errors[0] : error) as Partial<BuildMessage>;
    if (first?.position) return `line ${first.position.line}: ${first.message}`;
  }
  return undefined;
}

function folderFrom(here: string, folder: string): string {
  return /^[A-Za-z]:|^\\\\/.test(folder) ? folder : resolve(here, folder);
}
