// What fields of a job's form are made of: each shows a setting as a text that a person writes, and reads it back.
import { megabytes, milliseconds, sizeText, timeText } from "../../amounts";
import { eachFrame, formatFrames, frameCount, parseFrames, spansOf } from "../../frames";
import type { JobDetail } from "../../protocol";
import type { JobChange } from "../../submission";

/** `setting`: what of a job it changes. `textOf` shows it, `read` takes it back: what it throws is shown beside it. */
export type Field = {
  name: string;
  setting: keyof JobChange & keyof JobDetail;
  label: string;
  hint?: string;
  type?: "datetime-local";
  textOf: (job: JobDetail) => string;
  read: (text: string, before: JobDetail) => unknown;
};

export type Setting = Field["setting"];
type More = Pick<Field, "hint"> & { empty?: number | null };

/** Any text. */
export const text = (setting: Setting, label: string, hint?: string): Field => ({
  name: setting,
  setting,
  label,
  ...(hint !== undefined && { hint }),
  textOf: (job) => `${job[setting] ?? ""}`,
  read: (given) => given.trim(),
});

/** Names with commas between, wherever a person puts blanks. */
export const names = (setting: Setting, label: string, hint: string): Field => ({
  ...text(setting, label, hint),
  read: (given) => given.replaceAll(/\s/g, ""),
});

/** A number in the words of people; `empty` is what no text stands for. */
function amount(
  setting: Setting,
  label: string,
  { empty, ...more }: More,
  show: (value: number) => string,
  read: (text: string) => number | undefined,
  wanted: string,
): Field {
  return {
    name: setting,
    setting,
    label,
    ...more,
    textOf(job) {
      const value = job[setting] as number | null;
      return value === null || value === empty ? "" : show(value);
    },
    read(given) {
      const written = given.trim();
      if (written === "" && empty !== undefined) return empty;
      const value = read(written);
      if (value === undefined) throw new Error(written === "" ? `give ${wanted}` : `'${written}' is not ${wanted}`);
      return value;
    },
  };
}

const whole = (written: string) => (/^-?\d{1,9}$/.test(written) ? Number(written) : undefined);

/** A whole number. */
export const number = (setting: Setting, label: string, more: More = {}) =>
  amount(setting, label, more, String, whole, "a whole number");

/** A time in ms, as 20m. */
export const time = (setting: Setting, label: string, more: More) =>
  amount(setting, label, more, timeText, milliseconds, "a time: write 30s, 20m, 2h or 7d");

/** A size in MB, as 4G. */
export const size = (setting: Setting, label: string, more: More) =>
  amount(setting, label, more, sizeText, megabytes, "a size: write 500M or 4G");

/** Exit codes of one meaning: the others stay as they are. */
export const codes = (part: "fatal" | "retry" | "warning", label: string, hint: string): Field => ({
  name: `${part}Codes`,
  setting: "exitMeanings",
  label,
  hint,
  textOf: (job) => formatFrames(spansOf(job.exitMeanings[part] ?? [])),
  read(given, { exitMeanings: { [part]: _, ...others } }) {
    if (given.trim() === "") return others;
    const wrong = `'${given.trim()}': write exit codes from 1 to 255, as 3,4 or 10-20`;
    const spans = spansIn(given, wrong);
    if (frameCount(spans) > 255) throw new Error(wrong);
    return { ...others, [part]: [...eachFrame(spans)] };
  },
});

function spansIn(given: string, wrong: string) {
  try {
    return parseFrames(given);
  } catch {
    throw new Error(wrong);
  }
}

/** Licences by name, as nuke:2. */
export const licences: Field = {
  name: "licences",
  setting: "licences",
  label: "Licences",
  hint: "nuke, or nuke:2 for two; with commas between",
  textOf: (job) =>
    Object.entries(job.licences)
      .map(([name, count]) => (count === 1 ? name : `${name}:${count}`))
      .join(", "),
  read(given) {
    const words = given.split(/[\s,]+/).filter((word) => word !== "");
    return Object.fromEntries(
      words.map((word) => {
        const [, name, digits = "1"] = /^([^:]+)(?::(\d{1,4}))?$/.exec(word) ?? [];
        if (name === undefined) throw new Error(`'${word}': write nuke, or nuke:2 for two of them`);
        return [name, Number(digits)];
      }),
    );
  },
};

/** In the zone of whoever looks, to the minute: as the field of a browser wants it. */
export const notBefore: Field = {
  name: "notBefore",
  setting: "notBefore",
  label: "Not before",
  hint: "Nothing of it starts earlier; empty: at once",
  type: "datetime-local",
  textOf({ notBefore: point }) {
    if (point === null) return "";
    const local = new Date(Date.parse(point));
    const two = (part: number) => `${part}`.padStart(2, "0");
    const day = `${local.getFullYear()}-${two(local.getMonth() + 1)}-${two(local.getDate())}`;
    return `${day}T${two(local.getHours())}:${two(local.getMinutes())}`;
  },
  read(given) {
    if (given === "") return null;
    const point = Date.parse(given);
    if (Number.isNaN(point)) throw new Error("this is not a time");
    return new Date(point).toISOString();
  },
};
