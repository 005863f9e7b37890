// The page that shows the OpenAPI document of a port: Swagger UI, from this program itself.
import type { OpenAPIHono } from "@hono/zod-openapi";
import style from "swagger-ui-dist/swagger-ui.css" with { type: "file" };
// In a compiled binary these files are inside; here they are paths of node_modules.
import script from "swagger-ui-dist/swagger-ui-bundle.js" with { type: "file" };

// Swagger UI writes style attributes and has pictures in its style sheet. Nothing may come from, or go to, another host.
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>DrQueue API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="docs/page.css">
  </head>
  <body>
    <div id="api"></div>
    <script src="docs/swagger-ui.js"></script>
    <script src="docs/page.js"></script>
  </body>
</html>
`;

// Its validator is a service elsewhere.
const start = `SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null,
  persistAuthorization: false,
  tryItOutEnabled: true,
});
`;

const assets: Record<string, { type: string; body: () => BodyInit }> = {
  "page.css": { type: "text/css; charset=utf-8", body: () => Bun.file(style) },
  "swagger-ui.js": { type: "text/javascript; charset=utf-8", body: () => Bun.file(script) },
  "page.js": { type: "text/javascript; charset=utf-8", body: () => start },
};

/** Adds /docs and its files. */
export function addDocs(app: OpenAPIHono): void {
  app.get("/docs", () => answer("text/html; charset=utf-8", page));
  for (const [name, { type, body }] of Object.entries(assets)) app.get(`/docs/${name}`, () => answer(type, body()));
}

function answer(type: string, body: BodyInit): Response {
  const headers = {
    "content-type": type,
    "content-security-policy": policy,
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
  };
  return new Response(body, { headers });
}
