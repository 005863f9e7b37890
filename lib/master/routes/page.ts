// The page: its files hold no data of the farm, so that they want no token.
import type { OpenAPIHono } from "@hono/zod-openapi";
import { pageFiles } from "../../local/page-files";

// All that the page needs comes from here and is bundled; styles are set by classes or by script, never in the text of the page.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  // No text becomes part of a page other than as text, whatever its code does.
  "require-trusted-types-for 'script'",
  // But for the address of the one worker, which nothing can change.
  "trusted-types look",
].join("; ");

/** Adds / and what it needs below /page/. */
export function addPageRoutes(app: OpenAPIHono): void {
  const answer = async (path: string, accepts: string | undefined) => {
    const file = (await pageFiles()).get(path);
    if (!file) return undefined;
    const packs = /\bgzip\b/.test(accepts ?? "");
    return new Response(packs ? file.packed : file.plain, {
      headers: {
        "content-type": file.type,
        ...(packs && { "content-encoding": "gzip" }),
        vary: "accept-encoding",
        "content-security-policy": policy,
        "x-content-type-options": "nosniff",
        "referrer-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        // Names change with what is in a file, all but that of the page itself.
        "cache-control": path === "/" ? "no-cache" : "public, max-age=31536000, immutable",
      },
    });
  };
  app.get("/", async (c) => (await answer("/", c.req.header("accept-encoding"))) ?? c.notFound());
  app.get(
    "/page/:name",
    async (c) => (await answer(`/page/${c.req.param("name")}`, c.req.header("accept-encoding"))) ?? c.notFound(),
  );
}
