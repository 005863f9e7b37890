// What happens in the farm as it happens: server-sent events, which go on by themselves where they broke off.
import type { EventType, FarmEvent } from "../events";
import type { Connection } from "./connection";
import { ClientError } from "./error";
import { linesOf } from "./lines";
import { pause } from "./pause";
import { query } from "./query";

/** Between tries while no master answers, ms. */
const patience = { first: 500, most: 10_000 } as const;

/** Masters send something every 10 s; one that is silent for so long is gone, ms. */
const silenceMs = 35_000;

/** Events were missed: what was known of the farm must be read anew. */
export type Reset = { type: "reset" };

/**
 * Which events: after the one with this id, else from now on; of these types; of this job; until the signal comes. `heard` is called with
 * true when the connection stands, and with false when it broke.
 */
export type EventFilter = {
  after?: string;
  types?: readonly EventType[];
  job?: number;
  signal?: AbortSignal;
  heard?: (there: boolean) => void;
};

/**
 * Events until the signal comes. A master that goes away is replaced by the next; who was away for too long is told by `reset`.
 * Throws a ClientError when the master refuses.
 */
export async function* followEvents(
  connection: Connection,
  { after, types, job, signal, heard }: EventFilter,
): AsyncGenerator<FarmEvent | Reset, void> {
  let last = after;
  let pauseMs: number = patience.first;
  while (!signal?.aborted) {
    const silence = new Silence();
    try {
      const response = await connection.stream({
        method: "GET",
        path: `/events${query({ types: types?.join(","), job })}`,
        headers: { accept: "text/event-stream", ...(last !== undefined && { "last-event-id": last }) },
        signal: signal ? AbortSignal.any([signal, silence.signal]) : silence.signal,
      });
      heard?.(true);
      for await (const { id, event, data } of messagesOf(response.body!, () => silence.broken())) {
        if (signal?.aborted) return;
        if (id !== undefined) last = id;
        if (event === "reset") yield { type: "reset" };
        else if (data !== "") yield JSON.parse(data) as FarmEvent;
        pauseMs = patience.first;
      }
    } catch (error) {
      if (signal?.aborted) return;
      if (error instanceof ClientError && !error.mayPass) throw error;
    } finally {
      silence.over();
    }
    heard?.(false);
    // Many that lost one master should not all return in the same moment.
    await pause(pauseMs * (0.75 + Math.random() / 2), signal);
    pauseMs = Math.min(patience.most, pauseMs * 2);
  }
}

type Message = { id: string | undefined; event: string; data: string };

/** The messages of a stream; one that is cut off is none. `heard` is called for every line, comments as well. */
async function* messagesOf(stream: ReadableStream<Uint8Array>, heard: () => void): AsyncGenerator<Message, void> {
  let message: Message = { id: undefined, event: "message", data: "" };
  let begun = false;
  for await (const line of linesOf(stream)) {
    heard();
    if (line === "") {
      if (begun) yield message;
      message = { id: undefined, event: "message", data: "" };
      begun = false;
      continue;
    }
    const [, name, value = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!;
    if (name === "id") message.id = value;
    else if (name === "event") message.event = value;
    else if (name === "data") message.data += message.data === "" ? value : `\n${value}`;
    else continue;
    begun = true;
  }
}

/** A signal that comes when nothing was heard for too long. */
class Silence {
  private readonly controller = new AbortController();
  private timer = this.start();

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  broken(): void {
    clearTimeout(this.timer);
    this.timer = this.start();
  }

  over(): void {
    clearTimeout(this.timer);
    this.controller.abort();
  }

  private start(): ReturnType<typeof setTimeout> {
    return setTimeout(() => this.controller.abort(), silenceMs);
  }
}
