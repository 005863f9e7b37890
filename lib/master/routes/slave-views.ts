// A slave seen closer: how it was over the last hour, what it renders, what failed there.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { HttpError, json, problems } from "../../local/guard";
import type { Queue } from "../../queue/open";
import { readSlaveRuns } from "../../queue/read-slave-runs";
import { readSlave } from "../../queue/read-slaves";
import { SlaveHistory, SlaveRuns } from "../../views";
import { askSlave } from "../ask-slave";
import { slaveName } from "./parameters";

const name = z.strictObject({ name: slaveName });
/** A slave on the same network answers at once, or not at all, ms. */
const timeoutMs = 5000;

/** Adds the views of one slave. `token`: to call the slaves' ports. */
export function addSlaveViews(app: OpenAPIHono, queue: Queue, token: string): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/slaves/{name}/history",
      operationId: "slaveHistory",
      summary: "How a slave was over the last hour, as it remembers",
      request: { params: name },
      responses: { 200: json(SlaveHistory, "Load, memory and running tasks"), ...problems(404, 502, 503) },
    }),
    async (c) => {
      const slave = await readSlave(queue, c.req.valid("param").name);
      try {
        return c.json(await askSlave(slave, { token, timeoutMs }, (own) => own.history()), 200);
      } catch (error) {
        if (!(error instanceof HttpError && error.status === 404)) throw error;
        throw new HttpError(404, `slave ${slave.name} is of release ${slave.version}, which remembers no history`);
      }
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/slaves/{name}/runs",
      operationId: "slaveRuns",
      summary: "What a slave renders now, and what failed there last",
      request: { params: name },
      responses: { 200: json(SlaveRuns, "Its runs"), ...problems(404, 503) },
    }),
    async (c) => {
      const { id } = await readSlave(queue, c.req.valid("param").name);
      return c.json(await readSlaveRuns(queue, id), 200);
    },
  );
}
