// The loop that tells: messages arrive when their receiver is back, once, whatever happens to the master that sends them.
import { afterAll, beforeEach, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { NewNotice } from "../../../lib/events";
import { openMailer } from "../../../lib/master/notify/mail";
import { Notifier, type Patience } from "../../../lib/master/notify/notify";
import { agreeOnToken } from "../../../lib/queue/farm";
import { addNotice, listNotices } from "../../../lib/queue/notices";
import { tellEvents } from "../../../lib/queue/tell";
import { until } from "../../farm";
import { ended, handOut, met, newQueue, slave, stagedQueue, submitted, tell } from "../../queue/stage";
import { certificate as ca } from "./certificate";
import { Receiver } from "./receiver";
import { MailServer } from "./smtp";

const queue = await stagedQueue();
const receiver = new Receiver();
const logs = mkdtempSync(join(tmpdir(), "drqueue-notify-"));
afterAll(() => {
  receiver[Symbol.dispose]();
  rmSync(logs, { recursive: true });
});
beforeEach(async () => {
  receiver.got.length = 0;
  receiver.answer = () => new Response("ok");
  await agreeOnToken(queue, "token");
  await queue.sql`update farm set notified_up_to = null`;
  await tellEvents(queue, 0);
});

const quick: Partial<Patience> = { retryMs: 50, gatherMs: 100, deadlineMs: 1000, leaseMs: 300, pollMs: 50, restMs: 5 };
type Mailer = ReturnType<typeof openMailer>;
function notifier(
  more: { patience?: Partial<Patience>; mailer?: Mailer; of?: typeof queue; keepsHouse?: boolean } = {},
) {
  const { of = queue, patience, mailer, keepsHouse = true } = more;
  const told = new Notifier(of, { logs, token: "token" }, mailer, () => keepsHouse, { ...quick, ...patience });
  told.start();
  return Object.assign(told, { [Symbol.asyncDispose]: () => told.stop(0) });
}
const notice = (given: Partial<NewNotice> & Pick<NewNotice, "to">) => addNotice(queue, NewNotice.parse(given));
const finish = (id: number) => queue.sql`update job set waiting = '{}', finished = '{[0,1)}' where id = ${id}`;
const pending = async () => (await queue.sql`select id from delivery where sent_at is null`).length;
const allSent = () => until(async () => (await pending()) === 0 || undefined, "all messages to be sent");
const idsOf = (got: readonly { headers: Headers }[]) => got.map(({ headers }) => headers.get("x-drqueue-delivery"));

test("a job that failed is told with its numbers and the end of its log, which is not read through a link", async () => {
  await using _ = notifier();
  await notice({ to: receiver.url(), on: ["failed", "error"], secret: "only we know" });
  const rack7 = await met(queue, "rack7");
  const job = await submitted(queue, { name: "shot7", owner: "ana", frames: "1-3", retries: 0 });
  const runs = await handOut(queue, slave(rack7, 3));
  const folder = join(logs, `00000${job}.shot7`);
  mkdirSync(folder);
  const lines = Array.from({ length: 30 }, (_, at) => `line ${at}`).join("\n");
  writeFileSync(join(folder, "0002.1.log"), `# job ${job} shot7\n${lines}\n# ended 2026, exit 1\n`);
  writeFileSync(join(logs, "secret"), "the farm's token\n");
  symlinkSync(join(logs, "secret"), join(folder, "0003.1.log"));
  await tell(queue, ...runs.map((run) => ended(run, run.task === 0 ? 0 : 1)));
  const [error, failed] = await receiver.messages(2);
  expect([error!.json.reason, failed!.json.reason]).toEqual(["error", "failed"]);
  expect(failed!.headers.get("x-drqueue-signature")).toStartWith("sha256=");
  expect(failed!.json).toMatchObject({
    subject: `job ${job} shot7 failed: 2 of 3 frames`,
    job: {
      id: job,
      owner: "ana",
      numbers: { frames: { total: 3, finished: 1, failed: 2 }, slaves: [{ name: "rack7", runs: 3 }] },
    },
    failures: [
      { frame: 2, slave: "rack7", code: 1, log: Array.from({ length: 10 }, (_, at) => `line ${20 + at}`) },
      { frame: 3, log: [] },
    ],
  });
  expect(failed!.body).not.toContain("token");
});

test("a job that stopped itself, lost slaves and a sick one are told", async () => {
  await using _ = notifier();
  await notice({ to: receiver.url(), on: ["attention", "lost", "sick"] });
  const job = await submitted(queue, { frames: "1-9", retries: 0, maxFailures: 1 });
  const [first, second] = [await met(queue, "s1"), await met(queue, "s2")];
  await tell(queue, ...(await handOut(queue, slave(first, 1))).map((run) => ended(run, 1)));
  await receiver.messages(1);
  await queue.sql`update slave set state = 'lost' where id in (${first}, ${second})`;
  await receiver.messages(2);
  await queue.sql`update slave set state = 'online', sick_since = now() where id = ${first}`;
  expect((await receiver.messages(3)).map(({ json }) => json.subject)).toEqual([
    expect.stringMatching(new RegExp(`^job ${job} test stopped itself: .*1 `)),
    "2 slaves are lost: s1, s2",
    "slave s1 is sick",
  ]);
});

test("a receiver that is away for a while gets every message when it is back, each once", async () => {
  await using _ = notifier();
  await notice({ to: receiver.url() });
  receiver.away();
  const jobs = [await submitted(queue), await submitted(queue), await submitted(queue)];
  for (const job of jobs) await finish(job);
  const problem = `127.0.0.1:${receiver.port} cannot be reached: nothing listens there`;
  await until(async () => (await listNotices(queue))[0]?.problem === problem || undefined, "the problem to be told");
  receiver.back();
  await receiver.messages(3);
  await allSent();
  expect(receiver.got.map(({ json }) => (json.job as { id: number }).id).sort()).toEqual(jobs);
  expect((await listNotices(queue))[0]?.problem).toBeNull();
});

test("a receiver that hangs does not keep others from their messages", async () => {
  await using _ = notifier({ patience: { deadlineMs: 10_000, leaseMs: 60_000 } });
  using other = new Receiver();
  receiver.answer = () => new Promise<Response>(() => {});
  await notice({ to: receiver.url() });
  await notice({ to: other.url() });
  for (let at = 0; at < 20; at++) await finish(await submitted(queue));
  expect(await other.messages(20)).toHaveLength(20);
  expect(receiver.got).toHaveLength(1);
});

test("receivers that fail get one message each and then a rest, so that their backlog takes no room from others", async () => {
  await using _ = notifier({ patience: { retryMs: 60_000 } });
  using other = new Receiver();
  receiver.answer = () => new Response("broken", { status: 500 });
  for (let at = 0; at < 8; at++) await notice({ to: receiver.url(`/${at}`) });
  for (let at = 0; at < 5; at++) await finish(await submitted(queue));
  await until(async () => (await pending()) === 40 || undefined, "the backlog");
  await notice({ to: other.url() });
  await finish(await submitted(queue));
  await other.messages(1);
  await until(async () => (await listNotices(queue)).slice(0, 8).every(({ problem }) => problem) || undefined, "tries");
  expect(receiver.got).toHaveLength(8);
});

test("what an overloaded receiver asks for is kept to", async () => {
  await using _ = notifier();
  receiver.answer = () => new Response("slow down", { status: 429, headers: { "retry-after": "3600" } });
  await notice({ to: receiver.url() });
  await finish(await submitted(queue));
  await until(async () => (await listNotices(queue))[0]?.problem ?? undefined, "the first try");
  const [row] = await queue.sql`select next_at > now() + interval '50 minutes' as later from delivery`;
  expect(row!.later).toBe(true);
  expect(receiver.got).toHaveLength(1);
});

test("two masters tell everything once", async () => {
  await using stage = await newQueue();
  await using mine = await twin(stage.url);
  await using _ = notifier({ of: stage.queue, patience: { leaseMs: 60_000 } });
  await using __ = notifier({ of: mine.queue, patience: { leaseMs: 60_000 } });
  await until(
    async () => (await stage.queue.sql`select notified_up_to as at from farm`)[0]?.at ?? undefined,
    "the beginning",
  );
  await addNotice(stage.queue, NewNotice.parse({ to: receiver.url() }));
  await addNotice(stage.queue, NewNotice.parse({ to: receiver.url("/too"), on: ["finished"] }));
  for (let at = 0; at < 30; at++)
    await stage.queue
      .sql`update job set waiting = '{}', finished = '{[0,1)}' where id = ${await submitted(stage.queue)}`;
  await receiver.messages(30);
  await receiver.messages(30, "/too");
  await until(
    async () => (await stage.queue.sql`select from delivery where sent_at is null`).length === 0 || undefined,
    "all",
  );
  expect(receiver.got).toHaveLength(60);
  expect(new Set(idsOf(receiver.got)).size).toBe(60);
});

test("a message that a master took and could not mark as sent is sent again under the same number", async () => {
  await notice({ to: receiver.url() });
  await finish(await submitted(queue));
  receiver.answer = () => new Promise<Response>(() => {});
  const first = notifier({ patience: { deadlineMs: 60_000 } });
  await receiver.messages(1);
  await first.stop(0);
  receiver.answer = () => new Response("ok");
  await using _ = notifier();
  const ids = idsOf(await receiver.messages(2));
  expect(ids[0]).toBe(ids[1]!);
  await allSent();
});

test("mail waits for a master that has a mail server, also one that does not keep house, and nothing is sent twice", async () => {
  await using mails = await MailServer.start({ secure: true });
  await using _ = notifier();
  await notice({ to: "mailto:ana@studio.example" });
  await notice({ to: receiver.url() });
  await finish(await submitted(queue));
  await receiver.messages(1);
  const mailer = openMailer(`smtps://render:p%40ss%3Aword@127.0.0.1:${mails.port}`, "drqueue@studio.example", { ca });
  await using __ = notifier({ mailer, keepsHouse: false });
  expect((await mails.mails(1, "ana@studio.example"))[0]!.raw).toContain("is finished");
  await allSent();
  expect([mails.got.length, receiver.got.length]).toEqual([1, 1]);
});

test("a master that does not keep house makes no messages", async () => {
  await using _ = notifier({ keepsHouse: false });
  await notice({ to: receiver.url() });
  await finish(await submitted(queue));
  await Bun.sleep(300);
  expect(receiver.got).toHaveLength(0);
  await using __ = notifier();
  await receiver.messages(1);
  await allSent();
});

/** The queue of another master of the same database. */
async function twin(url: string) {
  const { openQueue } = await import("../../../lib/queue/open");
  const other = await openQueue({ url });
  await agreeOnToken(other, "token");
  return { queue: other, [Symbol.asyncDispose]: () => other.close() };
}
