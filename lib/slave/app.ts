// A slave's own port: its settings, its running tasks, its logs.
import { lstatSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { body, guardedApp, HttpError, json, problems } from "../local/guard";
import { allowSilence } from "../local/port";
import { PlainError } from "../local/program";
import { isLog, tail, textStream } from "../local/tail";
import { Settings, SettingsChange, SlaveState } from "../settings";

/**
 * What the port shows and changes. `writes`: whether a run still writes the log of this path. `holds`: whether a run of this job is not
 * yet ended. `forgetJob`: the job was deleted.
 */
export type Inside = {
  state: () => SlaveState;
  change: (change: SettingsChange) => Settings;
  logs: string;
  writes: (log: string) => boolean;
  holds: (job: number) => boolean;
  forgetJob: (job: number) => void;
};

// One folder and one file, as logs.ts names them: no way up.
const logPath = /^\d{6,10}\.[A-Za-z0-9._-]{1,80}\/-?\d{1,12}\.\d{1,9}\.log$/;
const logFolder = /^\d{6,10}\.[A-Za-z0-9._-]{1,80}$/;

/** The app behind a slave's port. */
export function slaveApp(token: string, inside: Inside): OpenAPIHono {
  const app = guardedApp(
    token,
    (error) => (error instanceof PlainError ? new HttpError(400, error.message) : undefined),
    { title: "DrQueue slave", description: "The port of one slave: its settings, its running tasks, its logs" },
  );

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
            .regex(logPath, "not the path of a log")
            .meta({ description: "Below its log folder", examples: ["000012.shot7/0005.1.log"] }),
          follow: z
            .stringbool()
            .default(false)
            .meta({ description: "Goes on until the run ends", examples: [true] }),
        }),
      },
      responses: {
        200: { description: "The log", content: { "text/plain": { schema: z.string() } } },
        ...problems(404),
      },
    }),
    (c) => {
      const { path, follow } = c.req.valid("query");
      const file = join(inside.logs, path);
      if (follow) allowSilence(c.env, c.req.raw);
      if (!isLog(file)) throw new HttpError(404, `there is no log ${path} here`);
      return textStream(tail(file, follow ? async () => inside.writes(path) : undefined, c.req.raw.signal)) as never;
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
            .regex(logFolder, "not the name of a job's log folder")
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
