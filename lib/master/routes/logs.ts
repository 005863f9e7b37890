// The log of a frame from anywhere: from the shared folder when the master sees it, else from the port of the slave that wrote it.
import { join } from "node:path";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { Client, ClientError } from "../../client";
import { HttpError, problems } from "../../local/guard";
import { allowSilence } from "../../local/port";
import { isLog, tail, textStream } from "../../local/tail";
import type { Queue } from "../../queue/open";
import { findLog, isOpen } from "../../queue/read-logs";
import { largest } from "../../wire";
import { frameNumber, jobId } from "./parameters";

/** Adds the route of the logs. `logs`: the folder in which this master looks first. */
export function addLogRoutes(app: OpenAPIHono, queue: Queue, logs: string, token: string): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs/{id}/logs/{frame}",
      operationId: "readLog",
      summary: "The log of a frame's last attempt, or of the one named; with follow=true until the run ends",
      request: {
        params: z.strictObject({
          id: jobId,
          frame: frameNumber,
        }),
        query: z.strictObject({
          attempt: z.coerce
            .number()
            .int()
            .min(1)
            .max(largest)
            .optional()
            .meta({ description: "Of which attempt; else the last", examples: [1] }),
          follow: z
            .stringbool()
            .default(false)
            .meta({ description: "Goes on until the run ends", examples: [true] }),
        }),
      },
      responses: {
        200: { description: "The log", content: { "text/plain": { schema: z.string() } } },
        ...problems(404, 409, 502, 503),
      },
    }),
    async (c) => {
      const { id, frame } = c.req.valid("param");
      const { attempt, follow } = c.req.valid("query");
      const place = await findLog(queue, id, frame, attempt);
      const file = join(logs, place.path);
      const { signal } = c.req.raw;
      if (follow) allowSilence(c.env, c.req.raw);
      if (isLog(file)) return textStream(tail(file, follow ? () => isOpen(queue, place) : undefined, signal)) as never;
      const { name, address, port } = place.slave;
      try {
        return (await new Client({ host: address, port, token }).slaveLog(place.path, { follow, signal })) as never;
      } catch (error) {
        if (error instanceof ClientError && error.status === 404) {
          throw new HttpError(
            place.open ? 409 : 404,
            `slave ${name} has no log ${place.path}${place.open ? ": the task has not been started yet" : ""}`,
          );
        }
        throw new HttpError(
          502,
          `the log is not in ${logs}, and slave ${name} (${place.slave.state}), which wrote it, does not answer at ${address}:${port}`,
        );
      }
    },
  );
}
