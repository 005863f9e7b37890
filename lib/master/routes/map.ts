// The map of a job over HTTP.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { json, problems } from "../../local/guard";
import type { Queue } from "../../queue/open";
import { readMap } from "../../queue/read-map";
import { JobMap } from "../../views";
import { jobId } from "./parameters";

/** Adds /jobs/{id}/map. */
export function addMapRoute(app: OpenAPIHono, queue: Queue): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs/{id}/map",
      operationId: "mapJob",
      summary: "The state of all tasks of a job, however many",
      request: { params: z.strictObject({ id: jobId }) },
      responses: { 200: json(JobMap, "The map"), ...problems(404, 503) },
    }),
    async (c) => c.json(await readMap(queue, c.req.valid("param").id), 200),
  );
}
