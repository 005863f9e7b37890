// The jobs round a job that wait for each other, as the page draws them.
import { expect, test } from "bun:test";
import { readGraph } from "../../lib/queue/graph";
import { JobGraph } from "../../lib/views";
import { stagedQueue, submitted } from "./stage";

const queue = await stagedQueue();

const after = (...jobs: number[]) => ({ after: jobs.map((job) => ({ job })) });
const idsOf = async (id: number) => (await readGraph(queue, id)).jobs.map(({ id }) => id);

test("a job that waits for none, and that none waits for, is alone", async () => {
  const id = await submitted(queue, { name: "shot7" });
  const graph = await readGraph(queue, id);
  expect(graph).toEqual({ jobs: [{ id, name: "shot7", state: "waiting" }], needs: [], more: false });
  expect(JobGraph.parse(graph)).toEqual(graph);
});

test("those it waits for and those that wait for it are there, through others as well, but not who waits beside it", async () => {
  const sim = await submitted(queue);
  const cache = await submitted(queue, { after: [{ job: sim, until: "ended" }] });
  const beauty = await submitted(queue, { after: [{ job: cache, until: "frames" }, { job: sim }] });
  const comp = await submitted(queue, after(beauty));
  const beside = await submitted(queue, after(sim));
  const review = await submitted(queue, after(comp, beside));
  const graph = await readGraph(queue, beauty);
  expect(graph.jobs.map(({ id }) => id)).toEqual([sim, cache, beauty, comp, review]);
  expect(graph.needs.map(({ job, needs, until }) => [job, needs, until])).toEqual([
    [cache, sim, "ended"],
    [beauty, sim, "finished"],
    [beauty, cache, "frames"],
    [comp, beauty, "finished"],
    [review, comp, "finished"],
  ]);
  expect(await idsOf(beside)).toEqual([sim, beside, review]);
});

test("of too many, those nearest to it are there, and that some are missing is said", async () => {
  const first = await submitted(queue);
  const last = 450;
  await queue.sql`
    insert into job (name, owner, pool, priority, command, env, log_name, spans, block, fill_order, pad, retries, exit_rule, stopped, tasks, waiting)
    select name, owner, pool, priority, command, env, log_name, spans, block, fill_order, pad, retries, exit_rule, stopped, tasks, waiting
    from job, generate_series(2, ${last}::int)`;
  await queue.sql`insert into dependency (job, needs, until) select id, id - 1, 'finished' from job where id > 1`;
  const graph = await readGraph(queue, 225);
  expect(graph).toMatchObject({ more: true });
  expect(graph.jobs.map(({ id }) => id)).toEqual(Array.from({ length: 200 }, (_, at) => 126 + at));
  expect(graph.needs).toHaveLength(199);
  expect(await readGraph(queue, first)).toMatchObject({ more: true });
  expect(await idsOf(first)).toEqual(Array.from({ length: 200 }, (_, at) => 1 + at));
  expect((await idsOf(last - 1)).at(-1)).toBe(last);
});

test("a job that there is not is refused", () => {
  expect(readGraph(queue, 99)).rejects.toMatchObject({ kind: "unknown", message: "there is no job 99" });
});
