// Licences over HTTP.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { body, json, problems } from "../../local/guard";
import { Licence } from "../../protocol";
import { listLicences, removeLicence, setLicence } from "../../queue/licences";
import type { Queue } from "../../queue/open";
import { licenceName } from "../../wire";

const name = z.strictObject({ name: licenceName.meta({ examples: ["nuke"] }) });

/** Adds the routes below /licences. */
export function addLicenceRoutes(app: OpenAPIHono, queue: Queue): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/licences",
      operationId: "listLicences",
      summary: "All licences by name, with how many are in use",
      responses: { 200: json(z.object({ licences: z.array(Licence) }), "The licences"), ...problems(503) },
    }),
    async (c) => c.json({ licences: await listLicences(queue) }, 200),
  );

  app.openapi(
    createRoute({
      method: "put",
      path: "/licences/{name}",
      operationId: "setLicence",
      summary: "Say how many there are of a licence, new or known; effective with the next hand-out",
      request: { params: name, body: body(z.strictObject({ total: Licence.shape.total }), { total: 10 }) },
      responses: { 200: json(Licence, "The licence"), ...problems(503) },
    }),
    async (c) => c.json(await setLicence(queue, c.req.valid("param").name, c.req.valid("json").total), 200),
  );

  app.openapi(
    createRoute({
      method: "delete",
      path: "/licences/{name}",
      operationId: "removeLicence",
      summary: "Forget a licence that no job needs any more",
      request: { params: name },
      responses: { 200: json(Licence, "What it was"), ...problems(404, 409, 503) },
    }),
    async (c) => c.json(await removeLicence(queue, c.req.valid("param").name), 200),
  );
}
