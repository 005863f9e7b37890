// A backup of the whole farm over HTTP.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { getLogger } from "@logtape/logtape";
import { flow, pack } from "../../local/backup-file";
import { HttpError, problems } from "../../local/guard";
import { backup } from "../../queue/backup";
import type { OpenQueue } from "../../queue/open";
import { Refusal } from "../../queue/refusal";

const journal = getLogger(["drqueue", "backup"]);

/** Adds the route of the backup. One at a time is made: each reads the whole database. */
export function addBackupRoute(app: OpenAPIHono, queue: OpenQueue): void {
  let busy = false;

  async function* made(): AsyncGenerator<Uint8Array, void> {
    const begun = performance.now();
    let bytes = 0;
    let whole = false;
    let failed: Error | undefined;
    try {
      for await (const part of pack(backup(queue.route))) {
        bytes += part.length;
        yield part;
      }
      whole = true;
    } catch (error) {
      failed = error as Error;
      throw error;
    } finally {
      busy = false;
      const seconds = Math.round((performance.now() - begun) / 1000);
      const told = { megabytes: (bytes / 1e6).toFixed(1), seconds };
      if (whole) journal.info("a backup was made: {megabytes} MB in {seconds} s", told);
      else if (failed)
        journal.warn("a backup failed after {megabytes} MB and {seconds} s: {error}", {
          ...told,
          error: failed.message,
        });
      else journal.warn("a backup was not read to its end, after {megabytes} MB and {seconds} s", told);
    }
  }

  app.openapi(
    createRoute({
      method: "get",
      path: "/backup",
      operationId: "makeBackup",
      summary: "A backup of the whole farm as it is at this moment, with its token: what drqueue restore reads",
      responses: {
        200: {
          description: "The backup; one that was cut off is known by its missing end",
          content: { "application/zstd": { schema: z.string().meta({ format: "binary" }) } },
        },
        ...problems(503),
      },
    }),
    async (c) => {
      const headers = { "content-type": "application/zstd", "cache-control": "no-store" };
      // Nobody would read it to its end.
      if (c.req.raw.method === "HEAD") return new Response(null, { headers }) as never;
      if (busy) throw new HttpError(503, "a backup is being made already: wait for its end", { "retry-after": "60" });
      busy = true;
      const parts = made();
      // What stands against it is told before it begins. A master of a newer release may be able to.
      const first = await parts.next().catch((error) => {
        throw error instanceof Refusal ? new HttpError(503, error.message, { "retry-after": "60" }) : error;
      });
      // Who leaves before the answer has begun never reads the stream.
      c.req.raw.signal.addEventListener("abort", () => void parts.return());
      return new Response(flow(parts, first), { headers }) as never;
    },
  );
}
