// What a frame text means, in words: how many frames in how many tasks, and which are handed out first.
import { formatFrames, frameCount, parseFrames, spansOf } from "../../frames";
import { parseOrder } from "../../order";
import { framesOfTask, taskCount } from "../../tasks";
import { counted } from "../words";

const mostTasks = 8;
const longestTask = 30;

/** `25 frames in 7 tasks: 1-4 5-8 9-12 …`. Throws what parseFrames and parseOrder throw. */
export function framesSaid(frames: string, block: number, order: string): string {
  const layout = { spans: parseFrames(frames), block: Math.max(1, block), order: parseOrder(order) };
  const tasks = taskCount(layout);
  const shown = Array.from({ length: Math.min(tasks, mostTasks) }, (_, task) => {
    const text = formatFrames(spansOf(framesOfTask(layout, task)));
    return text.length > longestTask ? `${text.slice(0, longestTask)}…` : text;
  });
  const first = `${shown.join(" ")}${tasks > mostTasks ? " …" : ""}`;
  return `${counted(frameCount(layout.spans), "frame")} in ${counted(tasks, "task")}: ${first}`;
}
