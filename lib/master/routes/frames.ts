// The attempts at a frame over HTTP.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { json, problems } from "../../local/guard";
import { Run } from "../../protocol";
import type { Queue } from "../../queue/open";
import { listRuns } from "../../queue/read-runs";
import { frameNumber, jobId } from "./parameters";

/** Adds the routes below /jobs/{id}/frames. */
export function addFrameRoutes(app: OpenAPIHono, queue: Queue): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs/{id}/frames/{frame}/runs",
      operationId: "listRuns",
      summary: "All attempts at the task of a frame, the first one first",
      request: { params: z.strictObject({ id: jobId, frame: frameNumber }) },
      responses: { 200: json(z.object({ runs: z.array(Run) }), "The attempts"), ...problems(404, 503) },
    }),
    async (c) => {
      const { id, frame } = c.req.valid("param");
      return c.json({ runs: await listRuns(queue, id, frame) }, 200);
    },
  );
}
