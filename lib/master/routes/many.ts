// Long lists of jobs, and one step for many of them.
import { createRoute, type OpenAPIHono } from "@hono/zod-openapi";
import { JobNumbers, JobNumbersFilter } from "../../lists";
import { body, HttpError, json, problems } from "../../local/guard";
import { ManyDone, ManyJobs } from "../../many";
import type { Done } from "../../protocol";
import * as control from "../../queue/control";
import type { Queue } from "../../queue/open";
import { listNumbers } from "../../queue/read";
import { remove, waitersFirst } from "../../queue/remove";
import type { Kinds } from "../kinds";
import { isAway, translate } from "../translate";
import { changeJob } from "./jobs";

/** Jobs with which a step is taken at the same time: connections are left for what others ask meanwhile. */
const atOnce = 3;

/** Adds the routes; before those of single jobs, whose paths hold these as well. `moved`: jobs of which is to be told to who follows. */
export function addManyRoutes(app: OpenAPIHono, queue: Queue, kinds: Kinds, moved: Set<number>): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs/numbers",
      operationId: "listJobNumbers",
      summary: "The numbers of all jobs of a list, in its order",
      request: { query: JobNumbersFilter },
      responses: { 200: json(JobNumbers, "Their numbers"), ...problems(503) },
    }),
    async (c) => c.json(await listNumbers(queue, c.req.valid("query")), 200),
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/jobs/many",
      operationId: "stepJobs",
      summary: "Take a step with many jobs, each for itself: what one refuses keeps it from no other",
      request: { body: body(ManyJobs, { jobs: [12, 15], step: { do: "stop", kill: true } }) },
      responses: { 200: json(ManyDone, "With which it was taken, and which refused it"), ...problems(503) },
    }),
    async (c) => {
      const { jobs, step } = c.req.valid("json");
      const all: ManyDone = { done: [], tasks: 0, killing: 0, refused: [] };
      const one = async (job: number) => {
        try {
          const { tasks, killing } = await take(queue, kinds, job, step);
          all.done.push(job);
          all.tasks += tasks;
          all.killing += killing;
          moved.add(job);
        } catch (error) {
          all.refused.push({ job, why: whyNot(error as Error) });
        }
      };
      const each = [...new Set(jobs)];
      if (step.do === "delete") for (const job of await waitersFirst(queue, each)) await one(job);
      else {
        const rest = each.values();
        await Promise.all(
          Array.from({ length: atOnce }, async () => {
            for (const job of rest) await one(job);
          }),
        );
      }
      return c.json(all, 200);
    },
  );
}

function take(queue: Queue, kinds: Kinds, job: number, step: ManyJobs["step"]): Promise<Done> {
  switch (step.do) {
    case "stop":
      return control.stop(queue, job, step);
    case "continue":
      return control.proceed(queue, job);
    case "requeue":
      return control.requeue(queue, job);
    case "kill":
      return control.kill(queue, job);
    case "rerun":
      return control.rerun(queue, job);
    case "delete":
      return remove(queue, job, step.dependents);
    case "change":
      return changeJob(queue, kinds, job, step.change);
  }
}

/** What a job refused, in words. Throws what none of the others would be spared either. */
function whyNot(error: Error): string {
  const known = error instanceof HttpError ? error : translate(error);
  if (!known || isAway(error)) throw error;
  return known.message;
}
