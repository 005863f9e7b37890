// The OpenAPI document of a port, as tests walk it.
import { z } from "zod";

type Json = Record<string, unknown>;
type Parameter = { name: string; in: "path" | "query" | "header"; required: boolean; example?: unknown; schema: Json };
type Content = Record<string, { schema: Json; example?: unknown }>;

/** A route, with its parameters, body and answers. */
export type Operation = {
  method: string;
  path: string;
  operationId: string;
  summary: string;
  tags: string[];
  security?: unknown[];
  parameters: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { $ref?: string; description?: string; content?: Content }>;
};

export type Document = {
  openapi: string;
  paths: Record<string, Record<string, Omit<Operation, "method" | "path">>>;
  components: { schemas: Record<string, Json>; responses: Record<string, { content: Content }> } & Json;
} & Json;

/** A request that a test sends. */
export type Asked = {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  headers?: Record<string, string>;
  body?: unknown;
};

/** The document that a port serves. */
export async function documentOf(base: string): Promise<Document> {
  return (await fetch(`${base}/openapi.json`)).json() as Promise<Document>;
}

/** All routes of a document. */
export function operationsOf(document: Document): Operation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => ({ ...one, parameters: one.parameters ?? [], method, path })),
  );
}

/** The errors that a route names. */
export const errorsOf = ({ responses }: Operation) => Object.keys(responses).filter((code) => Number(code) >= 400);

/** The request that its examples make: with the parameters that must be, or with all. */
export function exampleOf(operation: Operation, all: boolean): Asked {
  const given = (place: Parameter["in"]) =>
    Object.fromEntries(
      operation.parameters
        .filter((one) => one.in === place && (all || one.required))
        .map(({ name, example }) => [name, example]),
    );
  const body = operation.requestBody?.content["application/json"]?.example;
  return {
    path: given("path"),
    query: given("query"),
    headers: given("header") as Record<string, string>,
    ...(body !== undefined && { body }),
  };
}

/** Sends a request to a route. A text as body is sent as it is. */
export function send(base: string, token: string, operation: Operation, asked: Asked): Promise<Response> {
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(`${asked.path?.[name]}`));
  const query = new URLSearchParams(Object.entries(asked.query ?? {}).map(([name, value]) => [name, `${value}`]));
  const { body } = asked;
  return fetch(`${base}${path}${query.size > 0 ? `?${query}` : ""}`, {
    method: operation.method.toUpperCase(),
    headers: {
      authorization: `Bearer ${token}`,
      ...(body !== undefined && { "content-type": "application/json" }),
      ...asked.headers,
    },
    ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
  });
}

/** What a route may answer with this status, by its type. */
export function contentOf(document: Document, { responses }: Operation, status: number): Content | undefined {
  const answer = responses[status];
  const named = answer?.$ref?.replace("#/components/responses/", "");
  return named === undefined ? answer?.content : document.components.responses[named]?.content;
}

/** Throws when a value is not as the schema of the document says, or has what the document does not mention. */
export function fits(document: Document, schema: Json, value: unknown): void {
  const $defs = strict(document.components.schemas) as Json;
  const whole = JSON.parse(
    JSON.stringify({ ...(strict(schema) as Json), $defs }).replaceAll("#/components/schemas/", "#/$defs/"),
  );
  z.fromJSONSchema(whole).parse(value);
}

/** Objects may have more in later releases, so the document does not close them: here they are closed. */
function strict(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(strict);
  if (typeof schema !== "object" || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, strict(value)]));
  return "properties" in inner && !("additionalProperties" in inner)
    ? { ...inner, additionalProperties: false }
    : inner;
}
