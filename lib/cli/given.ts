// The arguments that many commands take: job numbers, frames, slaves, pools. Each knows what to suggest to the shell.
import { message } from "@optique/core/message";
import { multiple } from "@optique/core/modifiers";
import type { Suggestion } from "@optique/core/parser";
import { argument } from "@optique/core/primitives";
import type { ValueParser } from "@optique/core/valueparser";
import type { Client } from "../client";
import { eachFrame, FrameTextError, frameCount, parseFrames } from "../frames";
import { dataFolder } from "../local/folder";
import { clientOf } from "../local/master-address";

/** The most jobs one command names. */
const mostJobs = 10_000;

/** One or more job numbers in a word: `12`, `12,15`, `12-20`. */
export const jobList = value<number[]>({
  metavar: "JOB",
  placeholder: [],
  read(text) {
    let spans: ReturnType<typeof parseFrames>;
    try {
      spans = parseFrames(text);
    } catch {
      throw new Error(`'${text}' is not a job number: write 12, or 12,15 or 12-20 for several`);
    }
    if (frameCount(spans) > mostJobs) throw new Error(`at most ${mostJobs} jobs at once`);
    const jobs = [...eachFrame(spans)];
    if (jobs.some((job) => job < 1)) throw new Error("job numbers begin at 1");
    return jobs;
  },
  suggest: async (client) =>
    (await client.jobs({ limit: 50 })).map(({ id, name, state }) => ({ text: `${id}`, says: `${name} (${state})` })),
});

/** Frames as text; checked here so that the caret shows before anything is sent. */
export const frameText = value<string>({
  metavar: "FRAMES",
  placeholder: "",
  read(text) {
    parseFrames(text);
    return text;
  },
});

/** The name of a slave, or its number. */
export const slaveName = value<string>({
  metavar: "SLAVE",
  placeholder: "",
  read: (text) => text,
  suggest: async (client) => (await client.slaves()).map(({ name, state }) => ({ text: name, says: state })),
});

/** The name of a pool. */
export const poolName = value<string>({
  metavar: "POOL",
  placeholder: "",
  read: (text) => text,
  suggest: async (client) =>
    [...new Set((await client.slaves()).flatMap(({ pools }) => pools))].map((pool) => ({ text: pool, says: "" })),
});

/** `JOB...`: one or more words of job numbers. */
export const jobsArgument = multiple(argument(jobList, { description: message`Jobs, as 12 or 12,15 or 12-20.` }), {
  min: 1,
});

/** `JOB`: one word of job numbers, followed by other arguments. */
export const jobArgument = argument(jobList, { description: message`A job, or several as 12,15 or 12-20.` });

/** `[FRAMES...]` after a job. */
export const framesArgument = multiple(
  argument(frameText, { description: message`Frames, as 5-10 or 1-100x5; after -- when the first is below 0.` }),
);

/** `SLAVE...`. */
export const slavesArgument = multiple(argument(slaveName, { description: message`Slaves, by name or number.` }), {
  min: 1,
});

/** Several words of frames as one text; undefined when there are none. */
export function joined(frames: readonly string[]): string | undefined {
  return frames.length === 0 ? undefined : frames.join(",");
}

function value<T>(how: {
  metavar: string;
  placeholder: T;
  read: (text: string) => T;
  suggest?: (client: Client) => Promise<{ text: string; says: string }[]>;
}): ValueParser<"async", T> {
  const { suggest } = how;
  return {
    mode: "async",
    metavar: how.metavar as "JOB",
    placeholder: how.placeholder,
    async parse(input) {
      try {
        return { success: true, value: how.read(input) };
      } catch (error) {
        const text =
          error instanceof FrameTextError ? `${error.reason}: ${input.slice(0, 60)}` : (error as Error).message;
        return { success: false, error: [{ type: "text", text }] };
      }
    },
    format: String,
    ...(suggest && {
      async *suggest(prefix: string): AsyncGenerator<Suggestion> {
        // A shell that completes must not be kept waiting, nor be told of errors.
        const given = await Promise.race([suggest(clientOf(dataFolder())), Bun.sleep(1000).then(() => [])]).catch(
          () => [],
        );
        for (const { text, says } of given) {
          if (text.startsWith(prefix)) yield { kind: "literal", text, ...(says && { description: message`${says}` }) };
        }
      },
    }),
  };
}
