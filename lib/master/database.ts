// The database of a master: the studio's own server, or one that the master starts and keeps alive.
import { getLogger } from "@logtape/logtape";
import { PlainError } from "../local/program";
import { unlessTold } from "../local/signals";
import { type Embedded, startEmbedded } from "../queue/embedded";
import { codeOf } from "../queue/error-code";
import { type OpenQueue, openQueue } from "../queue/open";
import { described, serverAt } from "../queue/place";
import { isAway } from "./translate";

const journal = getLogger(["drqueue", "database"]);

/** An open queue and how to close it and all that belongs to it. */
export type Database = { queue: OpenQueue; close(): Promise<void> };

/**
 * Opens the database at `url`, or the embedded one in the data folder. Throws a PlainError when it cannot be reached within 10 s, or is
 * not by the time that the master is `told` to stop.
 */
export async function openDatabase(
  url: string | undefined,
  data: string,
  told: Promise<NodeJS.Signals>,
): Promise<Database> {
  if (url) {
    const queue = await unlessTold(told, reach(url));
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
  const begun = performance.now();
  for (let tries = 1; ; tries++) {
    try {
      return await openQueue({ url });
    } catch (error) {
      if (codeOf(error) === "ENOTFOUND")
        throw new PlainError(`the database at ${where} is on a machine that nobody knows: correct DATABASE_URL`);
      if (!isAway(error as Error))
        throw new PlainError(
          `the database at ${where} refused: ${(error as Error).message}; correct it, or DATABASE_URL`,
        );
      if (performance.now() - begun > 10_000)
        throw new PlainError(`the database at ${where} does not answer: start it, or correct DATABASE_URL`);
      if (tries === 1) journal.info("waiting for the database at {where}", { where });
      await Bun.sleep(500);
    }
  }
}

function describe(url: string): string {
  try {
    return described(serverAt({ url }));
  } catch (error) {
    throw new PlainError((error as Error).message);
  }
}
