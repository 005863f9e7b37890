// A worker that looks at lines: rules and patterns come from people, and one of them may take for ever. It reads the log by itself.
import { Client } from "../../client";
import { lineReader } from "../../line-rules";
import { type Finder, finderOf, Scan } from "./find";
import type { Answered, Asked, LogName, Look, Parts, Seen } from "./looking";

/** So much is asked for at a time, bytes; it is read as it comes. */
const rangeBytes = 32 * 1024 * 1024;
/** What was found is told so often, ms. */
const tellMs = 100;

const port = self as unknown as { onmessage: (event: { data: Asked }) => void; postMessage(answer: Answered): void };
const farm = new Client({ masters: [self.location.origin], token: "" });

let finder: Finder;
let see: (line: string) => Seen;

/** The scan that goes on; one that was told to stop ends by itself. */
let scanning: object | undefined;

port.onmessage = ({ data }) => {
  if (data.type === "look") begin(data.look);
  else if (data.type === "ping") port.postMessage({ type: "alive" });
  else if (data.type === "judge") port.postMessage({ type: "judged", id: data.id, seen: data.lines.map(see) });
  else if (data.type === "stop") scanning = undefined;
  else void scan(data.log, data.parts);
};

function begin(look: Look): void {
  if ("find" in look) {
    finder = finderOf(look.find);
    see = (line) => ({ places: finder.places(line) });
    return;
  }
  const read = lineReader(look.rules);
  const newsOf = (line: string) => (/^# (?:job|started|command) /.test(line) ? undefined : read?.(line));
  finder = { places: () => [], test: (line) => newsOf(line)?.fatal === true };
  see = (line) => {
    const news = newsOf(line);
    return { mark: news?.fatal ? "fatal" : news?.warning ? "warning" : undefined };
  };
}

async function scan(log: LogName, parts: Parts): Promise<void> {
  const own = {};
  scanning = own;
  const progress = new Progress();
  let rest: number | undefined;
  try {
    for (const [from, to] of parts) {
      const lines = new Scan(from, finder);
      for await (const bytes of read(log, from, to)) {
        if (scanning !== own) return;
        progress.add(lines.push(bytes), bytes.length);
      }
      progress.add(lines.end(), 0);
      rest ??= lines.at;
      progress.tell();
    }
    port.postMessage({ type: "over", rest: rest ?? 0 });
  } catch (error) {
    if (scanning === own)
      port.postMessage({ type: "failed", words: error instanceof Error ? error.message : `${error}` });
  }
}

/** Bytes of a log, as they come. */
async function* read({ job, frame, attempt }: LogName, from: number, to: number): AsyncGenerator<Uint8Array> {
  for (let at = from; at < to; ) {
    const range = `bytes=${at}-${Math.min(to, at + rangeBytes) - 1}`;
    const { body } = await farm.log(job, frame, { attempt, range });
    const reader = body!.getReader();
    const before = at;
    try {
      for (;;) {
        const { value } = await reader.read();
        if (!value) break;
        at += value.length;
        yield value;
      }
    } finally {
      reader.cancel().catch(() => {});
    }
    if (at === before) return;
  }
}

/** What was found and how far it is, told now and then. */
class Progress {
  private found: number[] = [];
  private done = 0;
  private toldAt = performance.now();

  add(found: readonly number[], bytes: number): void {
    for (const at of found) this.found.push(at);
    this.done += bytes;
    if (performance.now() - this.toldAt > tellMs) this.tell();
  }

  tell(): void {
    port.postMessage({ type: "scanned", found: this.found, done: this.done });
    this.found = [];
    this.toldAt = performance.now();
  }
}
