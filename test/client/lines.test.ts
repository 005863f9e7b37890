import { expect, test } from "bun:test";
import { linesOf } from "../../lib/client/lines";

/** A stream that comes in these pieces. */
function streamOf(...pieces: (string | Uint8Array)[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const piece of pieces)
        controller.enqueue(typeof piece === "string" ? new TextEncoder().encode(piece) : piece);
      controller.close();
    },
  });
}

const lines = (...pieces: (string | Uint8Array)[]) => Array.fromAsync(linesOf(streamOf(...pieces)));

test("lines are whole however their bytes are cut", async () => {
  expect(await lines("a\nb", "c\n", "\n", "d")).toEqual(["a", "bc", "", "d"]);
  expect(await lines("a\r\nb\rc\r", "\nd\r", "e\r", "")).toEqual(["a", "b", "c", "d", "e"]);
  const [first, second] = [new Uint8Array([0xc3]), new Uint8Array([0xa4, 0x0a])];
  expect(await lines("x", first, second)).toEqual(["xä"]);
  expect(await lines()).toEqual([]);
});

test("a line that a carriage return ends is there at once, not with the next one", async () => {
  let more: (text: string) => void = () => {};
  const stream = new ReadableStream<Uint8Array>({
    start: (controller) => {
      more = (text) => controller.enqueue(new TextEncoder().encode(text));
    },
  });
  const reading = linesOf(stream);
  more("10%\r");
  expect(await reading.next()).toEqual({ value: "10%", done: false });
  await reading.return();
});

test("a stream is let go by who stops reading", async () => {
  let cancelled = false;
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new TextEncoder().encode("line\n")),
    cancel: () => {
      cancelled = true;
    },
  });
  for await (const line of linesOf(stream)) if (line === "line") break;
  expect(cancelled).toBe(true);
});
