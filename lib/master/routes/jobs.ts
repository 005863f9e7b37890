// Jobs over HTTP: each route checks its input by a schema of the protocol and calls one operation of the queue.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { within } from "../../local/deadline";
import { body, json, problems } from "../../local/guard";
import { Done, FramePage, Job, JobDetail, JobFilter, Why } from "../../protocol";
import { block, change, unblock } from "../../queue/change";
import * as control from "../../queue/control";
import type { Queue } from "../../queue/open";
import { listFrames, listJobs } from "../../queue/read";
import { readJob } from "../../queue/read-job";
import { remove } from "../../queue/remove";
import { submit } from "../../queue/submit";
import { why } from "../../queue/why";
import { JobChange, Submission } from "../../submission";
import { line, Range } from "../../wire";
import { expand, expandChange, type Kinds } from "../kinds";
import { keepScripts } from "../scripts";

/** So long an answer waits for the jobscript to be written, ms. */
const scriptMs = 5000;

const id = z.strictObject({
  id: z.coerce
    .number()
    .int()
    .min(1)
    .max(2_147_483_647)
    .openapi({ param: { in: "path", name: "id" } }),
});

/** Adds the routes below /jobs. `scripts`: the folder for the jobscripts that kinds write. */
export function addJobRoutes(app: OpenAPIHono, queue: Queue, kinds: Kinds, scripts: string): void {
  app.openapi(
    createRoute({
      method: "post",
      path: "/jobs",
      summary: "Submit a job",
      request: { body: body(Submission) },
      responses: { 201: json(z.object({ id: z.int() }), "Its number"), ...problems },
    }),
    async (c) => {
      const job = expand(kinds, c.req.valid("json"));
      const id = await submit(queue, job);
      // Storage that hangs must not make a person submit twice.
      if (job.script) await within(scriptMs, keepScripts(queue, scripts, id, job.script));
      return c.json({ id }, 201);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs",
      summary: "List jobs, newest first",
      request: { query: z.strictObject(JobFilter.shape) },
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
    async (c) => {
      const { id } = c.req.valid("param");
      const wanted = c.req.valid("json");
      if (wanted.fields === undefined) return c.json(await change(queue, id, wanted), 200);
      return c.json(await change(queue, id, expandChange(kinds, await readJob(queue, id), wanted)), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "delete",
      path: "/jobs/{id}",
      summary: "Delete a job, killing what runs",
      request: {
        params: id,
        query: z.strictObject({
          dependents: z
            .enum(["refuse", "cascade", "release"])
            .default("refuse")
            .describe("Jobs that wait for it: refuse to delete it, delete them as well, or let them start"),
        }),
      },
      responses: { 200: json(Done, "Done"), ...problems },
    }),
    async (c) => c.json(await remove(queue, c.req.valid("param").id, c.req.valid("query").dependents), 200),
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

  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs/{id}/why",
      summary: "Why a job, or one of its frames, is not running",
      request: { params: id, query: z.strictObject({ frame: z.coerce.number().int().optional() }) },
      responses: { 200: json(Why, "What keeps it"), ...problems },
    }),
    async (c) => c.json(await why(queue, c.req.valid("param").id, c.req.valid("query").frame), 200),
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
  const slaves = z.strictObject({ slaves: z.array(line(100).min(1)).min(1).max(1000).describe("By name or number") });
  action("block", "Keep slaves from a job; what they run of it ends by itself", slaves, (job, { slaves }) =>
    block(queue, job, slaves),
  );
  action("unblock", "Take a block back", slaves, (job, { slaves }) => unblock(queue, job, slaves));
  action("rerun", "Make every frame wait again, killing what runs", nothing, (job) => control.rerun(queue, job));
}
