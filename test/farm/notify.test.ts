// People are told by mail and at web hooks, with a real farm, a real mail server, and masters that are killed.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { type Farm, startFarm, until } from "../farm";
import { certificate } from "../master/notify/certificate";
import { Receiver } from "../master/notify/receiver";
import { MailServer, read } from "../master/notify/smtp";
import { endFarm, isOnline, ownSlave } from "./own-slave";

let farm: Farm;
let mails: MailServer;
let sql: postgres.Sql;
const receiver = new Receiver();
const trusted = join(tmpdir(), `drqueue-certificate-${process.pid}-${crypto.randomUUID()}.pem`);
beforeAll(async () => {
  mails = await MailServer.start({ secure: true });
  writeFileSync(trusted, certificate);
  const masterEnv = {
    DRQUEUE_SMTP: `smtps://render:p%40ss%3Aword@127.0.0.1:${mails.port}`,
    DRQUEUE_MAIL_FROM: "drqueue@studio.example",
    NODE_EXTRA_CA_CERTS: trusted,
  };
  farm = await startFarm({ slaves: 1, lease: "1s", masterEnv });
  sql = postgres(farm.env.DATABASE_URL!, { max: 1, onnotice: () => {} });
});
afterAll(async () => {
  receiver[Symbol.dispose]();
  await Promise.all([sql?.end(), mails?.[Symbol.asyncDispose](), Bun.file(trusted).delete()]);
  await endFarm(farm);
});

/** Messages that wait for their next try, for other slaves to be lost, or for a dead master's lease, need not wait here. */
async function received(count: number, path: string) {
  return until(async () => {
    await sql`update delivery set next_at = now() where sent_at is null`;
    const found = receiver.got.filter((one) => one.path === path);
    return found.length >= count ? found.map(({ json }) => json) : undefined;
  }, `${count} messages at ${path}`);
}

test("a job that failed on a slave with logs of its own is mailed with the end of its log", async () => {
  const logs = join(farm.folder, "logs of s2");
  mkdirSync(logs);
  ownSlave(farm, { name: "s2", logs, pool: "own" }, { DRQUEUE_SMTP: "smtps://render:secret@host" });
  await isOnline(farm, "s2");
  const to = "mailto:ana@studio.example";
  const { code, out } = await farm.cli(
    ...["submit", "--name", "shot7", "--pool", "own", "--frames", "1-2", "--retries", "0", "--owner", "ana"],
    ...["--notify", to, "--notify-on", "failed", "--", "sh", "-c", "echo '<frame {frame}> is too large'; exit 3"],
  );
  expect(code).toBe(0);
  const job = Number(/\d+/.exec(out)![0]);
  const [mail] = await mails.mails(1, "ana@studio.example");
  expect(mail).toMatchObject({ secure: true, user: "render", from: "drqueue@studio.example" });
  const { header, text, html } = read(mail!.raw);
  expect(header("subject")).toEqual([`[DrQueue] job ${job} shot7 failed: 2 of 2 frames`]);
  expect(text).toContain("frame 1 on s2, attempt 1: exit 3");
  expect(text).toContain("    <frame 2> is too large");
  expect(text).toContain(`drqueue log ${job} 1`);
  expect(html).toContain("&lt;frame 1&gt; is too large");
});

test("the password of the mail server is not passed on to jobscripts", async () => {
  const id = await farm.submit({ command: ["env"], pool: "own" });
  await farm.ended(id);
  const log = await farm.log(id, 1);
  expect(log).toContain("DRQUEUE_POOL=own");
  expect(log).not.toContain("render:secret");
});

test("what happened just before a master was killed, or could not be sent, is told by the next one, once", async () => {
  await farm.client.addNotice({ to: receiver.url(), on: ["finished"], owner: "bob" });
  receiver.away();
  const unsent = await farm.submit({ command: ["true"], owner: "bob" });
  await until(async () => (await farm.client.notices()).find(({ problem }) => problem !== null), "a try that fails");
  const untold = await farm.submit({ command: ["true"], owner: "bob", stopped: true });
  await farm.client.finish(untold, "1");
  const { port } = farm.masters[0]!;
  await farm.masters[0]!.end("SIGKILL");
  receiver.back();
  await farm.startMaster({ port });
  const told = await received(2, "/hook");
  expect(told.map(({ job }) => (job as { id: number }).id).sort()).toEqual([unsent, untold]);
  await until(async () => (await sql`select from delivery where sent_at is null`).length === 0 || undefined, "no more");
  expect(receiver.got).toHaveLength(2);
});

test("a slave that is lost is told of", async () => {
  await farm.client.addNotice({ to: receiver.url("/slaves"), on: ["lost", "sick"] });
  await farm.slave("s1").end("SIGKILL");
  expect((await received(1, "/slaves"))[0]).toMatchObject({ subject: "slave s1 is lost" });
});

test("a master with a mail server that cannot be does not start, and does not tell the password", async () => {
  const bad = startFarm({ slaves: 0, masterEnv: { DRQUEUE_SMTP: "imap://render:secret@host" } });
  const said = await bad.then(
    () => "",
    (error: Error) => error.message,
  );
  expect(said).toContain("DRQUEUE_SMTP is not the address of a mail server: write smtps://user:password@host:465");
  expect(said).not.toContain("secret");
});
