// Who is told of what: notices are kept, and events become messages once, whatever happens in between.
import { beforeEach, expect, test } from "bun:test";
import { NewNotice } from "../../lib/events";
import { claim, markFailed, markSent, sweepDeliveries } from "../../lib/queue/deliveries";
import { agreeOnToken } from "../../lib/queue/farm";
import { addNotice, findNotice, listNotices, removeNotice } from "../../lib/queue/notices";
import { remove } from "../../lib/queue/remove";
import { tellEvents } from "../../lib/queue/tell";
import { until } from "../farm";
import { met, stagedQueue, submitted } from "./stage";

const queue = await stagedQueue();
/** Waits until all that has happened may be read: transactions of other databases of the server may delay it. */
const settled = () =>
  until(async () => {
    const [row] = await queue.sql`
      select not exists (select from event where tx >= pg_snapshot_xmin(pg_current_snapshot())) as settled`;
    return row!.settled || undefined;
  }, "older transactions of the server to end");
const tellAll = async () => {
  while ((await tellEvents(queue, 60_000)) > 0);
};
beforeEach(async () => {
  await agreeOnToken(queue, "token");
  await queue.sql`update farm set notified_up_to = null`;
  await tellEvents(queue, 0);
});

const notice = (given: Partial<NewNotice> & Pick<NewNotice, "to">) => addNotice(queue, NewNotice.parse(given));
const finish = (id: number) => queue.sql`update job set waiting = '{}', finished = '{[0,1)}' where id = ${id}`;
const fail = (id: number) => queue.sql`update job set waiting = '{}', failed = '{[0,1)}' where id = ${id}`;
const lose = (id: number) => queue.sql`update slave set state = 'lost' where id = ${id}`;
const web = "https://hooks.example/";

/** What waits to be sent, as `address reason job or slaves`. */
async function messages(): Promise<string[]> {
  await settled();
  await tellAll();
  const rows = await queue.sql`select "to", message from delivery order by id`;
  return rows.map(({ to, message: { reason, told } }) =>
    [to.replace(web, ""), reason, told.job?.id ?? told.slaves.map(({ name }: { name: string }) => name).join("+")].join(
      " ",
    ),
  );
}

/** What a master would send now. */
const due = (more: Partial<Parameters<typeof claim>[1]> = {}) =>
  claim(queue, { mail: true, busy: [], most: 10, leaseMs: 60_000, ...more });
const bringForward = () => queue.sql`update delivery set next_at = now() where next_at <> 'infinity'`;

test("a notice is kept, shown without its secret, and removed", async () => {
  const added = await notice({ to: `${web}a`, owner: "ana", secret: "only we know" });
  expect(added).toEqual({
    id: 1,
    to: `${web}a`,
    on: ["finished", "failed"],
    job: null,
    owner: "ana",
    style: "json",
    signed: true,
    problem: null,
  });
  expect(await listNotices(queue)).toEqual([added]);
  expect((await findNotice(queue, 1)).secret).toBe("only we know");
  expect(await removeNotice(queue, 1)).toEqual(added);
  expect(await listNotices(queue)).toEqual([]);
  expect(removeNotice(queue, 1)).rejects.toThrow("there is no notice 1");
});

test("what does not go together is refused", async () => {
  expect(notice({ to: `${web}a`, job: 99 })).rejects.toThrow("there is no job 99");
  expect(notice({ to: `${web}a`, owner: "ana", on: ["finished", "lost"] })).rejects.toThrow(
    "'lost' is told of the farm's slaves",
  );
  expect(notice({ to: "mailto:ana@studio.example", style: "slack" })).rejects.toThrow("style slack is for web hooks");
  expect(await listNotices(queue)).toEqual([]);
});

test("who is told: of one job, of the jobs of an owner, of the farm; and only what they want to know", async () => {
  const [first, second] = [await submitted(queue, { owner: "ana" }), await submitted(queue, { owner: "bob" })];
  await notice({ to: `${web}job`, job: first });
  await notice({ to: `${web}ana`, owner: "ana" });
  await notice({ to: `${web}farm` });
  await notice({ to: `${web}failed`, on: ["failed"] });
  await finish(first);
  await fail(second);
  expect((await messages()).sort()).toEqual([
    `ana finished ${first}`,
    `failed failed ${second}`,
    `farm failed ${second}`,
    `farm finished ${first}`,
    `job finished ${first}`,
  ]);
});

test("an address with several notices is told once, by the one that is most about the job", async () => {
  const job = await submitted(queue, { owner: "ana" });
  await notice({ to: `${web}a`, job, secret: "of the job" });
  await notice({ to: `${web}a`, secret: "of the farm" });
  await finish(job);
  expect(await messages()).toEqual([`a finished ${job}`]);
  expect((await due())[0]?.secret).toBe("of the job");
});

test("who is named in a submission is stored with the job and forgotten with it, and its last message still goes", async () => {
  const job = await submitted(queue, {
    notify: [{ to: `${web}a` }, { to: `${web}b`, on: ["failed"], style: "slack" }],
  });
  expect(await listNotices(queue)).toMatchObject([
    { to: `${web}a`, job, on: ["finished", "failed"], style: "json" },
    { to: `${web}b`, job, on: ["failed"], style: "slack" },
  ]);
  await finish(job);
  await remove(queue, job);
  expect(await messages()).toEqual([`a finished ${job}`]);
  expect(await listNotices(queue)).toEqual([]);
  expect(submitted(queue, { notify: [{ to: "mailto:a@b.c", style: "json" }] })).rejects.toThrow(
    "style json is for web hooks",
  );
});

test("slaves that are lost together come in one message, later ones in another", async () => {
  await notice({ to: `${web}a`, on: ["lost"] });
  const [first, second, third] = [await met(queue, "s1"), await met(queue, "s2"), await met(queue, "s3")];
  await lose(first);
  expect(await messages()).toEqual(["a lost s1"]);
  expect(await due()).toEqual([]);
  await lose(second);
  expect(await messages()).toEqual(["a lost s1+s2"]);
  await bringForward();
  expect(await due()).toHaveLength(1);
  await lose(third);
  expect(await messages()).toEqual(["a lost s1+s2", "a lost s3"]);
});

test("nothing that happened before the first look is told, and nothing twice by several masters", async () => {
  const before = await submitted(queue);
  await finish(before);
  await settled();
  await queue.sql`update farm set notified_up_to = null`;
  await tellEvents(queue, 0);
  await notice({ to: `${web}a` });
  expect(await messages()).toEqual([]);
  const jobs = [];
  for (let at = 0; at < 20; at++) jobs.push(await submitted(queue));
  const looks = Array.from({ length: 12 }, () => tellEvents(queue, 0));
  for (const job of jobs) await finish(job);
  await Promise.all([...looks, ...Array.from({ length: 12 }, () => tellEvents(queue, 0))]);
  expect(await messages()).toEqual(jobs.map((job) => `a finished ${job}`));
});

test("a transaction that commits late is told of as well", async () => {
  await notice({ to: `${web}a` });
  const [early, late] = [await submitted(queue), await submitted(queue)];
  await queue.sql.begin(async (tx) => {
    await tx`update job set waiting = '{}', finished = '{[0,1)}' where id = ${late}`;
    await finish(early);
    await tellAll();
  });
  expect((await messages()).sort()).toEqual([`a finished ${early}`, `a finished ${late}`]);
});

test("of a restored copy of a database only what happens from now on is told", async () => {
  await queue.sql`update farm set notified_up_to = '900000000000-5'`;
  await tellEvents(queue, 0);
  await notice({ to: `${web}a` });
  const job = await submitted(queue);
  await finish(job);
  expect(await messages()).toEqual([`a finished ${job}`]);
});

test("a message is one master's at a time, an address gets one after the other, and mail goes to masters that can", async () => {
  await notice({ to: `${web}a` });
  await notice({ to: "mailto:ana@studio.example" });
  for (const job of [await submitted(queue), await submitted(queue)]) await finish(job);
  await messages();
  const claims = await Promise.all([due({ mail: false }), due({ mail: false }), due({ mail: false })]);
  const taken = claims.flat();
  expect(taken.every(({ style }) => style === "json")).toBe(true);
  expect(new Set(taken.map(({ id }) => id)).size).toBe(taken.length);
  expect(await due({ busy: [`${web}a`] })).toMatchObject([{ to: "mailto:ana@studio.example", tries: 1 }]);
});

test("a message that does not arrive waits, says why, is given up after a day, and is forgotten after a week", async () => {
  const { id } = await notice({ to: `${web}a` });
  await finish(await submitted(queue));
  await messages();
  const [message] = await due();
  expect(await markFailed(queue, message!.id, "nothing listens there", 10_000)).toBe(false);
  expect(await due()).toEqual([]);
  expect((await listNotices(queue))[0]).toMatchObject({ id, problem: "nothing listens there" });
  await bringForward();
  expect((await due())[0]).toMatchObject({ id: message!.id, tries: 2 });
  await queue.sql`update delivery set created_at = now() - interval '23 hours 59 minutes'`;
  expect(await markFailed(queue, message!.id, "still nothing", 3_600_000)).toBe(true);
  await bringForward();
  expect(await due()).toEqual([]);
  await sweepDeliveries(queue);
  expect((await listNotices(queue))[0]?.problem).toBe("still nothing");
  await queue.sql`update delivery set created_at = now() - interval '9 days'`;
  await sweepDeliveries(queue);
  expect(await messages()).toEqual([]);
});

test("the problem of an address stays told while its next message is on its way", async () => {
  await notice({ to: `${web}a` });
  for (const job of [await submitted(queue), await submitted(queue)]) await finish(job);
  await messages();
  const [first] = await due();
  await markFailed(queue, first!.id, "did not answer", 10_000);
  expect(await due()).toMatchObject([{ tries: 1 }]);
  expect((await listNotices(queue))[0]?.problem).toBe("did not answer");
});

test("what arrived is no problem any more and forgotten after a week, and a removed notice sends nothing", async () => {
  const { id } = await notice({ to: `${web}a` });
  for (const job of [await submitted(queue), await submitted(queue)]) await finish(job);
  await messages();
  const [first] = await due();
  await markFailed(queue, first!.id, "busy", 0);
  await markSent(queue, first!.id);
  expect((await listNotices(queue))[0]?.problem).toBeNull();
  await removeNotice(queue, id);
  await bringForward();
  expect(await due()).toEqual([]);
  await queue.sql`update delivery set sent_at = now() - interval '8 days'`;
  await sweepDeliveries(queue);
  expect(await messages()).toEqual([]);
});

test("mail that no master could send for a day is given up and says what to do", async () => {
  await notice({ to: "mailto:ana@studio.example" });
  await finish(await submitted(queue));
  await messages();
  await queue.sql`update delivery set created_at = now() - interval '26 hours'`;
  await sweepDeliveries(queue);
  expect((await listNotices(queue))[0]?.problem).toContain("DRQUEUE_SMTP");
  expect(await due()).toEqual([]);
});
