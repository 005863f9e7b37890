import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { withDefault } from "@optique/core/modifiers";
import { option } from "@optique/core/primitives";
import { integer } from "@optique/core/valueparser";
import type { Frame } from "../../protocol";
import { clientCommand, terminalWidth } from "../command";
import { framesArgument, joined, oneJobArgument } from "../given";
import { type Column, gigabytes, plain, span, stateText, table } from "../table";

const columns: Column<Frame>[] = [
  { title: "FRAME", of: (frame) => `${frame.frame}`, right: true },
  { title: "STATE", of: (frame) => stateText(frame.state) },
  { title: "DONE", of: progress, right: true, spare: true },
  { title: "ATTEMPT", of: (frame) => (frame.attempt ? `${frame.attempt}` : ""), right: true, spare: true },
  { title: "SLAVE", of: (frame) => plain(frame.slave ?? ""), flexible: true },
  { title: "TIME", of: (frame) => (frame.seconds === null ? "" : span(frame.seconds)), right: true },
  { title: "CPU", of: (frame) => (frame.cpuSeconds === null ? "" : span(frame.cpuSeconds)), right: true, spare: true },
  { title: "MEMORY", of: (frame) => memory(frame.memoryMb), right: true, spare: true },
  { title: "LAST RUN", of: (frame) => frame.outcome ?? (frame.state === "running" ? "running" : ""), spare: true },
  { title: "WHAT HAPPENED", of: (frame) => plain(frame.message ?? ""), flexible: true },
];

/** Without the progress where nothing tells it. */
function columnsOf(frames: readonly Frame[]): Column<Frame>[] {
  return columns.filter(({ of }) => of !== progress || frames.some((frame) => progress(frame) !== ""));
}

function progress({ state, progress }: Frame): string {
  return state === "running" && progress !== null ? `${progress} %` : "";
}

function memory(megabytes: number | null): string {
  if (megabytes === null) return "";
  return megabytes < 1024 ? `${megabytes} MB` : `${gigabytes(megabytes)} GB`;
}

export const frames = clientCommand(
  "frames",
  {
    does: message`List the frames of a job with their last runs.`,
    examples: ["frames 12", "frames 12 5-10", "frames 12 --limit 10000 --json"],
  },
  object({
    job: oneJobArgument,
    frames: framesArgument,
    limit: withDefault(
      option("--limit", integer({ min: 1, max: 1_000_000, metavar: "N" }), { description: message`At most so many.` }),
      1000,
    ),
  }),
  async (client, { job, frames, limit }, print) => {
    const asked = joined(frames);
    const found: Frame[] = [];
    let after: number | undefined = 0;
    while (after !== undefined && found.length < limit) {
      const page = await client.frames(job, {
        ...(asked && { frames: asked }),
        after,
        limit: Math.min(10_000, limit - found.length),
      });
      found.push(...page.frames);
      after = page.next;
    }
    print(found, () => {
      if (found.length === 0) return `job ${job} has none of these frames`;
      return (
        table(found, columnsOf(found), terminalWidth()) +
        (after === undefined ? "" : `${found.length} shown; name others, or raise --limit\n`)
      );
    });
  },
);
