// The database of a master: the studio's own server, or one that the master starts and keeps alive.
import { getLogger } from "@logtape/logtape";
import { PlainError } from "../local/program";
import { type Embedded, startEmbedded } from "../queue/embedded";
import { type OpenQueue, openQueue } from "../queue/open";
import { described, serverAt } from "../queue/place";
import { isAway } from "./translate";

const journal = getLogger(["drqueue", "database"]);

/** An open queue and how to close it and all that belongs to it. */
export type Database = { queue: OpenQueue; close(): Promise<void> };

/** Opens the database at `url`, or the embedded one in the data folder. Throws a PlainError when it cannot be reached within 10 s. */
export async function openDatabase(url: string | undefined, data: string): Promise<Database> {
  if (url) {
    const queue = await reach(url);
    return { queue, close: () => queue.close() };
  }
  let closing = false;
  let server: Embedded;
  const start = async (): Promise<void> => {
    server = await startEmbedded({
      data,
      onExit: (why) => !closing && void startAgain(why),
      tell: (news) => journal.info("{news}", { news }),
    });
  };
  const startAgain = async (why: string): Promise<void> => {
    journal.error("Postgres ended ({why}); starting it again", { why });
    await start().catch(async (error) => {
      await Bun.sleep(2000);
      if (!closing) void startAgain((error as Error).message);
    });
  };
  await start();
  const queue = await openQueue(server!);
  return {
    queue,
    async close() {
      closing = true;
      await queue.close();
      await server.stop();
    },
  };
}

/** Connects; a server that is just starting is waited for. */
async function reach(url: string): Promise<OpenQueue> {
  const where = describe(url);
  for (let waited = 0; ; waited += 500) {
    try {
      return await openQueue({ url });
    } catch (error) {
      if (!isAway(error as Error))
        throw new PlainError(`the database at ${where} refused: ${(error as Error).message}`);
      if (waited >= 10_000)
        throw new PlainError(`the database at ${where} does not answer: start it, or correct DATABASE_URL`);
      if (waited === 0) journal.info("waiting for the database at {where}", { where });
      await Bun.sleep(500);
    }
  }
}

function describe(url: string): string {
  try {
    return described(serverAt({ url }));
  } catch (error) {
    throw new PlainError(`DATABASE_URL: ${(error as Error).message}`);
  }
}
