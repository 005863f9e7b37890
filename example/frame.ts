/**
 * Renders frames of a small looping animation: what a render queue runs for each task.
 *
 *   bun example/frame.ts OUTPUT_FOLDER              the frames the queue asks for, in the environment
 *   bun example/frame.ts OUTPUT_FOLDER --frame 7    one frame, by hand
 *
 * `--width 160` makes the pictures smaller and much faster.
 */
import { type Order, readOrder } from "./order.ts";
import { prepareFolder, writeWhole } from "./output.ts";
import { encodePng } from "./png.ts";
import { renderFrame } from "./render.ts";

async function run({ folder, frames, first, last, width }: Order): Promise<void> {
  await prepareFolder(folder);
  const height = Math.round((width * 9) / 16);
  for (const frame of frames) {
    let told = 0;
    const picture = renderFrame({ frame, first, last, width, height }, (done) => {
      const quarter = Math.floor(done * 4) * 25;
      if (quarter === told) return;
      told = quarter;
      console.log(`frame ${frame}: ${quarter} %`);
    });
    const path = await writeWhole(folder, `frame.${String(frame).padStart(4, "0")}.png`, encodePng(picture));
    console.log(`frame ${frame}: wrote ${path}`);
  }
}

try {
  await run(readOrder(process.argv.slice(2), process.env));
} catch (error) {
  // One line is what a person can use in a task's log; where in this program it happened helps nobody there.
  const [line] = (error instanceof Error ? error.message : String(error)).split("\n");
  console.error(`frame.ts: ${line}`);
  process.exitCode = 1;
}
