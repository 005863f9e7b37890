// The arguments that many commands take: job numbers, frames, slaves, pools. Each knows what to suggest to the shell.
import { lineBreak, type Message, message, text } from "@optique/core/message";
import { multiple } from "@optique/core/modifiers";
import type { Suggestion } from "@optique/core/parser";
import { argument } from "@optique/core/primitives";
import type { ValueParser } from "@optique/core/valueparser";
import type { z } from "zod";
import type { Client } from "../client";
import { eachFrame, frameCount, parseFrames } from "../frames";
import { dataFolder } from "../local/folder";
import { clientOf } from "../local/master-address";
import { parseOrder } from "../order";
import { Submission } from "../protocol";
import { plain } from "./table";

/** The most jobs one command names. */
const mostJobs = 10_000;

/** One or more job numbers in a word: `12`, `12,15`, `12-20`. */
export const jobList = value<number[]>({ metavar: "JOB", placeholder: [], read: jobsIn, suggest: recentJobs });

/** One job number. */
const oneJob = value<number>({
  metavar: "JOB",
  placeholder: 0,
  read(text) {
    const [job, another] = jobsIn(text);
    if (job === undefined || another !== undefined) throw new Error(`'${text}' is more than one job: name one`);
    return job;
  },
  suggest: recentJobs,
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
  read: (text) => checked(Submission.shape.pool, text),
  suggest: async (client) =>
    [...new Set((await client.slaves()).flatMap(({ pools }) => pools))].map((pool) => ({ text: pool, says: "" })),
});

/** The name of a job. */
export const jobName = value<string>({
  metavar: "NAME",
  placeholder: "",
  read(text) {
    if (text === "") throw new Error("a name may not be empty");
    return checked(Submission.shape.name, text);
  },
});

/** The fill order of a job. */
export const orderText = value<string>({
  metavar: "ORDER",
  placeholder: "",
  read(text) {
    parseOrder(text);
    return text;
  },
  suggest: async () => ["forward", "reverse", "bisect", "coarse:10"].map((order) => ({ text: order, says: "" })),
});

/** `NAME=VALUE` for a jobscript. */
export const variable = value<[name: string, value: string]>({
  metavar: "NAME=VALUE",
  placeholder: ["", ""],
  read(text) {
    const [, name, value] = /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(text) ?? [];
    if (name === undefined) throw new Error(`'${text}': write NAME=VALUE, a name of letters, digits and '_'`);
    return [name, value!];
  },
});

/** `JOB...`: one or more words of job numbers. */
export const jobsArgument = multiple(argument(jobList, { description: message`Jobs, as 12 or 12,15 or 12-20.` }), {
  min: 1,
  errors: { tooFew: message`name a job, as 12, or several, as 12,15 or 12-20.` },
});

/** `JOB`: one word of job numbers, followed by other arguments. */
export const jobArgument = argument(jobList, {
  description: message`A job, or several as 12,15 or 12-20.`,
  errors: { endOfInput: message`name a job, as 12.` },
});

/** `JOB` where only one makes sense. */
export const oneJobArgument = argument(oneJob, {
  description: message`A job.`,
  errors: { endOfInput: message`name a job, as 12.` },
});

/** `[FRAMES...]` after a job. */
export const framesArgument = multiple(
  argument(frameText, { description: message`Frames, as 5-10 or 1-100x5; after -- when the first is below 0.` }),
);

/** `SLAVE...`. */
export const slavesArgument = multiple(argument(slaveName, { description: message`Slaves, by name or number.` }), {
  min: 1,
  errors: { tooFew: message`name a slave: drqueue slaves lists them.` },
});

/** Several words of frames as one text; undefined when there are none. */
export function joined(frames: readonly string[]): string | undefined {
  return frames.length === 0 ? undefined : frames.join(",");
}

function jobsIn(text: string): number[] {
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
}

async function recentJobs(client: Client): Promise<{ text: string; says: string }[]> {
  return (await client.jobs({ limit: 50 })).map(({ id, name, state }) => ({
    text: `${id}`,
    says: `${name} (${state})`,
  }));
}

function checked(schema: z.ZodType<unknown, string | undefined>, text: string): string {
  const result = schema.safeParse(text);
  if (!result.success) throw new Error(result.error.issues[0]!.message);
  return text;
}

/** An error as the parser carries it. A caret needs its lines as they are. */
function linesOf(error: string): Message {
  return error
    .replace(/^frames: /, "")
    .split("\n")
    .flatMap((line, at) => (at === 0 ? [text(line)] : [lineBreak(), text(line)]));
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
        return { success: false, error: linesOf((error as Error).message) };
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
          if (text.startsWith(prefix))
            yield { kind: "literal", text, ...(says && { description: [{ type: "text", text: plain(says) }] }) };
        }
      },
    }),
  };
}
