// What happens on the farm, as it happens: server-sent events.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { eventId, eventTypes } from "../../events";
import { problems } from "../../local/guard";
import type { Events } from "../events";
import { jobId } from "./parameters";

const types = z
  .string()
  .transform((list) => list.split(","))
  .pipe(z.array(z.enum(eventTypes, `the types are ${eventTypes.join(", ")}`)))
  .optional()
  .meta({ description: "Only these types, with commas between", examples: ["job.state,job.error"] });

/** Adds the route of the events. */
export function addEventRoutes(app: OpenAPIHono, events: Events): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/events",
      operationId: "followEvents",
      summary: "What happens, as it happens; from now on, or after an event. `reset`: some was missed, look anew",
      request: {
        query: z.strictObject({
          after: eventId
            .optional()
            .meta({ description: "Goes on behind this event; as the header Last-Event-ID", examples: ["1-1"] }),
          types,
          job: jobId.optional().meta({ description: "Only of this job", examples: [12] }),
        }),
        headers: z.object({
          "last-event-id": z
            .string()
            .optional()
            .meta({ description: "Goes on behind this event; browsers send it by themselves", examples: ["1-1"] }),
        }),
      },
      responses: {
        200: {
          description: "Events, until one side ends it",
          content: { "text/event-stream": { schema: z.string() } },
        },
        ...problems(503),
      },
    }),
    async (c) => {
      const { after, ...wanted } = c.req.valid("query");
      const last = c.req.valid("header")["last-event-id"] || after;
      const body = await events.open(wanted, last, c.req.raw.signal);
      return new Response(body, {
        headers: { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" },
      }) as never;
    },
  );
}

/** Notes jobs that a person changed, for those who follow: as the dispatcher does whose tasks moved. */
export function noteChanged(app: OpenAPIHono, moved: Set<number>): void {
  app.use("/jobs/:id/*", async (c, next) => {
    await next();
    const id = Number(c.req.param("id"));
    // Paths as /jobs/batch name no job.
    if (c.req.method !== "GET" && c.res.ok && Number.isInteger(id)) moved.add(id);
  });
}
