// Writes what crosses the wire as TypeScript types that need no library.
import { z } from "zod";

/** A JSON schema, as far as ours go. */
type Schema = {
  type?: string | string[];
  $ref?: string;
  $defs?: Record<string, Schema>;
  description?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  oneOf?: Schema[];
  allOf?: Schema[];
  items?: Schema | false;
  prefixItems?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: Schema | boolean;
};

/** The declaration of a type by this name, as it is given or as it arrives, and the names of other schemas that it refers to. */
export function declare(
  name: string,
  schema: z.ZodType,
  io: "input" | "output" = "output",
): { text: string; needs: string[] } {
  const whole: Schema = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    override: ({ zodSchema, jsonSchema }) => {
      // What is changed on its way is a text there.
      if (zodSchema._zod.def.type === "transform") jsonSchema.type = "string";
    },
  }) as Schema;
  const json = whole.$ref === undefined ? whole : whole.$defs![nameIn(whole.$ref)]!;
  const needs = new Set<string>();
  const text = typeOf(json, "", needs);
  return { text: `${comment(json.description, "")}type ${name} = ${text};\n`, needs: [...needs] };
}

function nameIn(ref: string): string {
  return ref.replace(/^#\/\$defs\//, "");
}

function typeOf(schema: Schema, indent: string, needs: Set<string>): string {
  const inner = (one: Schema) => typeOf(one, indent, needs);
  if (schema.$ref !== undefined) {
    const name = nameIn(schema.$ref);
    needs.add(name);
    return name;
  }
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const either = schema.anyOf ?? schema.oneOf;
  if (either) return either.map(inner).join(" | ");
  if (schema.allOf) return schema.allOf.map((one) => `(${inner(one)})`).join(" & ");
  if (Array.isArray(schema.type)) return schema.type.map((type) => inner({ ...schema, type })).join(" | ");
  switch (schema.type) {
    case "string":
    case "boolean":
    case "null":
      return schema.type;
    case "number":
    case "integer":
      return "number";
    case "array":
      if (schema.prefixItems) return `[${schema.prefixItems.map(inner).join(", ")}]`;
      return schema.items ? `Array<${inner(schema.items)}>` : "unknown[]";
    case "object":
      return schema.properties ? members(schema, indent, needs) : recordOf(schema, inner);
    default:
      return "unknown";
  }
}

function members({ properties = {}, required = [] }: Schema, indent: string, needs: Set<string>): string {
  const within = `${indent}  `;
  const lines = Object.entries(properties).map(([name, schema]) => {
    const optional = !required.includes(name);
    const key = /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name);
    const type = typeOf(schema, within, needs) + (optional ? " | undefined" : "");
    return `${comment(schema.description, within)}${within}${key}${optional ? "?" : ""}: ${type};\n`;
  });
  return `{\n${lines.join("")}${indent}}`;
}

function recordOf({ additionalProperties }: Schema, inner: (one: Schema) => string): string {
  return `Record<string, ${typeof additionalProperties === "object" ? inner(additionalProperties) : "unknown"}>`;
}

function comment(text: string | undefined, indent: string): string {
  return text === undefined ? "" : `${indent}/** ${text.replaceAll("*/", "* /")} */\n`;
}
