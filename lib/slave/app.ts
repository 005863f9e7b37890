// A slave's own port: its settings, its running tasks, its logs.
import { lstatSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { body, guardedApp, HttpError, json, problems } from "../local/guard";
import { answerLog, logAnswers, logQuery, rangeHeaders } from "../local/log-answer";
import { addMetricsRoute, type Metrics } from "../local/metrics";
import { isLog, openLog } from "../local/open-log";
import { allowSilence } from "../local/port";
import { PlainError } from "../local/program";
import { logFolderPattern, logPathPattern } from "../logs";
import { Settings, SettingsChange, SlaveState } from "../settings";
import { SlaveHistory } from "../views";

/**
 * What the port shows and changes. `writes`: whether a run still writes the log of this path. `holds`: whether a run of this job is not
 * yet ended. `forgetJob`: the job was deleted.
 */
export type Inside = {
  state: () => SlaveState;
  history: () => SlaveHistory;
  change: (change: SettingsChange) => Settings;
  logs: string;
  writes: (log: string) => boolean;
  holds: (job: number) => boolean;
  forgetJob: (job: number) => void;
  metrics: Metrics;
  connected: () => boolean;
};

/** The app behind a slave's port. */
export function slaveApp(token: string, inside: Inside): OpenAPIHono {
  const app = guardedApp(
    token,
    (error) => (error instanceof PlainError ? new HttpError(400, error.message) : undefined),
    { title: "DrQueue slave", description: "The port of one slave: its settings, its running tasks, its logs" },
    {},
    { unready: () => (inside.connected() ? undefined : "no master has answered the last sync") },
  );
  addMetricsRoute(app, inside.metrics);

  app.openapi(
    createRoute({
      method: "get",
      path: "/slave",
      operationId: "getState",
      summary: "This slave as it sees itself",
      responses: { 200: json(SlaveState, "Its state") },
    }),
    (c) => c.json(inside.state(), 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/history",
      operationId: "getHistory",
      summary: "How this slave was over the last hour",
      responses: { 200: json(SlaveHistory, "Load, memory and running tasks") },
    }),
    (c) => c.json(inside.history(), 200),
  );

  app.openapi(
    createRoute({
      method: "patch",
      path: "/settings",
      operationId: "changeSettings",
      summary: "Change its settings; the master hears of it at once",
      request: { body: body(SettingsChange, { slots: 4, addPools: ["night"] }) },
      responses: { 200: json(Settings, "Its settings now") },
    }),
    (c) => c.json(inside.change(c.req.valid("json")), 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/log",
      operationId: "readLog",
      summary: "A log it wrote; with follow=true until the run ends",
      request: {
        query: z.object({
          path: z
            .string()
            .regex(logPathPattern, "not the path of a log")
            .meta({ description: "Below its log folder", examples: ["000012.shot7/0005.1.log"] }),
          ...logQuery,
        }),
        headers: rangeHeaders,
      },
      responses: { ...logAnswers, ...problems(404, 416) },
    }),
    async (c) => {
      const { path, ...query } = c.req.valid("query");
      const file = join(inside.logs, path);
      if (query.follow) allowSilence(c.env, c.req.raw);
      if (!isLog(file)) throw new HttpError(404, `there is no log ${path} here`);
      const wanted = { ...query, range: c.req.valid("header").range, head: c.req.raw.method === "HEAD" };
      return (await answerLog(await openLog(file), wanted, async () => inside.writes(path), c.req.raw.signal)) as never;
    },
  );

  app.openapi(
    createRoute({
      method: "delete",
      path: "/jobs/{folder}",
      operationId: "forgetJob",
      summary: "Remove what is left of a deleted job: its log folder and the copy of its jobscript",
      request: {
        params: z.object({
          folder: z
            .string()
            .regex(logFolderPattern, "not the name of a job's log folder")
            .meta({ description: "Name of the job's log folder", examples: ["000012.shot7"] }),
        }),
      },
      responses: {
        200: json(z.object({ removed: z.boolean().describe("False when there was no such folder") }), "It is gone"),
        ...problems(409),
      },
    }),
    async (c) => {
      const { folder } = c.req.valid("param");
      const job = Number.parseInt(folder, 10);
      if (inside.holds(job)) throw new HttpError(409, `job ${job} still runs here: try again when it has ended`);
      inside.forgetJob(job);
      return c.json({ removed: await removeFolder(join(inside.logs, folder)) }, 200);
    },
  );
  return app;
}

/** Whether there was a folder to remove; a link in its place is not followed, and stays. */
async function removeFolder(folder: string): Promise<boolean> {
  if (!lstatSync(folder, { throwIfNoEntry: false })?.isDirectory()) return false;
  try {
    await rm(folder, { recursive: true });
  } catch (error) {
    throw new HttpError(
      500,
      `cannot remove ${folder} (${(error as NodeJS.ErrnoException).code}): mend its permissions`,
    );
  }
  return true;
}
