// Logs over HTTP: that of a frame, from wherever it is, and those that slaves bring to the store.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { body, HttpError, json, problems } from "../../local/guard";
import { logAnswers, logQuery, rangeHeaders } from "../../local/log-answer";
import { allowSilence } from "../../local/port";
import type { Queue } from "../../queue/open";
import { findLog, logPaths } from "../../queue/read-logs";
import { LogUpload, LogUploadAnswer } from "../../uploads";
import { largest, runName } from "../../wire";
import { type LogPlaces, readLog } from "../logs/read";
import type { LogStore } from "../logs/store";
import { frameNumber, jobId } from "./parameters";

const example: z.input<typeof LogUpload> = {
  slave: "0b2f2a52-9f0c-4d2f-8d4e-2f6f7f1f3a10",
  pieces: [{ job: 12, task: 4, attempt: 1, at: 0, data: "" }],
};

/** Adds the routes of the logs. Without a store none are taken. */
export function addLogRoutes(app: OpenAPIHono, queue: Queue, places: LogPlaces, store: LogStore | undefined): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs/{id}/logs/{frame}",
      operationId: "readLog",
      summary: "The log of a frame's last attempt, or of the one named; with follow=true until the run ends",
      request: {
        params: z.strictObject({
          id: jobId,
          frame: frameNumber,
        }),
        query: z.strictObject({
          attempt: z.coerce
            .number()
            .int()
            .min(1)
            .max(largest)
            .optional()
            .meta({ description: "Of which attempt; else the last", examples: [1] }),
          ...logQuery,
          here: z
            .stringbool()
            .default(false)
            .meta({
              description: "Only where this master itself sees it, as masters ask each other",
              examples: [false],
            }),
        }),
        headers: rangeHeaders,
      },
      responses: { ...logAnswers, ...problems(404, 409, 416, 502, 503) },
    }),
    async (c) => {
      const { id, frame } = c.req.valid("param");
      const { attempt, ...query } = c.req.valid("query");
      const place = await findLog(queue, id, frame, attempt);
      if (query.follow) allowSilence(c.env, c.req.raw);
      const wanted = { ...query, range: c.req.valid("header").range, head: c.req.raw.method === "HEAD" };
      return (await readLog(queue, places, place, wanted, c.req.raw.signal)) as never;
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/logs",
      operationId: "storeLogs",
      summary: "Take logs of ended runs, many small ones or a piece of a large one, into this master's store",
      request: { body: body(LogUpload, example) },
      responses: { 200: json(LogUploadAnswer, "How much of each there is"), ...problems(503) },
    }),
    async (c) => {
      if (!store) throw new HttpError(503, "this master has no log store: it may not write in its log folder");
      const { slave, pieces } = c.req.valid("json");
      // Where a log goes follows from its run, never from what was sent.
      const paths = await logPaths(queue, slave, pieces);
      const known = pieces.flatMap((piece) => {
        const path = paths.get(runName(piece));
        return path === undefined ? [] : [{ ...piece, path }];
      });
      const taken = (await store.take(known)).values();
      const logs = pieces.map(({ job, task, attempt, ...piece }) => {
        const got = paths.has(runName({ job, task, attempt })) ? taken.next().value : undefined;
        return { job, task, attempt, ...(got ?? { state: "gone" as const, at: piece.at }) };
      });
      return c.json({ logs }, 200);
    },
  );
}
