import { expect, test } from "bun:test";
import { startFarm } from "../farm";

test("a submitted job is rendered frame by frame to the end", async () => {
  await using farm = await startFarm();
  const job = await farm.submit({
    frames: "1-10x3",
    block: 2,
    command: ["sh", "-c", "echo rendering $DRQUEUE_PADFRAMES"],
  });
  expect(await farm.ended(job)).toMatchObject({ state: "finished", frameCounts: { total: 4, finished: 4 } });
  expect(await farm.log(job, 7)).toContain("rendering 0007 0010\n");
});
