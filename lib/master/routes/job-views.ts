// Jobs seen from the side, over HTTP: how long their tasks took, and what they wait for.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { json, problems } from "../../local/guard";
import { readGraph } from "../../queue/graph";
import type { Queue } from "../../queue/open";
import { readTimes } from "../../queue/times";
import { JobGraph, JobTimes } from "../../views";
import { jobId } from "./parameters";

const params = z.strictObject({ id: jobId });

/** Adds the views of a job. */
export function addJobViewRoutes(app: OpenAPIHono, queue: Queue): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs/{id}/times",
      operationId: "getJobTimes",
      summary: "How long the tasks of a job took, and where",
      request: { params },
      responses: { 200: json(JobTimes, "Its times"), ...problems(404, 503) },
    }),
    async (c) => c.json(await readTimes(queue, c.req.valid("param").id), 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs/{id}/graph",
      operationId: "getJobGraph",
      summary: "The jobs that a job waits for and those that wait for it",
      request: { params },
      responses: { 200: json(JobGraph, "Its dependencies"), ...problems(404, 503) },
    }),
    async (c) => c.json(await readGraph(queue, c.req.valid("param").id), 200),
  );
}
