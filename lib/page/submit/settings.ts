// What of a job the form asks for: each setting with its words, and how it is written.
import type { NewJob, Submission } from "../../client";
import { exitRules } from "../../states";
import {
  after,
  asIs,
  env,
  frames,
  licences,
  list,
  names,
  notices,
  order,
  pattern,
  point,
  type Spelling,
  size,
  time,
  whole,
  words,
} from "./spellings";

type Value<N extends keyof NewJob> = NonNullable<Submission[N]>;

/** `usual`: what holds where nothing is written. `as`: how it is asked for, else by one line. */
type How = { usual?: string; as?: "lines" | "number" | "point" | "switch" | readonly string[] };

export type Setting<T = unknown> = How & Spelling<T> & { name: keyof NewJob; label: string; hint: string };

export type Section = { title: string; settings: readonly Setting[] };

/** A setting that is spelled as its value wants it. */
function setting<N extends keyof NewJob>(
  name: N,
  label: string,
  hint: string,
  { read, write }: Spelling<Value<N>>,
  how: How = {},
): Setting {
  return { name, label, hint, read, write: write as Setting["write"], ...how };
}

export const command = setting(
  "command",
  "Command",
  "Program and arguments; {frame}, {padframe} and {frames} stand for the frames",
  words,
  { as: "lines" },
);

const number = (usual: string): How => ({ usual, as: "number" });

/** What nearly every job says: its frames, and then the rest. */
export const ofFrames: readonly Setting[] = [
  setting("frames", "Frames", "As 1-100, 1-100x5 (every fifth), 10-1 or 1,5,7-9", frames, { usual: "1" }),
  setting(
    "block",
    "Frames per task",
    "More than one saves loading the scene again for each",
    whole(1, 10_000),
    number("1"),
  ),
  setting("order", "Order", "forward, reverse, bisect, or coarse:10 (every tenth first)", order, { usual: "forward" }),
];
export const ofJob: readonly Setting[] = [
  setting("name", "Name", "As people see it; else that of the scene or program", asIs),
  setting("owner", "Owner", "Whose job it is", asIs),
  setting("priority", "Priority", "Higher goes first", whole(), number("500")),
  setting("pool", "Pools", "Slaves of any of these may run it", list, { usual: "Default" }),
];

const noLimit = { usual: "no limit" };

/** What fewer say, folded away. */
export const sections: readonly Section[] = [
  {
    title: "Limits",
    settings: [
      setting("memoryMb", "Memory", "That a task needs, as 500M or 4G", size),
      setting("gpus", "GPUs", "That a task gets for itself", whole(), number("0")),
      setting("licences", "Licences", "That a task needs, as nuke, maya:2", licences),
      setting("os", "Operating systems", "Only slaves with these, as LINUX, OSX, WINDOWS", list, { usual: "any" }),
      setting("maxSlots", "Tasks at a time", "In all", whole(1), number("no limit")),
      setting(
        "maxPerSlave",
        "Tasks at a time on one slave",
        "1 where a task takes the whole machine",
        whole(1),
        number("no limit"),
      ),
      setting("blocked", "Not on", "Slaves that get nothing of it, by name or number", names),
    ],
  },
  {
    title: "When it fails",
    settings: [
      setting("retries", "Tries again", "So often, before a task has failed", whole(), number("3")),
      setting("retryDelayMs", "Waits before", "As 30s; twice as long each time", time, { usual: "0s" }),
      setting("frameTimeoutMs", "Time for a frame", "One that takes longer has failed, as 20m", time, noLimit),
      setting("silenceMs", "Silence", "A task that prints nothing for so long has failed, as 10m", time, noLimit),
      setting("maxFailures", "Stops itself", "After so many failed tasks; 0: it does not", whole(), number("1000")),
      setting(
        "slaveFailures",
        "Leaves a slave",
        "On which so many of its tasks failed; 0: it does not",
        whole(),
        number("3"),
      ),
      setting(
        "exitCodes",
        "Exit codes",
        "strict: 0 is success; drqueue: as the original, any exit is",
        asIs as Spelling<Value<"exitCodes">>,
        { usual: "strict", as: exitRules },
      ),
    ],
  },
  {
    title: "When it starts",
    settings: [
      setting(
        "stopped",
        "Submit stopped",
        "It waits until a person lets it go on",
        { read: (text) => text === "yes", write: (stopped) => (stopped ? "yes" : "") },
        { as: "switch" },
      ),
      setting("notBefore", "Not before", "By the clock of this browser", point, { as: "point" }),
      setting(
        "after",
        "After jobs",
        "As 12, 15 ended, 16 frames: until finished, until ended, or frame by frame",
        after,
      ),
    ],
  },
  {
    title: "Folder and variables",
    settings: [
      setting("folder", "Folder", "In which the jobscript runs, as the slaves see it", asIs),
      setting("env", "Variables", "One a line, as QUALITY=2", env, { as: "lines" }),
      setting("pad", "Digits", "Of a padded frame number", whole(1, 12), number("4")),
    ],
  },
  {
    title: "Pictures, messages, end",
    settings: [
      setting("pictures", "Pictures", "Where they are, as /mnt/x/shot.####.png", pattern, {
        usual: "as the kind says",
      }),
      setting(
        "notify",
        "Messages to",
        "One a line: a mail address or web hook, then of what, as error, failed",
        notices,
        { as: "lines", usual: "ana@studio.example finished, failed" },
      ),
      setting("deleteAfterMs", "Delete", "So long after its end, as 7d; 0s: once it is finished", time, {
        usual: "kept",
      }),
    ],
  },
];

/** All of them. */
export const settings: readonly Setting[] = [
  command,
  ...ofFrames,
  ...ofJob,
  ...sections.flatMap(({ settings }) => settings),
];
