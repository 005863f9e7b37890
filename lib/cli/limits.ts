// What submit and set-job share: where and when a job may run, and what happens when it fails.
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { flag, option } from "@optique/core/primitives";
import { integer } from "@optique/core/valueparser";
import { eachFrame, frameCount, parseFrames } from "../frames";
import { PlainError, size } from "../local/program";
import type { ExitCodes } from "../rules";
import type { Need } from "../states";
import type { Submission } from "../submission";
import { jobList, licenceUse } from "./given";
import { pointInTime } from "./times";
import { checked, orNone, present, timeSpan, value } from "./value";

const number = (min: number, max: number) => orNone(integer({ min, max, metavar: "N" }));

const systems = value<string>({
  metavar: "OS",
  placeholder: "",
  read: (text) => (text === "any" ? "" : checked(({ Submission }) => Submission.shape.os.unwrap(), text)),
  otherwise: async () => ["LINUX", "OSX", "WINDOWS", "FREEBSD", "any"].map((text) => ({ text, says: "" })),
  several: true,
});

const notBefore = value<string>({
  metavar: "TIME",
  placeholder: "",
  read: (text) => pointInTime(text, new Date()).toISOString(),
});

const codes = value<number[]>({
  metavar: "CODES",
  placeholder: [],
  read(text) {
    const wrong = `'${text}': write exit codes from 1 to 255, as 3,4 or 10-20`;
    try {
      const spans = parseFrames(text);
      if (frameCount(spans) > 255) throw new Error(wrong);
      const found = [...eachFrame(spans)];
      if (found.every((code) => code >= 1 && code <= 255)) return found;
    } catch {}
    throw new Error(wrong);
  },
});

/** Where and when tasks of a job may run. The word `none` takes a limit away. */
export const limitOptions = object("Limits", {
  os: optional(option("--os", systems, { description: message`Only slaves with these, as LINUX,OSX; or any.` })),
  memory: optional(option("--memory", orNone(size()), { description: message`Memory that a task needs, as 4G.` })),
  gpus: optional(option("--gpus", number(0, 64), { description: message`GPUs that a task gets for itself.` })),
  licence: multiple(
    option("--licence", orNone(licenceUse), {
      description: message`A licence that a task needs, as nuke or nuke:2; may be given several times.`,
    }),
  ),
  maxSlots: optional(
    option("--max-slots", number(1, 1_000_000), { description: message`Tasks at a time in all; or none.` }),
  ),
  maxPerSlave: optional(
    option("--max-per-slave", number(1, 4096), { description: message`Tasks at a time on one slave; or none.` }),
  ),
  notBefore: optional(
    option("--not-before", orNone(notBefore), {
      description: message`Nothing starts before: 22:00, +2h or 2026-12-24T22:00; or none.`,
    }),
  ),
  after: multiple(
    option("--after", orNone(jobList), {
      description: message`Wait until these jobs are finished, as 12,15; or none.`,
    }),
  ),
  afterEnded: multiple(
    option("--after-ended", orNone(jobList), {
      description: message`Wait until nothing of these jobs waits or runs, finished or failed.`,
    }),
  ),
  frameByFrame: multiple(
    option("--frame-by-frame", orNone(jobList), {
      description: message`Each frame waits until these jobs have finished it.`,
    }),
  ),
});

/** What happens when tasks fail, and when the job has ended. */
export const failureOptions = object("Failures and ends", {
  retries: optional(
    option("--retries", integer({ min: 0, max: 1000, metavar: "N" }), {
      description: message`How often a failed task is tried again; 3 is usual.`,
    }),
  ),
  retryDelay: optional(
    option("--retry-delay", orNone(timeSpan("0s", "24h")), {
      description: message`Wait so long before it is tried again, doubled each time, as 30s.`,
    }),
  ),
  frameTimeout: optional(
    option("--frame-timeout", orNone(timeSpan("1s", "30d")), {
      description: message`A frame that takes longer has failed, as 20m; or none.`,
    }),
  ),
  silence: optional(
    option("--silence", orNone(timeSpan("1s", "30d")), {
      description: message`A task that prints nothing for so long has failed, as 10m; or none.`,
    }),
  ),
  slaveFailures: optional(
    option("--slave-failures", number(0, 1000), {
      description: message`A slave on which so many tasks failed gets no more of it; 3 is usual, or none.`,
    }),
  ),
  maxFailures: optional(
    option("--max-failures", number(0, 1_000_000), {
      description: message`So many failed tasks stop the job; 1000 is usual, or none.`,
    }),
  ),
  fatalCodes: optional(
    option("--fatal-codes", orNone(codes), {
      description: message`Exit codes after which a task has failed at once, as 3,4; or none.`,
    }),
  ),
  retryCodes: optional(
    option("--retry-codes", orNone(codes), { description: message`Exit codes after which it is tried again.` }),
  ),
  warningCodes: optional(
    option("--warning-codes", orNone(codes), {
      description: message`Exit codes after which it is finished, with a warning.`,
    }),
  ),
  deleteWhenFinished: optional(
    flag("--delete-when-finished", { description: message`Delete the job once it is finished.` }),
  ),
  deleteAfter: optional(
    option("--delete-after", orNone(timeSpan("0s", "3650d")), {
      description: message`Delete it so long after its end, as 7d; or none.`,
    }),
  ),
});

/** Settings of a job that may be given at submission and later. */
type Settings = Partial<Omit<Submission, "kind" | "command">>;
type Limits = InferValue<typeof limitOptions>;
type Failures = InferValue<typeof failureOptions>;
/** Exit codes with a meaning; null takes it away. */
export type Meanings = { [K in keyof ExitCodes]?: number[] | null };

/** The limits as the wire wants them; what was not given is not in it. */
export function limitsOf({ memory, gpus, licence, after, afterEnded, frameByFrame, ...same }: Limits): Settings {
  const licences = licence.length > 0 ? Object.fromEntries(licence.filter((one) => one !== null)) : undefined;
  return present({
    ...same,
    memoryMb: memory === null ? 0 : memory,
    gpus: gpus === null ? 0 : gpus,
    licences,
    after: needsOf({ finished: after, ended: afterEnded, frames: frameByFrame }),
  });
}

/** The rules of failure as the wire wants them, without the meanings of exit codes. */
export function failuresOf(given: Failures): Settings {
  if (given.deleteWhenFinished && given.deleteAfter !== undefined)
    throw new PlainError("either --delete-when-finished or --delete-after", 2);
  return present({
    retries: given.retries,
    retryDelayMs: given.retryDelay ?? (given.retryDelay === null ? 0 : undefined),
    frameTimeoutMs: given.frameTimeout,
    silenceMs: given.silence,
    slaveFailures: given.slaveFailures ?? (given.slaveFailures === null ? 0 : undefined),
    maxFailures: given.maxFailures ?? (given.maxFailures === null ? 0 : undefined),
    deleteAfterMs: given.deleteWhenFinished ? 0 : given.deleteAfter,
  });
}

/** What was said about exit codes; undefined when nothing was. */
export function meaningsOf({ fatalCodes, retryCodes, warningCodes }: Failures): Meanings | undefined {
  const given = present({ fatal: fatalCodes, retry: retryCodes, warning: warningCodes });
  return Object.keys(given).length > 0 ? given : undefined;
}

/** The meanings of `before` with those of `change` put in. */
export function withMeanings(before: ExitCodes, change: Meanings): ExitCodes {
  const all = Object.entries({ ...before, ...change }).filter(([, codes]) => codes !== null);
  return Object.fromEntries(all) as ExitCodes;
}

function needsOf(given: Record<Need, readonly (readonly number[] | null)[]>): Submission["after"] | undefined {
  const all = (Object.entries(given) as [Need, readonly (readonly number[] | null)[]][]).filter(
    ([, lists]) => lists.length > 0,
  );
  if (all.length === 0) return undefined;
  return all.flatMap(([until, lists]) => lists.flatMap((jobs) => (jobs ?? []).map((job) => ({ job, until }))));
}
