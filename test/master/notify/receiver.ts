// A web hook on loopback that keeps what it is sent, answers as it is told, and may be away for a while.
import { until } from "../../farm";

export type Received = { path: string; headers: Headers; body: string; json: Record<string, unknown> };

export class Receiver implements Disposable {
  readonly got: Received[] = [];
  /** How it answers; a function may also never do. */
  answer: () => Response | Promise<Response> = () => new Response("ok");
  private server: ReturnType<typeof Bun.serve> | undefined;
  readonly port: number;

  constructor() {
    this.port = this.listen(0);
  }

  url(path = "/hook"): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  /** Takes no connections until it is back. */
  away(): void {
    this.server?.stop(true);
    this.server = undefined;
  }

  back(): void {
    this.listen(this.port);
  }

  /** Waits until so many messages have come to this path. */
  messages(count: number, path = "/hook"): Promise<Received[]> {
    return until(async () => {
      const found = this.got.filter((one) => one.path === path);
      return found.length >= count ? found : undefined;
    }, `${count} messages at ${path}`);
  }

  [Symbol.dispose](): void {
    this.away();
  }

  private listen(port: number): number {
    this.server = Bun.serve({
      hostname: "127.0.0.1",
      port,
      fetch: async (request) => {
        const body = await request.text();
        const { pathname: path } = new URL(request.url);
        this.got.push({ path, headers: request.headers, body, json: JSON.parse(body) });
        return this.answer();
      },
    });
    return this.server.port!;
  }
}
