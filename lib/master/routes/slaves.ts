// Slaves over HTTP: their syncs, lists of them, and changes, which are passed on to the slave's own port.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { getConnInfo } from "hono/bun";
import { Client, ClientError } from "../../client";
import { body, HttpError, json, problems } from "../../local/guard";
import { Why } from "../../protocol";
import { clearSick } from "../../queue/blame";
import type { Queue } from "../../queue/open";
import { listSlaves, readSlave } from "../../queue/read-slaves";
import { whySlave } from "../../queue/why";
import { Settings, SettingsChange, Slave } from "../../settings";
import { protocolVersion, Sync, SyncAnswer } from "../../sync";
import { text } from "../../wire";
import type { Dispatcher } from "../dispatch";

const name = z.strictObject({
  name: text(100)
    .min(1)
    .openapi({ param: { in: "path", name: "name" } }),
});

/** Adds /sync and the routes below /slaves. `token`: to call the slaves' ports. */
export function addSlaveRoutes(app: OpenAPIHono, queue: Queue, dispatcher: Dispatcher, token: string): void {
  app.openapi(
    createRoute({
      method: "post",
      path: "/sync",
      summary: "A slave reports and asks; held until there is something to tell it",
      request: { body: body(Sync) },
      responses: { 200: json(SyncAnswer, "Tasks to start and runs to kill"), ...problems },
    }),
    async (c) => {
      const sync = c.req.valid("json");
      if (sync.version !== protocolVersion) refuseOtherVersion(sync);
      const address = getConnInfo(c).remote.address?.replace(/^::ffff:/, "") ?? "";
      return c.json(await dispatcher.sync(sync, address, c.req.raw.signal), 200);
    },
    (result, c) => {
      // A sync of another release may lack what this one wants: the release is what is wrong.
      if (!result.success) refuseOtherVersion((result as { data?: unknown }).data);
      return app.defaultHook?.(result, c);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/slaves",
      summary: "All slaves by name",
      responses: { 200: json(z.object({ slaves: z.array(Slave) }), "The slaves"), ...problems },
    }),
    async (c) => c.json({ slaves: await listSlaves(queue) }, 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/slaves/{name}",
      summary: "One slave by name or number",
      request: { params: name },
      responses: { 200: json(Slave, "The slave"), ...problems },
    }),
    async (c) => c.json(await readSlave(queue, c.req.valid("param").name), 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/slaves/{name}/why",
      summary: "Why a slave runs no more tasks than it does",
      request: { params: name },
      responses: { 200: json(Why, "What keeps it"), ...problems },
    }),
    async (c) => c.json(await whySlave(queue, c.req.valid("param").name), 200),
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/slaves/{name}/clear",
      summary: "Call a slave well that was set aside as sick",
      request: { params: name, body: body(z.strictObject({})) },
      responses: { 200: json(Slave, "The slave"), ...problems },
    }),
    async (c) => {
      const { id } = await readSlave(queue, c.req.valid("param").name);
      await clearSick(queue, id);
      return c.json(await readSlave(queue, `${id}`), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "patch",
      path: "/slaves/{name}/settings",
      summary: "Change a slave's settings through its own port",
      request: { params: name, body: body(SettingsChange) },
      responses: { 200: json(Settings, "Its settings now"), ...problems },
    }),
    async (c) => {
      const slave = await readSlave(queue, c.req.valid("param").name);
      try {
        return c.json(
          await new Client({ host: slave.address, port: slave.port, token }).changeSettings(c.req.valid("json")),
          200,
        );
      } catch (error) {
        if (error instanceof ClientError && error.status) throw new HttpError(error.status, error.message);
        throw new HttpError(
          502,
          `slave ${slave.name} (${slave.state}) does not answer at ${slave.address}:${slave.port}: is it running, and may the master reach that port?`,
        );
      }
    },
  );
}

/** Throws an HttpError for a sync that speaks another version of the protocol. */
function refuseOtherVersion(sync: unknown): void {
  const spoken = z.object({ version: z.int(), name: Sync.shape.name }).safeParse(sync).data;
  if (!spoken || spoken.version === protocolVersion) return;
  throw new HttpError(
    400,
    `slave ${spoken.name} speaks version ${spoken.version} of the protocol, this master ${protocolVersion}: use the same release on both`,
  );
}
