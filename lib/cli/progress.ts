// The live line of a job: bar, frames done, rate, time left.
import type { Job } from "../protocol";
import { bar, count, cut, paint, plain, span, stateText } from "./table";

/** Over so much time the rate is measured, ms. */
const windowMs = 60_000;

/** Columns of the parts of a line. */
const most = { name: 28, shortName: 10, bar: 40, shortBar: 8 } as const;

/** Follows how many frames are done. `now` in ms, any clock that does not jump. */
export class Progress {
  private samples: { at: number; done: number }[] = [];

  /** Takes note and says the rate (frames per second) and the time left (s); undefined until something was done. */
  note(job: Job, now: number): { rate: number | undefined; left: number | undefined } {
    const done = job.frameCounts.finished;
    const last = this.samples.at(-1);
    // A requeue takes frames back: what was measured before says nothing about what is to come.
    if (last && done < last.done) this.samples = [];
    if (this.samples.at(-1)?.done !== done) this.samples.push({ at: now, done });
    while (this.samples.length > 2 && now - this.samples[1]!.at > windowMs) this.samples.shift();
    const first = this.samples[0]!;
    if (done === first.done) return { rate: undefined, left: undefined };
    const rate = ((done - first.done) * 1000) / Math.max(1, now - first.at);
    return { rate, left: (job.frameCounts.waiting + job.frameCounts.running) / rate };
  }
}

/** One line for a job, at most `width` wide: what matters least gives way first. */
export function progressLine(
  job: Job,
  { rate, left }: { rate: number | undefined; left: number | undefined },
  width: number,
): string {
  const { finished, failed, total } = job.frameCounts;
  const percent = `${Math.floor((finished / Math.max(1, total)) * 100)} %`.padStart(5);
  const counts = `${count(finished)}/${count(total)} frames${failed > 0 ? paint("red", `, ${count(failed)} failed`) : ""}`;
  const moves = job.state === "running" || job.state === "waiting";
  const pace = rate === undefined ? "" : `  ${paceText(rate)}`;
  const rest = moves && left !== undefined && left > 0 ? `  ${timeLeft(left)} left` : "";
  const state = `  ${stateText(job.state)}`;
  const ends = [
    ` ${percent}  ${counts}${pace}${rest}${state}`,
    ` ${percent}  ${counts}${rest}${state}`,
    ` ${percent}  ${counts}${state}`,
    ` ${percent}${state}`,
  ];
  const end = ends.find((text) => Bun.stringWidth(text) + most.shortName + most.shortBar + 2 <= width) ?? ends.at(-1)!;
  const room = width - Bun.stringWidth(end) - 2;
  const name = cut(
    `job ${job.id} ${plain(job.name)}`,
    Math.max(most.shortName, Math.min(most.name, room - most.shortBar)),
  );
  const wide = Math.max(0, Math.min(most.bar, room - Bun.stringWidth(name)));
  return `${name}  ${bar(job.frameCounts, wide)}${end}`;
}

function paceText(perSecond: number): string {
  if (perSecond >= 1) return `${perSecond.toFixed(1)}/s`;
  return perSecond * 60 >= 1 ? `${(perSecond * 60).toFixed(1)}/min` : `${(perSecond * 3600).toFixed(1)}/h`;
}

/** An estimate: no fractions. */
function timeLeft(seconds: number): string {
  const whole = Math.max(1, Math.round(seconds));
  return whole < 60 ? `${whole} s` : span(whole);
}
