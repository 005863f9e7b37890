// The live line of a job: bar, frames done, rate, time left.
import type { Job } from "../protocol";
import { bar, paint, plain, span, stateText } from "./table";

/** Over so much time the rate is measured, ms. */
const windowMs = 60_000;

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

/** One line for a job, at most `width` wide. */
export function progressLine(
  job: Job,
  { rate, left }: { rate: number | undefined; left: number | undefined },
  width: number,
): string {
  const { finished, failed, total } = job.frameCounts;
  const percent = `${Math.floor((finished / Math.max(1, total)) * 100)} %`.padStart(5);
  const counts = `${finished}/${total} frames${failed > 0 ? paint("red", `, ${failed} failed`) : ""}`;
  const pace = rate === undefined ? "" : `  ${paceText(rate)}`;
  const rest = left === undefined || left === 0 ? "" : `  ${span(left)} left`;
  const after = ` ${percent}  ${counts}${pace}${rest}  ${stateText(job.state)}`;
  const name = `job ${job.id} ${plain(job.name)}`.slice(0, 28);
  const barWidth = Math.max(8, Math.min(40, width - Bun.stringWidth(after) - name.length - 3));
  return `${name}  ${bar(job.frameCounts, barWidth)}${after}`;
}

function paceText(perSecond: number): string {
  if (perSecond >= 1) return `${perSecond.toFixed(1)}/s`;
  return perSecond * 60 >= 1 ? `${(perSecond * 60).toFixed(1)}/min` : `${(perSecond * 3600).toFixed(1)}/h`;
}
