// What the document of a port says of each route, and that it says it of all.
import { beforeAll, describe, expect, test } from "bun:test";
import { createRoute, OpenAPIHono, z } from "@hono/zod-openapi";
import { body, guardedApp, json, problems } from "../../lib/local/guard";
import { describeApi } from "../../lib/local/openapi";
import { type Farm, startFarm } from "../farm";
import { type Document, documentOf, errorsOf, fits, operationsOf } from "./document";

let documents: [name: string, document: Document][];
beforeAll(async () => {
  await using farm: Farm = await startFarm();
  const ports = [
    ["master", farm.masters[0]!.port],
    ["slave", farm.slaves[0]!.port],
  ] as const;
  documents = await Promise.all(
    ports.map(async ([name, port]) => [name, await documentOf(`http://127.0.0.1:${port}`)] as [string, Document]),
  );
});

describe("the document of each port", () => {
  test("is OpenAPI 3.1, in which every reference leads somewhere", () => {
    for (const [, document] of documents) {
      expect(document.openapi).toBe("3.1.0");
      const names = [...JSON.stringify(document).matchAll(/"#\/components\/(\w+)\/(\w+)"/g)];
      expect(names.length).toBeGreaterThan(5);
      for (const [whole, part, name] of names)
        expect([whole, name! in (document.components[part!] as object)]).toEqual([whole, true]);
    }
  });

  test("has a name, a summary, a tag and an answer for each route", () => {
    for (const [, document] of documents) {
      const operations = operationsOf(document);
      expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
      for (const { path, method, operationId, summary, tags, responses } of operations) {
        expect([path, method, /^[a-z][A-Za-z]+$/.test(operationId ?? "")]).toEqual([path, method, true]);
        expect([path, summary?.length > 5, tags?.length]).toEqual([path, true, 1]);
        expect([path, "default" in responses]).toEqual([path, false]);
      }
    }
  });

  test("wants the token everywhere but at what holds no data", () => {
    for (const [, document] of documents) {
      expect(document.security).toEqual([{ token: [] }]);
      const operations = operationsOf(document);
      const open = operations.filter(({ security }) => security?.length === 0);
      expect(open.map(({ path }) => path).sort()).toEqual(["/health", "/openapi.json", "/ready"]);
      const unsigned = operations.filter((operation) => !errorsOf(operation).includes("401"));
      expect(unsigned).toEqual(open);
    }
  });

  test("has an example for each parameter and body, which is as its schema says", () => {
    for (const [, document] of documents)
      for (const { path, method, parameters, requestBody } of operationsOf(document)) {
        for (const { name, example, schema } of parameters) {
          expect([path, name, example === undefined]).toEqual([path, name, false]);
          fits(document, schema, example);
        }
        const content = requestBody?.content["application/json"];
        if (content) {
          expect([path, method, content.example === undefined]).toEqual([path, method, false]);
          fits(document, content.schema, content.example);
        }
      }
  });
});

const Thing = z.object({ size: z.int().default(3), at: z.iso.datetime() }).meta({ id: "TestThing" });
const app = new OpenAPIHono();
app.openapi(
  createRoute({
    method: "post",
    path: "/things/{id}",
    operationId: "makeThing",
    summary: "Make a thing",
    request: {
      params: z.object({ id: z.coerce.number().int() }),
      query: z.object({ loud: z.stringbool().default(false) }),
      body: body(Thing, { at: "2026-01-01T00:00:00Z" }),
    },
    responses: { 200: json(z.object({ things: z.array(Thing) }), "Things"), ...problems(409) },
  }),
  (c) => c.json({ things: [] }, 200),
);
const described = describeApi(app, { title: "x", description: "x" }) as unknown as Document;
const made = described.paths["/things/{id}"]!.post!;

test("the errors of a route follow from what it asks for, and are those it names", () => {
  expect(Object.keys(made.responses)).toEqual(["200", "400", "401", "409", "413", "415"]);
});

test("what has a default may be left out of a request, and is always in an answer", () => {
  const { TestThing, TestThingInput } = described.components.schemas as Record<string, { required: string[] }>;
  expect(TestThingInput?.required).toEqual(["at"]);
  expect(TestThing?.required).toEqual(["size", "at"]);
  expect(JSON.stringify(made.requestBody)).toContain("/TestThingInput");
  expect(JSON.stringify(made.responses)).not.toContain("/TestThingInput");
});

test("an answer with more, less or other than its schema says does not fit it", () => {
  const schema = { $ref: "#/components/schemas/TestThing" };
  const thing = { size: 1, at: "2026-01-01T00:00:00Z" };
  fits(described, schema, thing);
  for (const other of [{ size: 1 }, { ...thing, size: "1" }, { ...thing, at: "today" }, { ...thing, more: 1 }])
    expect(() => fits(described, schema, other)).toThrow();
});

test("a parameter is told by what it stands for", () => {
  const [id, loud] = made.parameters;
  expect(id).toMatchObject({ in: "path", required: true, schema: { type: "integer" } });
  expect(loud).toMatchObject({ in: "query", required: false, schema: { type: "boolean", default: false } });
});

test("every route that an app has is in its document, but the page that shows it", async () => {
  const guarded = guardedApp("token", () => undefined);
  const document = (await (await guarded.request("/openapi.json")).json()) as Document;
  const routes = guarded.routes.filter(({ method, path }) => method !== "ALL" && !path.startsWith("/docs"));
  expect(routes.map(({ path }) => path)).toEqual(Object.keys(document.paths));
});
