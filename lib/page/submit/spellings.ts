// How a person writes a value of a job, and how a value is written for a person: each a pair of which one undoes the other.
import { megabytes, milliseconds, sizeText, timeText } from "../../amounts";
import type { Submission } from "../../client";
import { FrameTextError, parseFrames } from "../../frames";
import { jobReasons } from "../../notices";
import { parseOrder } from "../../order";
import { patternProblem } from "../../pictures";
import { needs } from "../../states";
import { joinWords, splitLine } from "./command-line";

/** `read` makes the value of a text that is not empty, and throws an Error that says how to write it. */
export type Spelling<T> = { read: (text: string) => T; write: (value: T) => string };

export const asIs: Spelling<string> = { read: (text) => text, write: (text) => text };

/** A whole number, from `least` to `most`; what more the farm wants of it, it says itself. */
export const whole = (least = 0, most = 999_999_999): Spelling<number> => ({
  read(text) {
    const number = Number(text.trim());
    if (/^\s*\d{1,9}\s*$/.test(text) && number >= least && number <= most) return number;
    throw new Error(
      most < 999_999_999 ? `write a whole number from ${least} to ${most}` : `write a whole number, from ${least} on`,
    );
  },
  write: String,
});

export const time: Spelling<number> = {
  read: (text) => known(milliseconds(text.trim()), "write a time, as 30s, 20m, 2h or 7d"),
  write: timeText,
};

export const size: Spelling<number> = {
  read: (text) => known(megabytes(text.trim()), "write a size, as 500M or 4G"),
  write: sizeText,
};

export const words: Spelling<string[]> = {
  read: (text) => splitLine(text).words,
  write: joinWords,
};

export const frames: Spelling<string> = {
  read(text) {
    try {
      parseFrames(text);
    } catch (error) {
      throw error instanceof FrameTextError ? new Error(shortened(error)) : error;
    }
    return text;
  },
  write: (text) => text,
};

export const order: Spelling<string> = { read: (text) => parseOrder(text.trim()), write: (text) => text };

/** Names with commas or blanks between. */
export const names: Spelling<string[]> = {
  read: (text) => text.split(/[\s,]+/).filter((name) => name !== ""),
  write: (all) => all.join(", "),
};

/** The same as one text. */
export const list: Spelling<string> = {
  read: (text) => names.read(text).join(","),
  write: (text) => text.replaceAll(",", ", "),
};

export const licences: Spelling<Submission["licences"]> = {
  read(text) {
    const given = names.read(text).map((one) => /^([A-Za-z0-9._-]{1,64})(?::(\d{1,4}))?$/.exec(one));
    if (given.includes(null)) throw new Error("write names of licences, as nuke, or maya:2 for two of them");
    return Object.fromEntries(given.map((one) => [one![1]!, Number(one![2] ?? 1)]));
  },
  write: (licences) =>
    Object.entries(licences)
      .map(([name, count]) => (count === 1 ? name : `${name}:${count}`))
      .join(", "),
};

export const after: Spelling<Submission["after"]> = {
  read(text) {
    const given = text.split(",").map((one) => /^\s*(\d{1,10})(?:\s+(\w+))?\s*$/.exec(one));
    const until = given.map((one) => needs.find((need) => need === (one?.[2] ?? "finished")));
    if (given.includes(null) || until.includes(undefined))
      throw new Error("write numbers of jobs, as 12, 15; behind one may stand ended or frames");
    return given.map((one, at) => ({ job: Number(one![1]), until: until[at]! }));
  },
  write: (after) => after.map(({ job, until }) => (until === "finished" ? job : `${job} ${until}`)).join(", "),
};

export const env: Spelling<Record<string, string>> = {
  read(text) {
    const lines = linesOf(text);
    const given = lines.map((line) => /^\s*([A-Za-z_][A-Za-z0-9_]*)=(.*)$/.exec(line));
    const wrong = lines[given.indexOf(null)];
    if (wrong !== undefined) throw new Error(`'${wrong}': write NAME=VALUE, a name of letters, digits and '_'`);
    return Object.fromEntries(given.map((one) => [one![1]!, one![2]!]));
  },
  write: (env) =>
    Object.entries(env)
      .map(([name, value]) => `${name}=${value}`)
      .join("\n"),
};

export const notices: Spelling<Submission["notify"]> = {
  read: (text) => linesOf(text).map(noticeOf),
  write: (notify) => notify.map(({ to, on }) => `${to} ${on.join(", ")}`).join("\n"),
};

export const pattern: Spelling<string> = {
  read(text) {
    const problem = patternProblem(text);
    if (problem !== undefined) throw new Error(problem);
    return text;
  },
  write: (text) => text,
};

/** A point in time as browsers ask for it, by the clock here. */
export const point: Spelling<string> = {
  read(text) {
    const point = new Date(text);
    if (Number.isNaN(point.getTime())) throw new Error("choose a day and a time");
    return point.toISOString();
  },
  write(iso) {
    const point = new Date(iso);
    const local = new Date(point.getTime() - point.getTimezoneOffset() * 60_000);
    return local
      .toISOString()
      .slice(0, -1)
      .replace(/(:00)?\.000$/, "");
  },
};

function known<T>(value: T | undefined, how: string): T {
  if (value === undefined) throw new Error(how);
  return value;
}

/** What is wrong, and a caret under its place: as wide as a field. */
function shortened({ reason, text, at }: FrameTextError): string {
  const start = Math.max(0, at - 16);
  return `${reason}\n${text.slice(start, at + 10).replace(/[\s\p{C}]/gu, " ")}\n${" ".repeat(at - start)}^`;
}

function linesOf(text: string): string[] {
  return text.split("\n").filter((line) => line.trim() !== "");
}

function noticeOf(line: string): Submission["notify"][number] {
  const [address = "", ...reasons] = names.read(line);
  const on = reasons.map((word) => jobReasons.find((reason) => reason === word));
  if (on.includes(undefined)) throw new Error(`'${line}': behind the address stand ${jobReasons.join(", ")}`);
  const to = /^[^\s@:/]+@[^\s@:/]+$/.test(address) ? `mailto:${address}` : address;
  if (!/^(mailto:.|https?:\/\/.)/.test(to))
    throw new Error(`'${address}' is no mail address, and no web hook https://...`);
  return { to, on: on.length > 0 ? (on as Submission["notify"][number]["on"]) : ["finished", "failed"] };
}
