// Says in the database that this master is there, where it is reached, and whether it keeps house.
import { hostname } from "node:os";
import { getLogger } from "@logtape/logtape";
import { version } from "../local/program";
import { announce, withdraw } from "../queue/masters";
import type { Queue } from "../queue/open";

const everyMs = 3000;

/** Where others reach a master: what it was told, else the address it listens on, else, where that is any, the name of its machine. */
export function addressOf({ address, host }: { address: string | undefined; host: string }): string {
  return address || (/^(0\.0\.0\.0|::|\*|)$/.test(host) ? hostname() : host);
}

/** Announces this master, now, every few seconds and when `again` is called, until stopped; then its row is gone. */
export function announceSelf(
  queue: Queue,
  place: { address: string; port: number },
  keepsHouse: () => boolean,
): { id: string; again(): void; stop(): Promise<void> } {
  const id = crypto.randomUUID();
  let told = Promise.resolve();
  const again = () => {
    told = told.then(() =>
      announce(queue, { id, ...place, software: version, keepsHouse: keepsHouse() }).catch(() => {
        // A database that is away is told by who needs it: the next time is soon.
      }),
    );
  };
  again();
  const timer = setInterval(again, everyMs);
  return {
    id,
    again,
    async stop() {
      clearInterval(timer);
      await told;
      await withdraw(queue, id).catch((error: Error) =>
        getLogger(["drqueue", "master"]).info("listed for an hour more: {error}", { error: error.message }),
      );
    },
  };
}
