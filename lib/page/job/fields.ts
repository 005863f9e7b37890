// The settings of a job that can be changed, as texts that a person writes, and back.
import type { JobDetail } from "../../protocol";
import type { JobChange } from "../../submission";
import { codes, type Field, licences, names, notBefore, number, type Setting, size, text, time } from "./field";

export type Section = { title: string; fields: readonly Field[] };

export const sections: readonly Section[] = [
  {
    title: "Job",
    fields: [
      text("name", "Name"),
      text("owner", "Owner"),
      number("priority", "Priority", { hint: "Higher goes first; 500 is usual" }),
      names("pool", "Pools", "A slave of any of them may run it, as maya,nuke"),
    ],
  },
  {
    title: "What a task needs",
    fields: [
      names("os", "Operating systems", "As LINUX,OSX; empty: any"),
      size("memoryMb", "Memory", { empty: 0, hint: "As 4G; empty: it is not looked at" }),
      number("gpus", "GPUs", { empty: 0 }),
      licences,
    ],
  },
  {
    title: "How much, and when",
    fields: [
      number("maxSlots", "Tasks at a time", { empty: null, hint: "Empty: no limit" }),
      number("maxPerSlave", "Tasks at a time on a slave", { empty: null, hint: "Empty: no limit" }),
      notBefore,
    ],
  },
  {
    title: "When tasks fail",
    fields: [
      number("retries", "Retries", { hint: "How often a failed task is tried again; 3 is usual" }),
      time("retryDelayMs", "Pause before that", { empty: 0, hint: "As 30s; doubled each time" }),
      time("frameTimeoutMs", "Longest a frame may take", { empty: null, hint: "As 20m; empty: no limit" }),
      time("silenceMs", "Longest without a word", { empty: null, hint: "As 10m; empty: no limit" }),
      number("slaveFailures", "Failures that set a slave aside", { empty: 0, hint: "3 is usual; empty: none do" }),
      number("maxFailures", "Failed tasks that stop the job", { empty: 0, hint: "1000 is usual; empty: none do" }),
      codes("fatal", "Exit codes that fail at once", "As 3,4 or 10-20"),
      codes("retry", "Exit codes to try again", "Whatever else they would mean"),
      codes("warning", "Exit codes that are no failure", "Finished, with a warning"),
    ],
  },
  {
    title: "Afterwards",
    fields: [
      {
        ...text("pictures", "Pictures", "As /mnt/x/shot.####.png; empty: as its kind says"),
        read: (given) => given.trim() || null,
      },
      time("deleteAfterMs", "Deleted after", { empty: null, hint: "As 7d; 0s: once it is finished; empty: kept" }),
    ],
  },
];

const fields = sections.flatMap((section) => section.fields);

/** The text of every field, by name. */
export function textsOf(job: JobDetail): Record<string, string> {
  return Object.fromEntries(fields.map((field) => [field.name, field.textOf(job)]));
}

/** What the changed texts change of the job, by setting; and what is wrong with some of them, by field. */
export function changeOf(
  job: JobDetail,
  texts: Readonly<Record<string, string>>,
): { change: JobChange; problems: Record<string, string> } {
  const change: Record<string, unknown> = {};
  const problems: Record<string, string> = {};
  const before = textsOf(job);
  for (const { name, setting, read } of fields) {
    if (texts[name] === before[name]) continue;
    try {
      // Several fields may make up one setting: each takes it as those before it left it.
      change[setting] = read(texts[name] ?? "", { ...job, ...change } as JobDetail);
    } catch (error) {
      problems[name] = (error as Error).message;
    }
  }
  return { change, problems };
}

/** The values that a change of a job replaces. */
export function replacedBy(job: JobDetail, change: JobChange): JobChange {
  const settings = Object.keys(change) as Setting[];
  return Object.fromEntries(
    settings.map((setting) => [setting, setting === "fields" ? fieldsBefore(job, change.fields!) : job[setting]]),
  );
}

/** An empty text takes a field away that was not there. */
function fieldsBefore(job: JobDetail, changed: object): Record<string, unknown> {
  return Object.fromEntries(Object.keys(changed).map((name) => [name, job.fields?.[name] ?? ""]));
}

/** Which field the master means that refuses a change, and what it says of it. */
export function fieldMeant(message: string): { name: string; says: string } | undefined {
  const [, setting, says] = /^([A-Za-z]+)[\w.]*: (.+)$/s.exec(message) ?? [];
  if (setting === undefined && message.startsWith("there is no licence")) return { name: "licences", says: message };
  const field = fields.find((one) => one.setting === setting);
  return field && says !== undefined ? { name: field.name, says } : undefined;
}

/** How people call settings, for a line that says what was changed. */
export function labelOf(setting: string): string {
  if (setting === "env") return "variables";
  if (setting === "fields") return "fields of its kind";
  if (setting === "exitMeanings") return "exit codes";
  const label = fields.find((field) => field.setting === setting)?.label ?? setting;
  return /^[A-Z]{2}/.test(label) ? label : label[0]!.toLowerCase() + label.slice(1);
}
