// Many jobs at once over HTTP, and jobs of the farm as files that submit them again.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { Batch, BatchJob, beginning, faultOf, idOf, Submitted } from "../../batch";
import { exported } from "../../exported";
import { jobFileSchema } from "../../jobfile";
import { body, HttpError, json, problems } from "../../local/guard";
import { toldOf } from "../../queue/export";
import type { Queue } from "../../queue/open";
import { readJob } from "../../queue/read-job";
import { submitAll, type Together } from "../../queue/submit";
import { expand, type Kinds, picturesOf } from "../kinds";
import { keepScripts } from "../scripts";
import { jobId, submissionKey } from "./parameters";

const example: z.input<typeof Batch> = {
  jobs: [
    { id: "render", name: "shot7 render", command: ["/mnt/scripts/render.sh"], frames: "1-100" },
    { id: "comp", name: "shot7 comp", command: ["/mnt/scripts/comp.sh"], after: [{ job: "render", until: "frames" }] },
  ],
};

/** Adds the routes of batches, exports and the schema of job files. `scripts`: the folder for the jobscripts that kinds write. */
export function addBatchRoutes(
  app: OpenAPIHono,
  queue: Queue,
  kinds: Kinds,
  scripts: string,
  notices?: { check(given: BatchJob["notify"]): void },
): void {
  app.openapi(
    createRoute({
      method: "post",
      path: "/jobs/batch",
      operationId: "submitJobs",
      summary: "Submit several jobs, which may wait for each other: all of them or none",
      request: { headers: submissionKey, body: body(Batch, example) },
      responses: { 201: json(Submitted, "Their numbers, in the order of the list"), ...problems(409, 503) },
    }),
    async (c) => {
      const { jobs } = c.req.valid("json");
      notices?.check(jobs.flatMap(({ notify }) => notify));
      const expanded = jobs.map((job, at) => expandOne(kinds, job, at));
      const numbers = await submitAll(queue, expanded, c.req.valid("header")["idempotency-key"]);
      await keepScripts(
        queue,
        scripts,
        expanded.map(({ script }, at) => ({ id: numbers[at]!, script })),
      );
      return c.json({ jobs: jobs.map(({ id }, at) => ({ ...(id !== undefined && { id }), job: numbers[at]! })) }, 201);
    },
    // What is wrong with one of many jobs is told with its name.
    (result) => {
      if (!result.success) throw new HttpError(400, faultInBatch(result.error, (result as { data?: unknown }).data));
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs/{id}/export",
      operationId: "exportJob",
      summary: "What was given for a job, without what is as usual: to submit it again",
      request: { params: z.strictObject({ id: jobId }) },
      responses: { 200: json(BatchJob, "As POST /jobs and POST /jobs/batch take it"), ...problems(404, 503) },
    }),
    async (c) => {
      const { id } = c.req.valid("param");
      const job = await readJob(queue, id);
      const notify = await toldOf(queue, id);
      const kind = job.kind === null ? undefined : kinds.get(job.kind);
      const given = exported(
        job,
        kind && {
          exitCodes: kind.exitCodes ?? {},
          output: kind.output ?? {},
          pictures: picturesOf(kind, job),
        },
      );
      return c.json({ ...given, ...(notify.length > 0 && { notify }) } as BatchJob, 200);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/schemas/job.json",
      operationId: "getJobFileSchema",
      summary: "The JSON schema of job files, for editors and programs that write them",
      tags: ["jobs"],
      responses: { 200: json(z.looseObject({ $schema: z.string() }), "A JSON schema") },
    }),
    (c) => c.json(jobFileSchema() as { $schema: string }, 200),
  );
}

function expandOne(kinds: Kinds, { id, after, ...job }: BatchJob, at: number): Together {
  try {
    return { ...expand(kinds, { ...job, after: [] }), id, after };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    throw new HttpError(error.status, beginning(at, id) + error.message);
  }
}

function faultInBatch(error: z.ZodError, given: unknown): string {
  const issue = error.issues[0]!;
  const [list, at] = issue.path;
  if (list !== "jobs" || typeof at !== "number") return faultOf(error, ["jobs"]);
  const job = (given as { jobs: unknown[] }).jobs[at];
  return beginning(at, idOf(job)) + faultOf(new z.ZodError([{ ...issue, path: issue.path.slice(2) }]));
}
