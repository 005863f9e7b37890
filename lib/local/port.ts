// Listening on a port, for master and slave.
import { within } from "./deadline";
import { PlainError } from "./program";

/** A port that is being listened on. */
export type Listening = { readonly port: number; stop(): Promise<void> };

type Fetch = (request: Request, server: Bun.Server<undefined>) => Response | Promise<Response>;

/** Serves `fetch` on host and port (0: any free one). Throws a PlainError when the port cannot be had. */
export function listenOn(host: string, port: number, fetch: Fetch): Listening {
  let server: Bun.Server<undefined>;
  try {
    // A parked sync is silent for 10 s at most; what may be silent for longer says so by allowSilence.
    server = Bun.serve({ hostname: host, port, fetch, idleTimeout: 255 });
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === "EADDRINUSE")
      throw new PlainError(
        `port ${port} is in use: stop what listens there, or choose another with --port (0 takes a free one)`,
      );
    if (code === "EACCES") throw new PlainError(`may not listen on port ${port}: choose one above 1023 with --port`);
    throw new PlainError(`cannot listen on ${host}:${port}: ${(error as Error).message}`);
  }
  return {
    port: server.port ?? port,
    async stop() {
      // stop() alone waits for open streams, such as followed logs.
      await within(1000, server.stop());
      await server.stop(true);
    },
  };
}

/** Keeps the connection of a request open however long its answer is silent. `server`: what `fetch` was given with it. */
export function allowSilence(server: unknown, request: Request): void {
  (server as Partial<Bun.Server<undefined>> | undefined)?.timeout?.(request, 0);
}
