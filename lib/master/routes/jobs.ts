// Jobs over HTTP: each route checks its input by a schema of the protocol and calls one operation of the queue.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { body, json, problems } from "../../local/guard";
import { Done, FramePage, Job, JobChange, JobDetail, JobFilter, Range, Submission } from "../../protocol";
import * as control from "../../queue/control";
import type { Queue } from "../../queue/open";
import { listFrames, listJobs, readJob } from "../../queue/read";
import { submit } from "../../queue/submit";

const id = z.object({
  id: z.coerce
    .number()
    .int()
    .min(1)
    .max(2_147_483_647)
    .openapi({ param: { in: "path", name: "id" } }),
});

/** Adds the routes below /jobs. */
export function addJobRoutes(app: OpenAPIHono, queue: Queue): void {
  app.openapi(
    createRoute({
      method: "post",
      path: "/jobs",
      summary: "Submit a job",
      request: { body: body(Submission) },
      responses: { 201: json(z.object({ id: z.int() }), "Its number"), ...problems },
    }),
    async (c) => c.json({ id: await submit(queue, c.req.valid("json")) }, 201),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs",
      summary: "List jobs, newest first",
      request: { query: JobFilter },
      responses: { 200: json(z.object({ jobs: z.array(Job) }), "A page of jobs"), ...problems },
    }),
    async (c) => c.json({ jobs: await listJobs(queue, c.req.valid("query")) }, 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs/{id}",
      summary: "One job with all its settings",
      request: { params: id },
      responses: { 200: json(JobDetail, "The job"), ...problems },
    }),
    async (c) => c.json(await readJob(queue, c.req.valid("param").id), 200),
  );

  app.openapi(
    createRoute({
      method: "patch",
      path: "/jobs/{id}",
      summary: "Change a job; effective with the next hand-out",
      request: { params: id, body: body(JobChange) },
      responses: { 200: json(Done, "Done"), ...problems },
    }),
    async (c) => c.json(await control.change(queue, c.req.valid("param").id, c.req.valid("json")), 200),
  );

  app.openapi(
    createRoute({
      method: "delete",
      path: "/jobs/{id}",
      summary: "Delete a job, killing what runs",
      request: { params: id },
      responses: { 200: json(Done, "Done"), ...problems },
    }),
    async (c) => c.json(await control.remove(queue, c.req.valid("param").id), 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs/{id}/frames",
      summary: "Frames of a job with their last runs",
      request: {
        params: id,
        query: Range.extend({
          after: z.coerce.number().int().min(0).default(0),
          limit: z.coerce.number().int().min(1).max(10_000).default(1000),
        }),
      },
      responses: { 200: json(FramePage, "A page of frames"), ...problems },
    }),
    async (c) => {
      const { frames, after, limit } = c.req.valid("query");
      return c.json(await listFrames(queue, c.req.valid("param").id, frames, after, limit), 200);
    },
  );

  addActions(app, queue);
}

function addActions(app: OpenAPIHono, queue: Queue): void {
  const action = <T extends z.ZodType>(
    name: string,
    summary: string,
    schema: T,
    act: (id: number, given: z.infer<T>) => Promise<Done>,
  ) => {
    const route = createRoute({
      method: "post",
      path: `/jobs/{id}/${name}`,
      summary,
      request: { params: id, body: body(schema) },
      responses: { 200: json(Done, "Done"), ...problems },
    });
    // The types of a route whose body is a parameter are beyond inference; what is valid here was checked by the two schemas above.
    app.openapi(route, (async (c: Context) => {
      const valid = (part: string) => c.req.valid(part as never) as unknown;
      return c.json(await act((valid("param") as z.infer<typeof id>).id, valid("json") as z.infer<T>));
    }) as never);
  };
  const named = Range.required();
  const nothing = z.strictObject({});

  action("requeue", "Make frames wait again; those that failed when none are named", Range, (job, { frames }) =>
    control.requeue(queue, job, frames),
  );
  action("finish", "Call frames finished without rendering them", named, (job, { frames }) =>
    control.finish(queue, job, frames),
  );
  action("kill", "Kill what runs; its frames wait again", Range, (job, { frames }) => control.kill(queue, job, frames));
  action("stop", "Start no more tasks", z.strictObject({ kill: z.boolean().default(false) }), (job, { kill }) =>
    control.stop(queue, job, { kill }),
  );
  action("continue", "Take a stop back", nothing, (job) => control.proceed(queue, job));
  action("rerun", "Make every frame wait again, killing what runs", nothing, (job) => control.rerun(queue, job));
}
