// Kinds of jobs over HTTP: what fields they have, and the jobscript that they would write.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { kindInfo } from "../../kinds/kind";
import { body, json, problems } from "../../local/guard";
import { KindInfo } from "../../protocol";
import { Submission } from "../../submission";
import { jobscriptOf, type Kinds, kindOf } from "../kinds";

const name = z.strictObject({
  name: Submission.shape.kind.unwrap().meta({ description: "Name of the kind", examples: ["blender"] }),
});

/** Adds the routes below /kinds. */
export function addKindRoutes(app: OpenAPIHono, kinds: Kinds): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/kinds",
      operationId: "listKinds",
      summary: "All kinds of jobs by name",
      responses: { 200: json(z.object({ kinds: z.array(KindInfo) }), "The kinds") },
    }),
    (c) => c.json({ kinds: [...kinds.values()].map(kindInfo) }, 200),
  );

  app.openapi(
    createRoute({
      method: "get",
      path: "/kinds/{name}",
      operationId: "getKind",
      summary: "One kind with its fields",
      request: { params: name },
      responses: { 200: json(KindInfo, "The kind"), ...problems(404) },
    }),
    (c) => c.json(kindInfo(kindOf(kinds, c.req.valid("param").name)), 200),
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/kinds/{name}/jobscript",
      operationId: "writeJobscript",
      summary: "The jobscript of a job with these fields; nothing is submitted",
      request: {
        params: name,
        body: body(
          z.strictObject({
            fields: Submission.shape.fields,
            shell: z.enum(["sh", "cmd"]).default("sh").describe("cmd: as slaves on Windows run it"),
          }),
          { fields: { scene: "/mnt/show/shot7.blend" }, shell: "sh" },
        ),
      },
      responses: { 200: json(z.object({ script: z.string() }), "The jobscript"), ...problems(404) },
    }),
    (c) => {
      const { fields, shell } = c.req.valid("json");
      return c.json({ script: jobscriptOf(kindOf(kinds, c.req.valid("param").name), fields, shell) }, 200);
    },
  );
}
