// The farm as a whole over HTTP: how it is, how it was, what needs a person.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { HttpError, json, problems } from "../../local/guard";
import { Attention, FarmHistory, FarmNow } from "../../overview";
import { needAttention } from "../../queue/attention";
import { readHistory } from "../../queue/history";
import type { Queue } from "../../queue/open";
import type { Tally } from "../../queue/tally";
import { Fresh } from "../fresh";

const hours = z.coerce
  .number()
  .int()
  .min(1)
  .max(168)
  .default(24)
  .meta({ description: "How many hours back", examples: [6] });

/** Adds the routes below /farm. `farm`: in numbers, as metrics have it. */
export function addFarmRoutes(app: OpenAPIHono, queue: Queue, farm: Fresh<Tally>): void {
  const attention = new Fresh(() => needAttention(queue), { goodMs: 1000, patienceMs: 5000 });

  app.openapi(
    createRoute({
      method: "get",
      path: "/farm",
      operationId: "getFarm",
      summary: "How the farm is, some seconds old at most",
      responses: { 200: json(FarmNow, "The farm in numbers"), ...problems(503) },
    }),
    async (c) => c.json(shown(await answerOf(farm)), 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/farm/history",
      operationId: "getFarmHistory",
      summary: "How the farm was in the last hours, in at most 361 points",
      request: { query: z.strictObject({ hours }) },
      responses: { 200: json(FarmHistory, "Points in time"), ...problems(503) },
    }),
    async (c) => c.json(await readHistory(queue, c.req.valid("query").hours), 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/farm/attention",
      operationId: "getAttention",
      summary: "What needs a person: jobs that failed, slaves in trouble, errors that are alike",
      responses: { 200: json(Attention, "What there is"), ...problems(503) },
    }),
    async (c) => c.json(await answerOf(attention), 200),
  );
}

/** The last answer, which says itself how old it is when a later one takes long. Throws an HttpError when there is none. */
async function answerOf<T>(fresh: Fresh<T>): Promise<T> {
  await fresh.refresh();
  if (fresh.value === undefined)
    throw new HttpError(503, "the database is away, or takes long to count: try again", { "retry-after": "2" });
  return fresh.value;
}

function shown({ at, slots, slaves, jobs, tasks, stuck }: Tally): FarmNow {
  const sum = (state: "waiting" | "running" | "stopped") => tasks.reduce((all, pool) => all + pool[state], 0);
  return {
    at: new Date(at).toISOString(),
    slots,
    slaves,
    jobs,
    tasks: { waiting: sum("waiting"), running: sum("running"), stopped: sum("stopped") },
    stuck,
  };
}
