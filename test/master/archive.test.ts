// What goes by itself of the whole farm: jobs past their time, and logs of deleted jobs at the slaves.
import { expect, test } from "bun:test";
import { archive } from "../../lib/master/archive";
import { handOut, met, slave, stagedQueue, submitted } from "../queue/stage";

const queue = await stagedQueue();
const call = () => archive(queue, "secret");
const left = () => queue.sql`select slave, job, folder from leftover order by slave, job`;
const leave = (slave: number, job: number, name: string) =>
  queue.sql`insert into leftover (slave, job, folder) values (${slave}, ${job}, ${name})`;

test("a slave is asked with the farm's token until it has removed what it wrote, one that does not answer keeps no other waiting", async () => {
  const asked: string[] = [];
  let running = true;
  using server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    fetch(request) {
      asked.push(`${request.method} ${new URL(request.url).pathname} ${request.headers.get("authorization")}`);
      return running ? Response.json({ detail: "still runs" }, { status: 409 }) : Response.json({ removed: true });
    },
  });
  const [busy, dead, lost] = [await met(queue, "busy"), await met(queue, "dead"), await met(queue, "lost")];
  await queue.sql`update slave set port = ${server.port!} where id in ${queue.sql([busy, lost])}`;
  await queue.sql`update slave set port = 1 where id = ${dead}`;
  await queue.sql`update slave set state = 'lost' where id = ${lost}`;
  for (const id of [busy, dead, lost]) await leave(id, 7, "000007.shot");
  await call();
  expect(asked).toEqual(["DELETE /jobs/000007.shot Bearer secret"]);
  expect(await left()).toHaveLength(3);
  running = false;
  await call();
  expect(asked).toHaveLength(2);
  expect((await left()).map((row) => row.slave)).toEqual([dead, lost]);
});

test("a job past its time goes with its runs, and its logs on the slaves that had them", async () => {
  const on = await met(queue, "s1");
  await queue.sql`update slave set port = 1`;
  const id = await submitted(queue, { name: "shot", deleteAfterMs: 0 });
  const kept = await submitted(queue, { name: "kept", deleteAfterMs: 3_600_000 });
  await handOut(queue, slave(on, 2));
  await queue.sql`update run set ended_at = now(), outcome = 'finished'`;
  await queue.sql`update job set running = '{}', finished = '{[0,1)}', ended_at = now()`;
  await call();
  expect((await queue.sql`select id from job`).map((row) => row.id)).toEqual([kept]);
  expect((await queue.sql`select distinct job from run`).map((row) => row.job)).toEqual([kept]);
  const folder = "000001.shot";
  expect(await left()).toMatchObject([
    { slave: 0, job: id, folder },
    { slave: on, job: id, folder },
  ]);
});

test("a job that a person makes wait again while it is being deleted stays", async () => {
  const id = await submitted(queue, { deleteAfterMs: 0 });
  await queue.sql`update job set waiting = '{}', finished = '{[0,1)}', ended_at = now()`;
  const held = Promise.withResolvers<void>();
  const person = queue.sql.begin(async (tx) => {
    await tx`update job set waiting = '{[0,1)}', finished = '{}', ended_at = null where id = ${id}`;
    await held.promise;
  });
  const deleting = call();
  await Bun.sleep(100);
  held.resolve();
  await Promise.all([person, deleting]);
  expect(await queue.sql`select id from job`).toHaveLength(1);
});
