// Who is told what, on the command line.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Farm, startFarm } from "../farm";
import { Receiver } from "../master/notify/receiver";

let farm: Farm;
const receiver = new Receiver();
beforeAll(async () => {
  farm = await startFarm({ slaves: 0 });
});
afterAll(async () => {
  receiver[Symbol.dispose]();
  await farm[Symbol.asyncDispose]();
});

const noMail =
  "drqueue: this master sends no mail: start it with DRQUEUE_SMTP=smtps://user:password@host:465 (or smtp://host:587) " +
  "and DRQUEUE_MAIL_FROM=drqueue@studio.example\n";

test("somebody is added, listed, sent a test, and removed", async () => {
  expect((await farm.cli("notify")).out).toBe(
    "nobody is told: add somebody with drqueue notify add mailto:ana@studio.example\n",
  );
  const key = join(farm.folder, "key");
  writeFileSync(key, "only we know\n");
  const added = await farm.cli(
    ...["notify", "add", receiver.url(), "--on", "failed,error", "--owner", "ana", "--secret-file", key],
  );
  expect(added).toMatchObject({
    code: 0,
    out: `notice 1: ${receiver.url()} is told of jobs of ana on failed, error\n`,
  });
  const listed = (await farm.cli("notify")).out;
  expect(listed).toMatch(/^NOTICE +TO +STYLE +ON +OF +PROBLEM\n +1 /);
  expect(listed).toContain("json, signed  failed,error  jobs of ana");
  expect(JSON.parse((await farm.cli("notify", "--json")).out)).toMatchObject([{ id: 1, owner: "ana", signed: true }]);
  expect(await farm.cli("notify", "test", "1")).toMatchObject({
    code: 0,
    out: "notice 1: a test message has arrived\n",
  });
  expect((await receiver.messages(1))[0]!.json).toMatchObject({ reason: "test" });
  expect(receiver.got[0]!.headers.get("x-drqueue-signature")).toStartWith("sha256=");
  expect((await farm.cli("notify", "remove", "1")).out).toBe(`notice 1: ${receiver.url()} is no longer told\n`);
  expect((await farm.cli("notify", "remove", "1")).err).toBe(
    "drqueue: there is no notice 1: drqueue notify lists them\n",
  );
});

test("a test that does not arrive says why", async () => {
  expect((await farm.cli("notify", "test", receiver.url("/slack"), "--style", "slack")).code).toBe(0);
  expect((await receiver.messages(1, "/slack"))[0]!.json).toHaveProperty("blocks");
  receiver.answer = () => new Response("invalid_token", { status: 403 });
  expect(await farm.cli("notify", "test", receiver.url())).toEqual({
    code: 1,
    out: "",
    err: `drqueue: 127.0.0.1:${receiver.port} answered 403: invalid_token\n`,
  });
});

test("submit --notify tells of that job, and --notify-on says what of", async () => {
  const { code, out } = await farm.cli(
    ...["submit", "--stopped", "--notify", receiver.url(), "--notify-on", "finished,attention", "--", "true"],
  );
  expect(code).toBe(0);
  const job = Number(/\d+/.exec(out)![0]);
  expect(await farm.client.notices()).toMatchObject([{ job, to: receiver.url(), on: ["finished", "attention"] }]);
});

test("mail is refused by a master that sends none, and nothing is stored", async () => {
  const jobs = (await farm.client.jobs()).length;
  expect(await farm.cli("notify", "add", "ana@studio.example")).toEqual({ code: 1, out: "", err: noMail });
  expect(await farm.cli("notify", "test", "mailto:ana@studio.example")).toEqual({ code: 1, out: "", err: noMail });
  const submitted = await farm.cli("submit", "--notify", "mailto:ana@studio.example", "--", "true");
  expect(submitted).toEqual({ code: 1, out: "", err: noMail });
  expect((await farm.client.jobs()).length).toBe(jobs);
});

test("what cannot be is refused in one line", async () => {
  const refused = async (expected: [code: number, says: string], ...args: string[]) => {
    const { code, err } = await farm.cli(...args);
    expect({ args, code, err }).toEqual({ args, code: expected[0], err: expect.stringContaining(expected[1]) });
    expect(err.trimEnd().split("\n")).toHaveLength(1);
  };
  const to = receiver.url();
  await Promise.all([
    refused([2, "notify add mailto:"], "notify", "add"),
    refused([2, "'ana'"], "notify", "add", "ana"),
    refused([2, "'7' is not an address"], "notify", "add", "7"),
    refused([2, "not the number of a notice"], "notify", "remove", to),
    refused([2, "--on is for notify add"], "notify", "--on", "failed"),
    refused([2, "'late' is none of finished, failed"], "notify", "add", to, "--on", "late"),
    refused([2, "'lost' is told of the farm's slaves"], "notify", "add", to, "--on", "lost", "--owner", "ana"),
    refused([1, "there is no job 99"], "notify", "add", to, "--job", "99"),
    refused([2, "--notify-on is for --notify"], "submit", "--notify-on", "failed", "--", "true"),
    refused([2, "'sick' is told of slaves"], "submit", "--notify", to, "--notify-on", "sick", "--", "true"),
  ]);
});
