// Jobs over HTTP: each route checks its input by a schema of the protocol and calls one operation of the queue.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { FrameFilter, JobFilter, JobPage } from "../../lists";
import { body, json, problems } from "../../local/guard";
import { Done, FramePage, JobDetail, Why } from "../../protocol";
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
import { frameNumber, jobId, submissionKey } from "./parameters";

const id = z.strictObject({ id: jobId });

const submission: z.input<typeof Submission> = {
  name: "shot7",
  command: ["/mnt/scripts/shot7.sh"],
  frames: "1-100",
  block: 5,
  pool: "Default",
  owner: "ana",
  env: { QUALITY: "2" },
};

/**
 * Adds the routes below /jobs. `scripts`: the folder for the jobscripts that kinds write. `notices` refuses those who cannot be told of
 * a job.
 */
export function addJobRoutes(
  app: OpenAPIHono,
  queue: Queue,
  kinds: Kinds,
  scripts: string,
  notices?: { check(given: Submission["notify"]): void },
): void {
  app.openapi(
    createRoute({
      method: "post",
      path: "/jobs",
      operationId: "submitJob",
      summary: "Submit a job",
      request: { headers: submissionKey, body: body(Submission, submission) },
      responses: { 201: json(z.object({ id: z.int() }), "Its number"), ...problems(409, 503) },
    }),
    async (c) => {
      const job = expand(kinds, c.req.valid("json"));
      notices?.check(job.notify);
      const id = await submit(queue, job, c.req.valid("header")["idempotency-key"]);
      await keepScripts(queue, scripts, [{ id, script: job.script }]);
      return c.json({ id }, 201);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs",
      operationId: "listJobs",
      summary: "List jobs, a page at a time",
      request: { query: JobFilter },
      responses: { 200: json(JobPage, "A page of jobs"), ...problems(503) },
    }),
    async (c) => c.json(await listJobs(queue, c.req.valid("query")), 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs/{id}",
      operationId: "getJob",
      summary: "One job with all its settings",
      request: { params: id },
      responses: { 200: json(JobDetail, "The job"), ...problems(404, 503) },
    }),
    async (c) => c.json(await readJob(queue, c.req.valid("param").id), 200),
  );

  app.openapi(
    createRoute({
      method: "patch",
      path: "/jobs/{id}",
      operationId: "changeJob",
      summary: "Change a job; effective with the next hand-out",
      request: { params: id, body: body(JobChange, { priority: 900, pool: "night" }) },
      responses: { 200: json(Done, "Done"), ...problems(404, 409, 503) },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      return c.json(await changeJob(queue, kinds, id, c.req.valid("json")), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "delete",
      path: "/jobs/{id}",
      operationId: "deleteJob",
      summary: "Delete a job, killing what runs",
      request: {
        params: id,
        query: z.strictObject({
          dependents: z
            .enum(["refuse", "cascade", "release"])
            .default("refuse")
            .describe("Jobs that wait for it: refuse to delete it, delete them as well, or let them start")
            .meta({ examples: ["cascade"] }),
        }),
      },
      responses: { 200: json(Done, "Done"), ...problems(404, 409, 503) },
    }),
    async (c) => c.json(await remove(queue, c.req.valid("param").id, c.req.valid("query").dependents), 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs/{id}/frames",
      operationId: "listFrames",
      summary: "Frames of a job with their last runs",
      request: {
        params: id,
        query: FrameFilter,
      },
      responses: { 200: json(FramePage, "A page of frames"), ...problems(404, 503) },
    }),
    async (c) => {
      const { frames, after, limit, state } = c.req.valid("query");
      return c.json(await listFrames(queue, c.req.valid("param").id, frames, after, limit, state), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs/{id}/why",
      operationId: "whyJob",
      summary: "Why a job, or one of its frames, is not running",
      request: { params: id, query: z.strictObject({ frame: frameNumber.optional() }) },
      responses: { 200: json(Why, "What keeps it"), ...problems(404, 503) },
    }),
    async (c) => c.json(await why(queue, c.req.valid("param").id, c.req.valid("query").frame), 200),
  );

  addActions(app, queue);
}

/** Changes a job, with what its kind makes of it. Throws a Refusal or an HttpError. */
export async function changeJob(queue: Queue, kinds: Kinds, id: number, wanted: JobChange): Promise<Done> {
  if (wanted.fields === undefined && wanted.pictures === undefined) return change(queue, id, wanted);
  return change(queue, id, expandChange(kinds, await readJob(queue, id), wanted));
}

function addActions(app: OpenAPIHono, queue: Queue): void {
  const action = <T extends z.ZodType>(
    name: string,
    summary: string,
    schema: T,
    example: z.input<T>,
    act: (id: number, given: z.infer<T>) => Promise<Done>,
    codes: 409[] = [],
  ) => {
    const route = createRoute({
      method: "post",
      path: `/jobs/{id}/${name}`,
      operationId: `${name}Job`,
      summary,
      request: { params: id, body: body(schema, example) },
      responses: { 200: json(Done, "Done"), ...problems(404, ...codes, 503) },
    });
    // The types of a route whose body is a parameter are beyond inference; what is valid here was checked by the two schemas above.
    app.openapi(route, (async (c: Context) => {
      const valid = (part: string) => c.req.valid(part as never) as unknown;
      return c.json(await act((valid("param") as z.infer<typeof id>).id, valid("json") as z.infer<T>));
    }) as never);
  };
  const named = Range.required();
  const nothing = z.strictObject({});
  const frames = { frames: "5-10" };

  action("requeue", "Make frames wait again; those that failed when none are named", Range, frames, (job, { frames }) =>
    control.requeue(queue, job, frames),
  );
  action("finish", "Call frames finished without rendering them", named, frames, (job, { frames }) =>
    control.finish(queue, job, frames),
  );
  action("kill", "Kill what runs; its frames wait again", Range, frames, (job, { frames }) =>
    control.kill(queue, job, frames),
  );
  const stop = z.strictObject({ kill: z.boolean().default(false).describe("Whether what runs is killed as well") });
  action("stop", "Start no more tasks", stop, { kill: true }, (job, { kill }) => control.stop(queue, job, { kill }));
  action("continue", "Take a stop back", nothing, {}, (job) => control.proceed(queue, job));
  action("rerun", "Make every frame wait again, killing what runs", nothing, {}, (job) => control.rerun(queue, job));
  const slaves = z.strictObject({ slaves: z.array(line(100).min(1)).min(1).max(1000).describe("By name or number") });
  const some = { slaves: ["rack7"] };
  const about = "Keep slaves from a job; what they run of it ends by itself";
  action("block", about, slaves, some, (job, { slaves }) => block(queue, job, slaves), [409]);
  action("unblock", "Take a block back", slaves, some, (job, { slaves }) => unblock(queue, job, slaves), [409]);
}
