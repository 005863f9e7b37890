// A master that answers as a test likes: late, twice, wrongly, or not at all.
import { Sync, type SyncAnswer } from "../../lib/sync";

export type Heard = { sync: Sync; answer: (given?: Partial<SyncAnswer>) => void; refuse: (status: number) => void };

/** Listens on a free port, or on `port`. Every sync is checked by the protocol, put into `heard`, and waits for the test to answer it. */
export function listenAsMaster(heard: (one: Heard) => void, port = 0): Bun.Server<undefined> {
  return Bun.serve({
    port,
    hostname: "127.0.0.1",
    async fetch(request) {
      const sync = Sync.parse(await request.json());
      return new Promise<Response>((respond) => {
        const answer = (given: Partial<SyncAnswer> = {}) =>
          respond(Response.json({ id: 3, leaseMs: 30_000, jobs: [], start: [], kill: [], ...given }));
        const refuse = (status: number) => respond(Response.json({ detail: "no" }, { status }));
        heard({ sync, answer, refuse });
      });
    },
  });
}
