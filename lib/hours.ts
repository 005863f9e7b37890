// Weekly hours: "mon-fri 19:00-08:00, sat-sun" says when a slave works.
//
// An entry is days and, unless it means the whole day, times: "mon-fri 19:00-08:00". Times that go past midnight belong to the day
// they begin on. Entries have a comma and a blank between them, or a semicolon; the days of one entry a blank or just a comma:
// "mon,wed,fri 19:00-08:00". A day with several times has an entry for each. No text at all means always.

/** Minutes of the week from Sunday 0:00 on, from `from` up to but without `to`: in order, none touching another. */
export type Hours = readonly { readonly from: number; readonly to: number }[];

/** What is wrong with a text of hours, in one line. */
export class HoursTextError extends Error {
  constructor(reason: string) {
    super(`${reason}: write for example mon-fri 19:00-08:00, sat-sun`);
  }
}

const dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const dayMinutes = 24 * 60;
const weekMinutes = 7 * dayMinutes;

/** Reads a text of hours. Throws HoursTextError. */
export function parseHours(text: string): Hours {
  if (text.trim() === "") return [{ from: 0, to: weekMinutes }];
  // A comma that follows times ends its entry whether or not a blank comes behind it.
  const entries = text
    .toLowerCase()
    .replace(/\s*[-\u2013\u2014]\s*/g, "-")
    .split(/\s*;\s*|\s*,\s+|\s+,|(?<=\d),/);
  return joined(entries.flatMap(readEntry));
}

/** Whether `minute` of `day` (0 is Sunday) lies in these hours. */
export function isOpen(hours: Hours, day: number, minute: number): boolean {
  const now = day * dayMinutes + minute;
  return hours.some(({ from, to }) => from <= now && now < to);
}

/** Minutes until they open or close, from `minute` of `day` (0 is Sunday) on; undefined when they never do. */
export function nextChange(hours: Hours, day: number, minute: number): number | undefined {
  const now = day * dayMinutes + minute;
  const edges = hours.flatMap(({ from, to }) => [from, to % weekMinutes]);
  // The week's end is no change where the next one begins in the same way.
  const real = edges.filter((edge) => isOpenAt(hours, edge) !== isOpenAt(hours, edge - 1));
  if (real.length === 0) return undefined;
  return Math.min(...real.map((edge) => (edge > now ? edge - now : edge - now + weekMinutes)));
}

function isOpenAt(hours: Hours, weekMinute: number): boolean {
  return isOpen(hours, 0, (weekMinute + weekMinutes) % weekMinutes);
}

function readEntry(entry: string): { from: number; to: number }[] {
  const words = entry.split(/[\s,]+/).filter((word) => word !== "");
  if (words.length === 0) throw new HoursTextError("nothing stands before or behind a comma");
  const last = words.at(-1)!;
  const times = /\d/.test(last) ? readTimes(last) : { from: 0, to: dayMinutes };
  const days = (/\d/.test(last) ? words.slice(0, -1) : words).flatMap(readDays);
  if (days.length === 0) throw new HoursTextError(`the days of '${shown(last)}' are missing`);
  return days.flatMap((day) => {
    const from = day * dayMinutes + times.from;
    const to = day * dayMinutes + times.to;
    // What goes past Saturday's midnight goes on at the week's beginning.
    if (to <= weekMinutes) return [{ from, to }];
    return [
      { from, to: weekMinutes },
      { from: 0, to: to - weekMinutes },
    ];
  });
}

function readDays(word: string): number[] {
  if (/\d/.test(word))
    throw new HoursTextError(`'${shown(word)}' is not the last of its entry (several times a day are an entry each)`);
  const names = word.split("-");
  const [first, last = first] = names.map((name) => dayNames.indexOf(name));
  if (first === undefined || names.length > 2 || names.some((name) => !dayNames.includes(name)))
    throw new HoursTextError(`'${shown(word)}' is no day or range of days (mon, tue, wed, thu, fri, sat, sun)`);
  const count = ((last! - first + 7) % 7) + 1;
  return Array.from({ length: count }, (_, i) => (first + i) % 7);
}

/** Minutes from the beginning of the day on; `to` lies on the next one when the times go past midnight. */
function readTimes(word: string): { from: number; to: number } {
  const ends = word.split("-").map(readTime);
  const [from, to] = ends;
  if (from === undefined || to === undefined || ends.length > 2)
    throw new HoursTextError(`'${shown(word)}' is no range of times`);
  if (from === to) throw new HoursTextError(`'${shown(word)}' is no time at all; without times a day is meant whole`);
  if (from === dayMinutes) throw new HoursTextError(`'${shown(word)}' begins at 24:00, which is 0:00 of the next day`);
  return { from, to: to > from ? to : to + dayMinutes };
}

function readTime(text: string): number {
  const [, hour, minute = "0"] = /^(\d{1,2})(?::(\d\d))?$/.exec(text) ?? [];
  const time = Number(hour) * 60 + Number(minute);
  // Not a number when the text is no time.
  if (!(time <= dayMinutes && Number(minute) < 60)) throw new HoursTextError(`'${shown(text)}' is no time of day`);
  return time;
}

function joined(spans: { from: number; to: number }[]): Hours {
  const all: { from: number; to: number }[] = [];
  for (const span of spans.toSorted((a, b) => a.from - b.from)) {
    const before = all.at(-1);
    if (before && span.from <= before.to) before.to = Math.max(before.to, span.to);
    else all.push({ ...span });
  }
  return all;
}

/** What an error quotes stays in one line, and short. */
function shown(word: string): string {
  const plain = word.replace(/[\s\p{C}]/gu, " ");
  return plain.length > 30 ? `${plain.slice(0, 30)}...` : plain;
}
