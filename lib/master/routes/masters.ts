// The masters of the farm over HTTP.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { json, problems } from "../../local/guard";
import { MasterSeen } from "../../protocol";
import { listMasters } from "../../queue/masters";
import type { Queue } from "../../queue/open";

/** Adds the route /masters. */
export function addMasterRoutes(app: OpenAPIHono, queue: Queue): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/masters",
      operationId: "listMasters",
      summary: "The masters of this farm, those included that were seen within the last hour only",
      responses: {
        200: json(z.object({ masters: z.array(MasterSeen) }), "The masters, the oldest first"),
        ...problems(503),
      },
    }),
    async (c) => c.json({ masters: await listMasters(queue) }, 200),
  );
}
