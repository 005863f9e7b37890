// The OpenAPI 3.1 document of a port, made from its routes and the zod schemas that check their requests.
import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import { Problem } from "../wire";
import { version } from "./program";
import { titles } from "./titles";

type Json = Record<string, unknown>;
type Side = "input" | "output";

/** What a route says of itself, as far as it is looked at here. */
type Route = {
  method: string;
  path: string;
  tags?: string[];
  security?: unknown[];
  request?: { params?: z.ZodObject; query?: z.ZodObject; headers?: z.ZodObject; body?: Body };
  responses: Record<string, Json>;
} & Json;
type Body = { required?: boolean; content: Record<string, Json> };

const refs = "#/components/schemas/";

/** What a port tells of itself in its document. */
export type About = { title: string; description: string };

/** The document of an app. */
export function describeApi(app: OpenAPIHono, about: About): Json {
  const schemas = new Schemas();
  const codes = new Set<number>();
  const paths: Record<string, Json> = {};
  for (const definition of app.openAPIRegistry.definitions) {
    if (definition.type !== "route") continue;
    const route = definition.route as unknown as Route;
    paths[route.path] = { ...paths[route.path], [route.method]: operation(route, schemas, codes) };
  }
  const problem = schemas.of(Problem, "output");
  const document = {
    openapi: "3.1.0",
    info: { ...about, version, license: { name: "MIT", identifier: "MIT" } },
    servers: [{ url: "/" }],
    security: [{ token: [] }],
    tags: [...new Set(Object.keys(paths).map(tagOf))].sort().map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: { token: { type: "http", scheme: "bearer", description: "The farm's token" } },
      responses: Object.fromEntries([...codes].sort().map((code) => [`Error${code}`, refusal(code, problem)])),
    },
  };
  return schemas.finish(document);
}

function operation(route: Route, schemas: Schemas, codes: Set<number>): Json {
  const { method: _, path, request = {}, responses, tags, ...rest } = route;
  const parameters = (["params", "query", "headers"] as const).flatMap((part) =>
    Object.entries(request[part]?.shape ?? {}).map(([name, schema]) =>
      parameter(name, schema as z.ZodType, part === "params" ? "path" : part === "headers" ? "header" : "query"),
    ),
  );
  const errors = errorCodes(route);
  for (const code of errors) codes.add(code);
  const answers = Object.entries(responses).filter(([code]) => Number(code) < 400);
  return {
    tags: tags ?? [tagOf(path)],
    ...rest,
    ...(parameters.length > 0 && { parameters }),
    ...(request.body && {
      requestBody: { required: request.body.required ?? false, content: media(request.body.content, schemas, "input") },
    }),
    responses: Object.fromEntries([
      ...answers.map(([code, { content, ...told }]) => [
        code,
        { ...told, ...(content ? { content: media(content as Body["content"], schemas, "output") } : {}) },
      ]),
      ...errors.map((code) => [`${code}`, { $ref: `#/components/responses/Error${code}` }]),
    ]),
  };
}

/** The errors that a route names, and those that follow from what it asks for. */
export function errorCodes({ security, request = {}, responses }: Route): number[] {
  const codes = Object.keys(responses).map(Number);
  if (security?.length !== 0) codes.push(401);
  if (request.params || request.query || request.headers || request.body) codes.push(400);
  if (request.body) codes.push(413, 415);
  return [...new Set(codes)].filter((code) => code >= 400).sort();
}

function tagOf(path: string): string {
  return path.split("/")[1] ?? "";
}

function parameter(name: string, schema: z.ZodType, where: "path" | "query" | "header"): Json {
  // What a query says is text; what it stands for is told where that is a truth value.
  const [given, meant] = (["input", "output"] as const).map((side) => plain(schema, side)) as [Json, Json];
  const { description, examples: inner, ...told } = meant.type === "boolean" ? meant : given;
  // Of what is rewritten, the form for requests loses its examples.
  const examples = schema.meta()?.examples ?? inner;
  return {
    name,
    in: where,
    required: where === "path" || !schema.safeParse(undefined).success,
    ...(description ? { description } : {}),
    schema: told,
    ...(Array.isArray(examples) && { example: examples[0] }),
  };
}

function media(content: Record<string, Json>, schemas: Schemas, side: Side): Json {
  return Object.fromEntries(
    Object.entries(content).map(([type, { schema, ...rest }]) => [
      type,
      { schema: schema instanceof z.ZodType ? schemas.of(schema, side) : schema, ...rest },
    ]),
  );
}

function refusal(status: number, schema: Json): Json {
  const title = titles[status] ?? "Error";
  const example = { type: "about:blank", title, status, detail: "what was wrong, and what to do about it" };
  return { description: title, content: { "application/problem+json": { schema, example } } };
}

function plain(schema: z.ZodType, io: Side): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: "any", override: tidy });
  return rest as Json;
}

/** Leaves out what says nothing more: a format's own pattern, the largest number there is. Answers may have more in later releases. */
function tidy({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodTypes; jsonSchema: z.core.JSONSchema.BaseSchema }) {
  if (jsonSchema.format) delete jsonSchema.pattern;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  const { def } = zodSchema._zod;
  if (def.type === "object" && !def.catchall && jsonSchema.additionalProperties === false)
    delete jsonSchema.additionalProperties;
}

/**
 * The schemas with names. One that is asked for and answered may differ between the two, as what has a default is always there in an
 * answer: its form for requests is then called ...Input.
 */
class Schemas {
  private readonly named: Record<Side, Record<string, Json>> = { input: {}, output: {} };

  /** A schema, or the reference to one with a name. */
  of(schema: z.ZodType, side: Side): Json {
    const { $defs = {}, ...told } = plain(schema, side);
    const here = (json: unknown) =>
      JSON.parse(
        JSON.stringify(json).replace(/"#\/\$defs\/(\w+)"/g, `"${refs}$1${side === "input" ? "Input" : ""}"`),
      ) as Json;
    for (const [name, { id: _, ...one }] of Object.entries($defs as Record<string, Json>))
      this.named[side][name] = here(one);
    return here(told);
  }

  /** The document with all of them, each under the name it has in the end. */
  finish<T extends { components: Json }>(document: T): Json {
    const { input, output } = this.named;
    const differs = new Set<string>();
    const text = (json: unknown) =>
      JSON.stringify(json).replace(/\/schemas\/(\w+)Input"/g, (whole, name: string) =>
        differs.has(name) ? whole : `/schemas/${name}"`,
      );
    const both = Object.keys(input).filter((name) => output[name]);
    for (let before = -1; before < differs.size; ) {
      before = differs.size;
      for (const name of both) if (text(input[name]) !== JSON.stringify(output[name])) differs.add(name);
    }
    const schemas: Record<string, Json> = { ...output };
    for (const [name, one] of Object.entries(input)) schemas[differs.has(name) ? `${name}Input` : name] = one;
    const sorted = Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1)));
    return JSON.parse(text({ ...document, components: { schemas: sorted, ...document.components } })) as Json;
  }
}
