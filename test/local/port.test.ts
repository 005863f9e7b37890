// Listening on a port.
import { expect, test } from "bun:test";
import { listenOn } from "../../lib/local/port";
import { PlainError } from "../../lib/local/program";

test("port 0 takes a free one, and says which", async () => {
  const port = listenOn("127.0.0.1", 0, () => new Response("here"));
  expect(await (await fetch(`http://127.0.0.1:${port.port}`)).text()).toBe("here");
  await port.stop();
  expect(fetch(`http://127.0.0.1:${port.port}`)).rejects.toThrow();
});

test("a port in use is one line that says what to do", async () => {
  const port = listenOn("127.0.0.1", 0, () => new Response(""));
  const second = () => listenOn("127.0.0.1", port.port, () => new Response(""));
  expect(second).toThrow(PlainError);
  expect(second).toThrow(`port ${port.port} is in use: stop what listens there, or choose another with --port`);
  await port.stop();
});

test("an address that this machine does not have is one line that names it", () => {
  const listen = () => listenOn("192.0.2.1", 0, () => new Response(""));
  expect(listen).toThrow(PlainError);
  expect(listen).toThrow(/192\.0\.2\.1/);
});

test("stopping ends also a stream that would go on for ever", async () => {
  const endless = () =>
    new Response(
      new ReadableStream({
        async pull(controller) {
          await Bun.sleep(50);
          controller.enqueue(new Uint8Array([46]));
        },
      }),
    );
  const port = listenOn("127.0.0.1", 0, endless);
  const reader = (await fetch(`http://127.0.0.1:${port.port}`)).body!.getReader();
  await reader.read();
  await port.stop();
  const end = async () => {
    while (!(await reader.read()).done);
  };
  await Promise.race([
    end().catch(() => {}),
    Bun.sleep(10_000).then(() => {
      throw new Error("the stream goes on");
    }),
  ]);
});
