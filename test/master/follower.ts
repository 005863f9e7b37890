// One who follows the events of a master over HTTP, as a browser does.
import type { FarmEvent } from "../../lib/events";
import { until } from "../farm";

export type Following = { after?: string; types?: string; job?: number; lastEventId?: string };

export class Follower {
  readonly events: FarmEvent[] = [];
  /** Everything that was sent, as it was written. */
  text = "";
  /** To go on from. */
  id = "";
  resets = 0;
  /** `clean`: the other side ended it; `broken`: the connection was cut. */
  end: "clean" | "broken" | undefined;
  private readonly stop = new AbortController();

  private constructor(readonly response: Response) {}

  /** Opens a stream; the answer may also be a refusal. */
  static async open(port: number, token: string, { lastEventId, ...query }: Following = {}): Promise<Follower> {
    const given = Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]);
    const stop = new AbortController();
    const response = await fetch(`http://127.0.0.1:${port}/events?${new URLSearchParams(given)}`, {
      headers: { authorization: `Bearer ${token}`, ...(lastEventId !== undefined && { "last-event-id": lastEventId }) },
      signal: stop.signal,
    });
    const follower = new Follower(response);
    follower.stop.signal.addEventListener("abort", () => stop.abort());
    if (response.ok) void follower.read();
    return follower;
  }

  get types(): string[] {
    return this.events.map(({ type }) => type);
  }

  /** Cuts the connection. */
  close(): void {
    this.stop.abort();
  }

  /** Waits until something is so. */
  until(wanted: (follower: Follower) => boolean, what: string): Promise<true> {
    return until(
      async () => wanted(this) || undefined,
      `${what}; there came ${this.types.slice(-20).join(", ") || "nothing"}`,
    );
  }

  private async read(): Promise<void> {
    try {
      let rest = "";
      const decoder = new TextDecoder();
      for await (const piece of this.response.body!) {
        if (this.stop.signal.aborted) return;
        const text = decoder.decode(piece, { stream: true });
        this.text += text;
        const blocks = (rest + text).split("\n\n");
        rest = blocks.pop()!;
        for (const block of blocks) this.take(block);
      }
      this.end = "clean";
    } catch {
      this.end = "broken";
    }
  }

  private take(block: string): void {
    const fields = new Map(block.split("\n").map((line) => [line.split(": ", 1)[0]!, line.replace(/^[^:]*: ?/, "")]));
    const [id, type, data] = [fields.get("id"), fields.get("event"), fields.get("data")];
    if (id !== undefined) this.id = id;
    if (data === undefined) return;
    if (type === "reset") this.resets++;
    else {
      const event = JSON.parse(data) as FarmEvent;
      if (event.id !== id || event.type !== type) throw new Error(`the event is not what its block says: ${block}`);
      this.events.push(event);
    }
  }
}
