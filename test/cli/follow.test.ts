// Following a job to its end, where the moment of its end was not seen.
import { expect, test } from "bun:test";
import { follow } from "../../lib/cli/follow";
import { type Client, ClientError } from "../../lib/client";

/** A farm whose job runs when it is looked at first, and is gone then; `state` is what it was when it was deleted. */
function vanishing(state: string, deleteAfterMs: number | null): Client {
  let looks = 0;
  const counts = { total: 4, waiting: 3, running: 1, finished: 0, failed: 0 };
  const seen = { id: 7, state: "running", stopReason: null, frameCounts: counts, taskCounts: counts, deleteAfterMs };
  return {
    job: async () => {
      if (looks++ === 0) return seen;
      throw new ClientError("there is no job 7", 404);
    },
    events: async function* () {
      yield { id: "1-1", at: "", type: "job.deleted", job: 7, slave: null, data: { state } };
    },
  } as unknown as Client;
}

test("a job that is deleted as soon as it is finished counts as finished, also when nobody saw it so", async () => {
  expect(await follow(vanishing("finished", 0), [7], { silent: true })).toMatchObject([
    { id: 7, state: "finished", frameCounts: { total: 4, waiting: 0, running: 0, finished: 4 } },
  ]);
});

test.each([
  ["before it was finished", "running", 0],
  ["that would have been kept", "finished", null],
])("a job that somebody deletes %s was deleted", async (_, state, deleteAfterMs) => {
  const followed = follow(vanishing(state, deleteAfterMs), [7], { silent: true });
  await expect(followed).rejects.toThrow("there is no job 7 any more: it was deleted");
});
