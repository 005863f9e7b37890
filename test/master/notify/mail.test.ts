// Mail goes through a real server, with TLS and login, and cannot be turned into another mail by a job's name.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { openMailer } from "../../../lib/master/notify/mail";
import type { Told } from "../../../lib/notices";
import { certificate as ca } from "./certificate";
import { MailServer, read } from "./smtp";

let implicit: MailServer;
let starttls: MailServer;
beforeAll(async () => {
  [implicit, starttls] = await Promise.all([MailServer.start({ secure: true }), MailServer.start()]);
});
afterAll(async () => {
  await Promise.all([implicit[Symbol.asyncDispose](), starttls[Symbol.asyncDispose]()]);
});

const from = "drqueue@studio.example";
const login = "render:p%40ss%3Aword@";
const told = (name = "shot7"): Told => ({
  reason: "finished",
  at: "2026-11-22T12:00:00.000Z",
  job: { id: 12, name, owner: "ana", state: "finished", stopReason: null },
});
const mailer = (url: string, trusted: string | undefined = ca) =>
  openMailer(url, from, { deadlineMs: 5000, ...(trusted !== undefined && { ca: trusted }) })!;
const failure = (sending: Promise<void>) =>
  sending.then(
    () => "sent",
    (error: Error) => error.message,
  );

test("a mail with text and HTML is sent through TLS with user and password", async () => {
  const url = `smtps://${login}127.0.0.1:${implicit.port}`;
  await mailer(url).send("mailto:ana@studio.example", told(), "7.1");
  const [mail] = await implicit.mails(1, "ana@studio.example");
  expect(mail).toMatchObject({ from, to: ["ana@studio.example"], secure: true, user: "render" });
  const { header, text, html } = read(mail!.raw);
  expect(header("subject")).toEqual(["[DrQueue] job 12 shot7 is finished"]);
  expect(header("message-id")).toEqual(["<drqueue.7.1@studio.example>"]);
  expect(header("auto-submitted")).toEqual(["auto-generated"]);
  expect(text).toContain("drqueue job 12");
  expect(html).toContain("<td>12 shot7</td>");
});

test("smtp:// begins TLS before the password is sent", async () => {
  await mailer(`smtp://${login}127.0.0.1:${starttls.port}`).send("mailto:bob@studio.example", told(), "8.1");
  expect((await starttls.mails(1, "bob@studio.example"))[0]).toMatchObject({ secure: true, user: "render" });
});

test("the password is not sent to a server without TLS, nor to one that does not prove who it is", async () => {
  await using plain = await MailServer.start({ hideSTARTTLS: true, disabledCommands: ["STARTTLS"] });
  expect(await failure(mailer(`smtp://${login}127.0.0.1:${plain.port}`).send("mailto:a@b.c", told(), "1"))).toContain(
    `mail through 127.0.0.1:${plain.port}: `,
  );
  const untrusted = openMailer(`smtp://${login}127.0.0.1:${starttls.port}`, from, { deadlineMs: 5000 })!;
  expect(await failure(untrusted.send("mailto:a@b.c", told(), "1"))).toMatch(/self.signed|certificate/i);
  expect([...plain.got, ...starttls.got].filter(({ to }) => to.includes("a@b.c"))).toEqual([]);
});

test("a server without login takes mail with TLS if it has it, and without", async () => {
  await using open = await MailServer.start({ authOptional: true });
  await using plain = await MailServer.start({ authOptional: true, disabledCommands: ["STARTTLS", "AUTH"] });
  for (const server of [open, plain])
    await mailer(`smtp://127.0.0.1:${server.port}`).send("mailto:ana@studio.example", told(), "9");
  expect([open, plain].map(({ got }) => got.map(({ secure }) => secure))).toEqual([[true], [false]]);
});

test("what goes wrong is told in one line without the password", async () => {
  const wrong = `smtps://render:wrong@127.0.0.1:${implicit.port}`;
  expect(await failure(mailer(wrong).send("mailto:a@b.c", told(), "1"))).toBe(
    `mail through 127.0.0.1:${implicit.port}: the server does not accept user and password`,
  );
  expect(await failure(mailer("smtp://127.0.0.1:1").send("mailto:a@b.c", told(), "1"))).toContain(
    "nothing listens there",
  );
  await using silent = await MailServer.start({ onConnect: () => {} });
  const patient = openMailer(`smtp://127.0.0.1:${silent.port}`, from, { deadlineMs: 300 })!;
  expect(await failure(patient.send("mailto:a@b.c", told(), "1"))).toMatch(
    /^mail through .*(Greeting never received|within)/,
  );
});

test("a job's name cannot add headers, recipients or markup", async () => {
  const name = "x\r\nBcc: eve@evil.example\r\n\r\n<script>alert(1)</script>\u202e\u0000";
  const hostile = { ...told(name), job: { ...told(name).job!, owner: "<b>\n" } };
  await mailer(`smtps://${login}127.0.0.1:${implicit.port}`).send("mailto:cleo@studio.example", hostile, "10");
  const [mail] = await implicit.mails(1, "cleo@studio.example");
  const { header, html } = read(mail!.raw);
  expect(mail!.to).toEqual(["cleo@studio.example"]);
  expect(header("bcc")).toEqual([]);
  expect(header("subject")).toHaveLength(1);
  expect(html).not.toContain("<script>");
  expect(html).toContain("&lt;script&gt;");
});

test("an address or a sender that does not read is refused when the master starts, and the password is not shown", () => {
  for (const url of ["mail.studio", "http://u:secret@h", "smtp://u:secret@h/x", "smtp://u:%zz@h", "smtp://"]) {
    const open = () => openMailer(url, from);
    expect(open).toThrow(/^DRQUEUE_SMTP/);
    expect(open).not.toThrow(/secret/);
  }
  expect(() => openMailer("smtp://h", undefined)).toThrow("DRQUEUE_MAIL_FROM is missing");
  expect(() => openMailer("smtp://h", "a@b\r\nBcc: c@d")).toThrow("DRQUEUE_MAIL_FROM is not a mail address");
  expect(openMailer(undefined, undefined)).toBeUndefined();
});
