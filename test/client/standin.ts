// Masters of a test's own making, which do what real ones do rarely.
import { Client, ClientError } from "../../lib/client";
import { knownThings } from "../../lib/releases";

/** Answers one request; without an answer the master is gone in the middle of it. */
export type Answer = (request: Request) => Response | undefined | Promise<Response | undefined>;

export class StandIn {
  /** What it was asked, as `POST /jobs`. */
  readonly asked: string[] = [];
  private readonly server: Bun.Server<undefined>;

  /** Every one is healthy, and answers the rest as the test says. */
  constructor(answer: Answer, { healthy = true, port = 0 } = {}) {
    this.server = Bun.serve({
      port,
      hostname: "127.0.0.1",
      idleTimeout: 60,
      fetch: async (request) => {
        const { pathname } = new URL(request.url);
        this.asked.push(`${request.method} ${pathname}`);
        if (pathname === "/health" && healthy) return Response.json({ status: "ok", knows: knownThings });
        const given = await answer(request);
        if (given) return given;
        // No answer but an end: as of a master that is killed.
        await this.server.stop(true);
        return new Response();
      },
    });
  }

  get address(): string {
    return `127.0.0.1:${this.server.port}`;
  }

  /** How often it was asked for this. */
  count(asked: string): number {
    return this.asked.filter((one) => one === asked).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.stop(true);
  }
}

/** A port at which nobody listens. */
export const nobody = "127.0.0.1:1";

/** A client of these masters. */
export function clientOf(masters: (StandIn | string)[], timeoutMs?: number): Client {
  return new Client({
    masters: masters.map((one) => (typeof one === "string" ? one : one.address)),
    token: "token",
    ...(timeoutMs !== undefined && { timeoutMs }),
  });
}

/** The ClientError with which a call fails. */
export async function refusal(call: Promise<unknown>): Promise<ClientError> {
  const error = await call.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  if (!(error instanceof ClientError)) throw new Error(`no ClientError but ${error}`);
  return error;
}
