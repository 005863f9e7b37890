import { once } from "node:events";
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { argument, flag, option } from "@optique/core/primitives";
import { integer } from "@optique/core/valueparser";
import { type Client, ClientError } from "../../client";
import { PlainError } from "../../local/program";
import { padFrame } from "../../logs";
import type { Frame, JobDetail } from "../../protocol";
import { clientCommand, type Print } from "../command";
import { isOver, whyOver } from "../follow";
import { followJob, followLog, type LogName, tellLines } from "../follow-logs";
import { oneJobArgument } from "../given";
import { paint } from "../table";

/** Of a whole job the last lines of so many runs are shown, those that run first. */
const most = { runs: 20, lines: 20, frames: 10_000 } as const;

export const log = clientCommand(
  "log",
  {
    does: message`Print the log of a frame, of its last attempt or of the one named.`,
    more: message`Without a frame: the last 20 lines of each frame that runs or has failed, of at most 20. With -f the logs of all frames as they run, until the job has ended, each line behind its frame; at most 64 at a time.`,
    examples: [
      "log 12 5",
      "log 12 5 -f",
      "log 12 5 --tail 50 -f",
      "log 12 5 --attempt 1",
      "log 12 -- -5",
      "log 12",
      "log -f 12",
    ],
  },
  object({
    job: oneJobArgument,
    frame: optional(argument(integer({ metavar: "FRAME" }), { description: message`The frame.` })),
    attempt: optional(
      option("--attempt", integer({ min: 1, metavar: "N" }), { description: message`Which attempt, from 1.` }),
    ),
    tail: optional(
      option("--tail", integer({ min: 1, max: 1_000_000, metavar: "N" }), {
        description: message`Begin with the last N lines.`,
      }),
    ),
    follow: optional(flag("-f", "--follow", { description: message`Go on until the frame, or the job, has ended.` })),
  }),
  async (client, { job, frame, attempt, tail, follow }, print) => {
    process.on("SIGINT", () => process.exit(130));
    if (frame === undefined) {
      if (attempt !== undefined) throw new PlainError("--attempt is of a frame: log 12 5 --attempt 1", 2);
      if (tail !== undefined) throw new PlainError("--tail is of a frame: log 12 5 --tail 50", 2);
      const now = await client.job(job);
      if (follow && !isOver(now)) await followAll(client, now, print);
      else await showLast(client, now, print);
      return;
    }
    const bytes = follow
      ? followLog(client, job, { frame, attempt: attempt ?? (await whenStarted(client, job, frame)) }, { tail })
      : (await client.log(job, frame, { tail, ...(attempt !== undefined && { attempt }) })).body;
    if (!bytes) return;
    if (print.json) {
      const text = await new Response(bytes as ReadableStream<Uint8Array>).text();
      print({ job, frame, log: text }, () => "");
      return;
    }
    for await (const piece of bytes) await write(piece);
  },
);

/** The attempt at a frame that may have to wait for its turn. */
async function whenStarted(client: Client, job: number, frame: number): Promise<number> {
  for (let told = false; ; told = true) {
    const [found] = (await client.frames(job, { frames: `${frame}` })).frames;
    if (found && found.attempt > 0) return found.attempt;
    if (!found) throw new ClientError(`job ${job} has no frame ${frame}`, 404);
    if (!told) process.stderr.write(`frame ${frame} of job ${job} has not been started yet: waiting\n`);
    await Bun.sleep(500);
  }
}

/** All that runs of a job, each line behind its frame, or as JSON. */
async function followAll(client: Client, { id, pad }: JobDetail, print: Print): Promise<void> {
  const ended = await followJob(client, id, {
    note: (text) => void process.stderr.write(`${text}\n`),
    line: (run, line) =>
      write(
        print.json
          ? `${JSON.stringify({ job: id, ...run, line })}\n`
          : `${paint(colourOf(run), padFrame(run.frame, pad))} ${printable(line)}\n`,
      ),
  });
  const why = whyOver(ended);
  if (why !== "") process.stderr.write(`${why}\n`);
}

/** The last lines of what runs and of what has failed. */
async function showLast(client: Client, job: JobDetail, print: Print): Promise<void> {
  const runs = await toShow(client, job);
  const shown: (LogName & { state: string; lines: string[] })[] = [];
  for (const { frame, attempt, state } of runs.slice(0, most.runs))
    shown.push({ frame, attempt, state, lines: await lastLines(client, job.id, { frame, attempt }) });
  print(shown, () => {
    if (runs.length === 0) return `nothing of job ${job.id} runs or has failed: drqueue log ${job.id} 5 shows frame 5`;
    const left = runs.length - shown.length;
    return [
      ...shown.map(({ frame, attempt, state, lines }) =>
        [paint("bold", `==> frame ${frame}, attempt ${attempt}, ${state} <==`), ...lines.map(printable), ""].join("\n"),
      ),
      ...(left > 0 ? [`${left} more run or have failed: drqueue frames ${job.id} lists them`] : []),
    ].join("\n");
  });
}

/** The first frame of each task that runs or has failed, those that run first. */
async function toShow(client: Client, { id, runningFrames, failedFrames }: JobDetail): Promise<Frame[]> {
  const found: Frame[] = [];
  for (const text of [runningFrames, failedFrames]) {
    if (text === "") continue;
    // The ranges of thousands of frames would be more than an address holds.
    const frames = text.length > 4000 ? text.slice(0, text.lastIndexOf(",", 4000)) : text;
    found.push(...(await client.frames(id, { frames, limit: most.frames })).frames);
  }
  const ofTasks = [...Map.groupBy(found, ({ task }) => task).values()].map(([first]) => first!);
  return ofTasks.filter(({ state, attempt }) => attempt > 0 && (state === "running" || state === "failed"));
}

async function lastLines(client: Client, job: number, { frame, attempt }: LogName): Promise<string[]> {
  const kept: string[] = [];
  try {
    const { body } = await client.log(job, frame, { attempt, tail: most.lines });
    if (body)
      await tellLines(body, async (line) => {
        kept.push(line);
        if (kept.length > most.lines) kept.shift();
      });
  } catch (error) {
    // A log that cannot be read must not hide the others.
    if (!(error instanceof ClientError)) throw error;
    kept.push(`(${error.message})`);
  }
  return kept;
}

let room: Promise<unknown> | undefined;

/** Writes to stdout, and waits while its reader is slower. */
async function write(text: string | Uint8Array): Promise<void> {
  if (process.stdout.write(text)) return;
  room ??= once(process.stdout, "drain").then(() => {
    room = undefined;
  });
  await room;
}

const colours = ["cyan", "green", "yellow", "magenta", "blue", "red"] as const;

/** Frames that run side by side differ. */
function colourOf({ frame }: LogName): (typeof colours)[number] {
  return colours[Math.abs(frame) % colours.length]!;
}

/** A line that can stand among others: with its colours, but without what would move about on the terminal. */
function printable(line: string): string {
  const kept = line
    .replace(/\x1b(?!\[[\d;]*m)(\[[\d;?]*[ -/]*[@-~]|\][^\x07\x1b]*(\x07|\x1b\\)?|.)?/g, "")
    .replace(/[\u0000-\u0008\u000b-\u001a\u001c-\u001f\u007f-\u009f]/g, " ");
  return kept.includes("\x1b") ? `${kept}\x1b[0m` : kept;
}
