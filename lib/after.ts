// Dependencies between jobs: which tasks of a job may not start before another job did its part.
import { frameCount, type Span } from "./frames";
import type { Order } from "./order";
import { common, type TaskSet, without } from "./sets";
import { hasEnded, type JobState, type Need } from "./states";
import { areSame, type Layout, taskCount, tasksMeeting } from "./tasks";

/** What of a job counts for those that wait for it. */
export type Upstream = { readonly layout: Layout; readonly state: JobState; readonly finished: TaskSet };

/**
 * The tasks of `dependent` that must wait for `upstream`; of the tasks `among` when given. Frame by frame: those with a frame that the
 * upstream job has and has not finished. Frames that it does not have are not waited for.
 */
export function heldBy(until: Need, upstream: Upstream, dependent: Layout, among?: TaskSet): TaskSet {
  const asked = among ?? everyTask(dependent);
  if (until === "finished") return upstream.state === "finished" ? [] : asked;
  if (until === "ended") return hasEnded(upstream.state) ? [] : asked;
  // Of a few tasks only what they meet is looked at, however many tasks the other job has.
  const met = among ? tasksMeeting(upstream.layout, dependent, among) : everyTask(upstream.layout);
  return common(asked, tasksMeeting(dependent, upstream.layout, without(met, upstream.finished)));
}

/** The tasks of `dependent` for which a change of the tasks `changed` of `upstream` can make a difference, frame by frame. */
export function touchedBy(upstream: Layout, changed: TaskSet, dependent: Layout): TaskSet {
  return tasksMeeting(dependent, upstream, changed);
}

/** The most frames of two jobs of which one's next tasks are scattered over the other: each gap is a piece of a set. */
export const mostScattered = 200_000;

/** Whether to keep in mind which tasks of one job wait for the other takes more than a master should spend. */
export function tooScattered(upstream: Layout, dependent: Layout): boolean {
  const sameFrames = areSame(upstream.spans, dependent.spans);
  if (sameFrames && upstream.order === dependent.order && upstream.block === dependent.block) return false;
  const straight = (order: Order) => order === "forward" || order === "reverse";
  const whole = ({ step, others }: Span) => Math.abs(step) === 1 && others === undefined;
  const smooth = (layout: Layout) => straight(layout.order) && (sameFrames || layout.spans.every(whole));
  if (smooth(upstream) && smooth(dependent)) return false;
  return Math.max(frameCount(upstream.spans), frameCount(dependent.spans)) > mostScattered;
}

function everyTask(layout: Layout): TaskSet {
  return [[0, taskCount(layout)]];
}
