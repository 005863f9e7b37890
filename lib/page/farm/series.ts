// The farm's history as lines of a chart. Pure.
import type { FarmHistory } from "../../client";

type Values = (number | null)[];

/** `times` in ms, one value of each line for each of them; null where nothing is known. */
export type Series = { times: number[] } & Record<
  "perHour" | "failedPerHour" | "waiting" | "busy" | "free" | "closed" | "lost",
  Values
>;

const hourMs = 3_600_000;

/** The lines from so many hours before `now` (ms) until then. */
export function seriesOf({ stepMs, points }: FarmHistory, hours: number, now: number): Series {
  const series: Series = {
    times: [],
    perHour: [],
    failedPerHour: [],
    waiting: [],
    busy: [],
    free: [],
    closed: [],
    lost: [],
  };
  const add = (at: number, point?: FarmHistory["points"][number]) => {
    // What is not over yet has not all of its frames.
    const rate = (count: number) => (at + stepMs > now ? null : (count * hourMs) / stepMs);
    series.times.push(at);
    series.perHour.push(point ? rate(point.frames) : null);
    series.failedPerHour.push(point ? rate(point.failed) : null);
    for (const gauge of ["waiting", "busy", "free", "closed", "lost"] as const)
      series[gauge].push(point?.[gauge] ?? null);
  };
  const from = now - hours * hourMs;
  let last = from;
  for (const point of points) {
    const at = Date.parse(point.at);
    // A line leads from one point to the next: not over a time in which no master ran.
    if (at - last > stepMs * 1.5) add(series.times.length === 0 ? from : last + stepMs);
    add(at, point);
    last = at;
  }
  if (series.times.length === 0) add(from);
  if (now > last) add(now);
  return series;
}

/** The last value that is known, and the highest. */
export function lastAndMost(values: Values): { last: number | null; most: number } {
  return {
    last: values.findLast((value) => value !== null) ?? null,
    most: values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0),
  };
}
