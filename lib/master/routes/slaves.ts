// Slaves over HTTP: their syncs, lists of them, and changes, which are passed on to the slave's own port.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { getConnInfo } from "hono/bun";
import { SlaveFilter, SlavePage } from "../../lists";
import { body, HttpError, json, problems } from "../../local/guard";
import { version } from "../../local/program";
import { Why } from "../../protocol";
import { clearSick } from "../../queue/blame";
import type { Queue } from "../../queue/open";
import { listSlaves, readSlave } from "../../queue/read-slaves";
import { whySlave } from "../../queue/why";
import { misfit } from "../../releases";
import { Settings, SettingsChange, Slave } from "../../settings";
import { oldestProtocol, protocolVersion, Sync, SyncAnswer } from "../../sync";
import { askSlave } from "../ask-slave";
import type { Dispatcher } from "../dispatch";
import { slaveName } from "./parameters";

const name = z.strictObject({ name: slaveName });

const sync: z.input<typeof Sync> = {
  version: protocolVersion,
  key: "0b2f2a52-9f0c-4d2f-8d4e-2f6f7f1f3a10",
  name: "rack8",
  software: "0.1.0",
  port: 2345,
  os: "LINUX",
  cpus: 8,
  memoryMb: 64_000,
  freeMemoryMb: 60_000,
  memoryLeftMb: 60_000,
  gpus: 0,
  gpusLeft: 0,
  load: 0.5,
  foreignSlots: 0,
  inHours: true,
  settings: { slots: 8, pools: ["Default"], enabled: true },
  hello: true,
  free: 0,
  alive: [],
  ended: [],
};

/** Adds /sync and the routes below /slaves. `token`: to call the slaves' ports. */
export function addSlaveRoutes(app: OpenAPIHono, queue: Queue, dispatcher: Dispatcher, token: string): void {
  app.openapi(
    createRoute({
      method: "post",
      path: "/sync",
      operationId: "sync",
      summary: "A slave reports and asks; held until there is something to tell it",
      request: { body: body(Sync, sync) },
      responses: { 200: json(SyncAnswer, "Tasks to start and runs to kill"), ...problems(503) },
    }),
    async (c) => {
      const sync = c.req.valid("json");
      refuseMisfit(sync);
      const address = getConnInfo(c).remote.address?.replace(/^::ffff:/, "") ?? "";
      return c.json(await dispatcher.sync(sync, address, c.req.raw.signal), 200);
    },
    (result, c) => {
      // A sync of another release may lack what this one wants: the release is what is wrong.
      if (!result.success) refuseMisfit((result as { data?: unknown }).data);
      return app.defaultHook?.(result, c);
    },
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/slaves",
      operationId: "listSlaves",
      summary: "Slaves by name, a page at a time",
      request: { query: SlaveFilter },
      responses: { 200: json(SlavePage, "A page of slaves"), ...problems(503) },
    }),
    async (c) => c.json(await listSlaves(queue, c.req.valid("query")), 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/slaves/{name}",
      operationId: "getSlave",
      summary: "One slave by name or number",
      request: { params: name },
      responses: { 200: json(Slave, "The slave"), ...problems(404, 503) },
    }),
    async (c) => c.json(await readSlave(queue, c.req.valid("param").name), 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/slaves/{name}/why",
      operationId: "whySlave",
      summary: "Why a slave runs no more tasks than it does",
      request: { params: name },
      responses: { 200: json(Why, "What keeps it"), ...problems(404, 503) },
    }),
    async (c) => c.json(await whySlave(queue, c.req.valid("param").name), 200),
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/slaves/{name}/clear",
      operationId: "clearSlave",
      summary: "Call a slave well that was set aside as sick",
      request: { params: name, body: body(z.strictObject({}), {}) },
      responses: { 200: json(Slave, "The slave"), ...problems(404, 503) },
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
      operationId: "changeSlave",
      summary: "Change a slave's settings through its own port",
      request: { params: name, body: body(SettingsChange, { slots: 4, addPools: ["night"] }) },
      responses: { 200: json(Settings, "Its settings now"), ...problems(404, 502, 503) },
    }),
    async (c) => {
      const slave = await readSlave(queue, c.req.valid("param").name);
      const change = c.req.valid("json");
      return c.json(await askSlave(slave, { token }, (own) => own.changeSettings(change)), 200);
    },
  );
}

const Speaker = z.object({
  version: z.int(),
  name: Sync.shape.name,
  software: Sync.shape.software.catch("unknown"),
});
const understood = { oldest: oldestProtocol, newest: protocolVersion, software: version };

/** Throws an HttpError for a sync in a version of the protocol that this master does not understand. */
function refuseMisfit(sync: unknown): void {
  const speaker = Speaker.safeParse(sync).data;
  const words = speaker && misfit(speaker, understood);
  if (words) throw new HttpError(400, words);
}
