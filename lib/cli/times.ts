// Points in time as people write them.

const words = "write 22:00, +2h, 2026-12-24 or 2026-12-24T22:00";
const units: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * `22:00` is the next time that the clock here shows it, `+2h` so long from `now`; a date with or without a time is of the clock here
 * unless it says Z or +01:00 behind it. Throws an error that shows how to write it.
 */
export function pointInTime(text: string, now: Date): Date {
  const [, amount, unit] = /^\+(\d{1,6}(?:\.\d+)?)([smhd])$/.exec(text) ?? [];
  if (amount && unit) return new Date(now.getTime() + Number(amount) * units[unit]!);
  const [, hours, minutes] = /^(\d{1,2}):(\d\d)$/.exec(text) ?? [];
  if (hours && minutes) return nextAt(Number(hours), Number(minutes), text, now);
  const [, date, time = "T00:00", zone = ""] =
    /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?)?$/.exec(text) ?? [];
  if (!date) throw new Error(`'${text}' is not a time: ${words}`);
  const point = new Date(`${date}T${time.replace("T", "")}${zone}`);
  // Some days that there are not, as February 30, would become another.
  const day = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(point.getTime()) || Number.isNaN(day.getTime()) || day.toISOString().slice(0, 10) !== date)
    throw new Error(`'${text}' is a time that there is not: ${words}`);
  return point;
}

function nextAt(hours: number, minutes: number, text: string, now: Date): Date {
  if (hours > 23 || minutes > 59) throw new Error(`'${text}' is a time that there is not: ${words}`);
  const point = new Date(now);
  point.setHours(hours, minutes, 0, 0);
  if (point <= now) point.setDate(point.getDate() + 1);
  return point;
}
