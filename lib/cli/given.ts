// The arguments that many commands take: job numbers, frames, slaves, pools. Each knows what to suggest to the shell.
import { message } from "@optique/core/message";
import { multiple } from "@optique/core/modifiers";
import { argument } from "@optique/core/primitives";
import type { Client } from "../client";
import { eachFrame, frameCount, parseFrames } from "../frames";
import { parseOrder } from "../order";
import { patternProblem } from "../pictures";
import { checked, type Offer, value } from "./value";

/** The most jobs one command names. */
const mostJobs = 10_000;

/** One or more job numbers in a word: `12`, `12,15`, `12-20`. */
export const jobList = value<number[]>({ metavar: "JOB", placeholder: [], read: jobsIn, suggest: recentJobs });

/** One job number. */
export const oneJob = value<number>({
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

/** Where pictures are; nothing takes away what was said before. */
export const picturePattern = value<string | null>({
  metavar: "PATTERN",
  placeholder: null,
  read(text) {
    const problem = text === "" ? undefined : patternProblem(text);
    if (problem) throw new Error(`'${text}': ${problem}`);
    return text || null;
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
  read(text) {
    if (text.includes(",")) throw new Error(`'${text}' is more than one pool: name one`);
    return checked(({ Submission }) => Submission.shape.pool.unwrap(), text);
  },
  suggest: pools,
});

/** Names of pools, with commas between. */
export const poolNames = value<string>({
  metavar: "POOLS",
  placeholder: "",
  read: (text) => checked(({ Submission }) => Submission.shape.pool.unwrap(), text),
  suggest: pools,
  several: true,
});

/** Names of pools with commas between, or changes of them with + and - in front. */
export const poolChanges = value<string>({
  metavar: "POOLS",
  placeholder: "",
  read: (text) => text,
  suggest: pools,
  several: true,
  signed: true,
});

/** The name of a licence. */
export const licenceName = value<string>({
  metavar: "LICENCE",
  placeholder: "",
  read: (text) => checked(({ licenceName }) => licenceName, text),
  suggest: licences,
});

/** A licence and how many of it: `nuke`, `nuke:2`. */
export const licenceUse = value<[name: string, count: number]>({
  metavar: "LICENCE[:N]",
  placeholder: ["", 1],
  async read(text) {
    const [, name, digits = "1"] = /^([^:]*)(?::(\d{1,4}))?$/.exec(text) ?? [];
    const count = Number(digits);
    if (name === undefined || count < 1 || count > 1000)
      throw new Error(`'${text}': write nuke, or nuke:2 for two of them`);
    return [await checked(({ licenceName }) => licenceName, name), count];
  },
  suggest: licences,
});

/** Somebody who has jobs. */
export const ownerName = value<string>({
  metavar: "NAME",
  placeholder: "",
  read: (text) => checked(({ Submission }) => Submission.shape.owner.unwrap(), text),
  suggest: async (client) => (await client.owners()).map(({ name }) => ({ text: name, says: "" })),
});

/** The name of a kind of job. */
export const kindName = value<string>({
  metavar: "KIND",
  placeholder: "",
  read(text) {
    if (!/^[a-z0-9-]{1,40}$/.test(text)) throw new Error(`'${text}' is not a kind: drqueue kinds lists them`);
    return text;
  },
  suggest: async (client) => (await client.kinds()).map(({ name, title }) => ({ text: name, says: title })),
  otherwise: async () => {
    const { builtinKinds } = await import("../kinds");
    return builtinKinds.map(({ name, title }) => ({ text: name, says: title }));
  },
});

/** The name of a job. */
export const jobName = value<string>({
  metavar: "NAME",
  placeholder: "",
  read(text) {
    if (text === "") throw new Error("a name may not be empty");
    return checked(({ Submission }) => Submission.shape.name, text);
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
  otherwise: async () => ["forward", "reverse", "bisect", "coarse:10"].map((order) => ({ text: order, says: "" })),
});

/** `NAME=VALUE` of a kind's field. */
export const fieldPair = value<[name: string, value: string]>({
  metavar: "NAME=VALUE",
  placeholder: ["", ""],
  read(text) {
    const [, name, value] = /^([A-Za-z][A-Za-z0-9_-]{0,63})=(.*)$/s.exec(text) ?? [];
    if (name === undefined) throw new Error(`'${text}': write NAME=VALUE, a field and what it is to be`);
    return [name, value!];
  },
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

/** `FRAMES...`, where there must be some. */
export const neededFramesArgument = multiple(
  argument(frameText, { description: message`Frames, as 5-10 or 1-100x5; after -- when the first is below 0.` }),
  { min: 1, errors: { tooFew: message`name the frames, as in finish 12 5-10.` } },
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

async function licences(client: Client): Promise<Offer[]> {
  return (await client.licences()).map(({ name, used, total }) => ({ text: name, says: `${used} of ${total} used` }));
}

async function pools(client: Client): Promise<Offer[]> {
  const all = (await client.slaves()).flatMap(({ settings }) => settings.pools);
  return [...new Set(all)].map((pool) => ({ text: pool, says: "" }));
}

async function recentJobs(client: Client): Promise<Offer[]> {
  return (await client.jobs({ limit: 50 })).map(({ id, name, state }) => ({
    text: `${id}`,
    says: `${name} (${state})`,
  }));
}
