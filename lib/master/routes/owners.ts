// Owners of jobs over HTTP, and their shares.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { body, json, problems } from "../../local/guard";
import { Owner } from "../../protocol";
import type { Queue } from "../../queue/open";
import { listOwners, setWeight } from "../../queue/owners";
import { Submission } from "../../submission";

const name = z.strictObject({
  name: Submission.shape.owner
    .unwrap()
    .min(1)
    .meta({ examples: ["ana"] }),
});

/** Adds the routes below /owners. */
export function addOwnerRoutes(app: OpenAPIHono, queue: Queue): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/owners",
      operationId: "listOwners",
      summary: "Owners who have jobs that have not ended, or a weight of their own",
      responses: { 200: json(z.object({ owners: z.array(Owner) }), "The owners by name"), ...problems(503) },
    }),
    async (c) => c.json({ owners: await listOwners(queue) }, 200),
  );

  app.openapi(
    createRoute({
      method: "put",
      path: "/owners/{name}",
      operationId: "setOwner",
      summary: "Give an owner a weight; effective with the next hand-out",
      request: {
        params: name,
        body: body(z.strictObject({ weight: z.number().min(0.01).max(1000).describe("Its share; 1 is usual") }), {
          weight: 2,
        }),
      },
      responses: { 200: json(Owner, "The owner"), ...problems(503) },
    }),
    async (c) => c.json(await setWeight(queue, c.req.valid("param").name, c.req.valid("json").weight), 200),
  );
}
