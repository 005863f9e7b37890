// Something that the database does not take, from one slave, is that slave's trouble alone.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Dispatcher } from "../../lib/master/dispatch";
import type { Sync } from "../../lib/sync";
import { keyOf } from "../../lib/wire";
import { newQueue, submitted } from "../queue/stage";
import { exited, settings, syncOf } from "./simulated";

let stage: Awaited<ReturnType<typeof newQueue>>;
beforeAll(async () => {
  stage = await newQueue();
  // As a fault would be that no check of ours finds before.
  await stage.queue.sql.unsafe(`
    create function refuse() returns trigger language plpgsql as
      $$ begin if new.message = 'poison' then raise exception 'not this' using errcode = '22003'; end if; return new; end $$;
    create trigger refuse before update on run for each row execute function refuse();`);
});
afterAll(() => stage[Symbol.asyncDispose]());

const keys = Array.from({ length: 5 }, () => crypto.randomUUID());
const sync = (at: number, more: Partial<Sync> = {}) =>
  syncOf({ key: keys[at]!, name: `s${at}`, settings: settings({ slots: 1 }), free: 1, hello: true, ...more });

test("of reports that arrive together all count but the one that is wrong, also when it is sent again and again", async () => {
  const { queue } = stage;
  const dispatcher = new Dispatcher(queue, 30_000);
  const job = await submitted(queue, { frames: "1-20", retries: 0 });
  const say = (at: number, more?: Partial<Sync>) =>
    dispatcher.sync(sync(at, more), "127.0.0.1", new AbortController().signal);
  const given = await Promise.all(keys.map((_, at) => say(at)));
  const held = given.map(({ start }) => start[0]!);
  for (let round = 0; round < 3; round++) {
    const answers = await Promise.allSettled(
      keys.map((_, at) => {
        const ended = [{ ...exited(held[at]!, at === 2 ? 1 : 0), ...(at === 2 && { message: "poison" }) }];
        return say(at, { ended });
      }),
    );
    expect(answers.map(({ status }) => status === "fulfilled")).toEqual([true, true, false, true, true]);
    for (const [at, answer] of answers.entries()) if (answer.status === "fulfilled") held[at] = answer.value.start[0]!;
  }
  const [row] =
    await queue.sql`select tasks_in(finished) as finished, running_count as running from job where id = ${job}`;
  expect({ ...row }).toEqual({ finished: 12, running: 5 });
  // Well again, it is one of many as before.
  const well = await say(2, { ended: [exited(held[2]!)], alive: [] });
  expect(well.start.map(keyOf)).toHaveLength(1);
  dispatcher.stop();
});
