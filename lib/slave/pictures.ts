// Pictures at a slave's own port: what this machine alone sees, for the master to show.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { problems } from "../local/guard";
import { pictureContent, pictureHeaders, tagOf } from "../local/picture-answer";
import { openPicture, type Roots } from "../local/picture-roots";
import type { PathPair } from "../paths";
import { type PictureFormat, patternProblem, pictureTypes } from "../pictures";
import { text } from "../wire";

const formats = Object.keys(pictureTypes) as PictureFormat[];

/** Adds /picture. `paths`: the folders that have other names here. */
export function addPictureRoute(app: OpenAPIHono, roots: Roots, paths: () => readonly PathPair[]): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/picture",
      operationId: "readPicture",
      summary: "A picture below the folders that --pictures names, as it is",
      request: {
        query: z.strictObject({
          path: text(4096)
            .refine((path) => patternProblem(path) === undefined, "not the whole path of a picture")
            .meta({ description: "As the farm writes it", examples: ["/mnt/x/shot.0005.png"] }),
        }),
      },
      responses: {
        200: { description: "The picture", content: pictureContent(formats) },
        ...problems(404, 503),
      },
    }),
    async (c) => {
      const picture = await openPicture(roots, c.req.valid("query").path, paths());
      const headers = { ...pictureHeaders(picture.format, tagOf(picture)), "content-length": `${picture.size}` };
      if (c.req.raw.method !== "HEAD") return new Response(picture.stream(), { headers }) as never;
      await picture.close();
      return new Response(null, { headers }) as never;
    },
  );
}
