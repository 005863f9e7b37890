// A message is posted, signed, to where it is to go and nowhere else.
import { afterAll, beforeEach, expect, test } from "bun:test";
import { createHmac } from "node:crypto";
import { hostOf, NotDelivered, post } from "../../../lib/master/notify/webhook";
import { Receiver } from "./receiver";

const receiver = new Receiver();
afterAll(() => receiver[Symbol.dispose]());
beforeEach(() => {
  receiver.got.length = 0;
  receiver.answer = () => new Response("ok");
});

const hook = { to: receiver.url(), secret: null };
const failure = (sending: Promise<void>) =>
  sending.then(
    () => undefined,
    (error: NotDelivered) => error,
  );

test("the body is signed with the secret, and names the delivery", async () => {
  await post({ ...hook, secret: "only we know" }, { text: "ä" }, "7", 5000);
  const [{ headers, body }] = (await receiver.messages(1)) as [(typeof receiver.got)[0]];
  expect(body).toBe('{"text":"ä"}');
  expect(headers.get("content-type")).toBe("application/json");
  expect(headers.get("x-drqueue-delivery")).toBe("7");
  const signature = createHmac("sha256", "only we know").update(body).digest("hex");
  expect(headers.get("x-drqueue-signature")).toBe(`sha256=${signature}`);
});

test("without a secret there is no signature", async () => {
  await post(hook, {}, "7", 5000);
  expect(receiver.got[0]!.headers.has("x-drqueue-signature")).toBe(false);
});

test("a redirect is not followed", async () => {
  receiver.answer = () => new Response(null, { status: 307, headers: { location: receiver.url("/elsewhere") } });
  expect((await failure(post(hook, {}, "7", 5000)))?.message).toBe(
    `127.0.0.1:${receiver.port} answered 307, a redirect: give the address that it leads to`,
  );
  expect(receiver.got.map(({ path }) => path)).toEqual(["/hook"]);
});

test("what the other side says against it is told in one line, and how long it wants to be left alone", async () => {
  receiver.answer = () => new Response("no\nsuch\u0007hook", { status: 429, headers: { "retry-after": "7.5" } });
  const error = await failure(post(hook, {}, "7", 5000));
  expect(error).toBeInstanceOf(NotDelivered);
  expect(error).toMatchObject({ message: `127.0.0.1:${receiver.port} answered 429: no such hook`, waitMs: 8000 });
});

test("a receiver that does not answer in time, or never ends its answer, is given up", async () => {
  receiver.answer = () => new Promise<Response>(() => {});
  expect((await failure(post(hook, {}, "7", 200)))?.message).toBe(
    `127.0.0.1:${receiver.port} did not answer within 0.2 s`,
  );
  receiver.answer = () =>
    new Response(new ReadableStream({ pull: (to) => to.enqueue(new Uint8Array(1000)) }), { status: 500 });
  expect((await failure(post(hook, {}, "7", 5000)))?.message).toStartWith(`127.0.0.1:${receiver.port} answered 500`);
});

test("one that is not there is told by its host, since the rest of an address is often a secret", async () => {
  const error = await failure(post({ ...hook, to: "http://127.0.0.1:1/very/secret" }, {}, "7", 5000));
  expect(error?.message).toBe("127.0.0.1:1 cannot be reached: nothing listens there");
  expect(hostOf("https://user:pw@hooks.slack.com/services/T0/B0/x")).toBe("hooks.slack.com");
});
