// The pictures of a job over HTTP: only those that its pattern says, of frames that it has.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { problems } from "../../local/guard";
import { pictureContent } from "../../local/picture-answer";
import type { Queue } from "../../queue/open";
import { findPicture } from "../../queue/read-picture";
import type { Pictures } from "../pictures/answer";
import { frameNumber, jobId } from "./parameters";

/** Adds /jobs/{id}/pictures/{frame}. */
export function addPictureRoute(app: OpenAPIHono, queue: Queue, pictures: Pictures): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/jobs/{id}/pictures/{frame}",
      operationId: "readPicture",
      summary: "The picture of a frame: as it is where browsers show it, else as WebP; with a width sized down to it",
      request: {
        params: z.strictObject({ id: jobId, frame: frameNumber }),
        query: z.strictObject({
          width: z.coerce
            .number()
            .int()
            .min(1)
            .max(16_384)
            .optional()
            .meta({
              description: "At most so wide, px: rounded up to 64, 128, 256, 512, 1024 or 1920",
              examples: [256],
            }),
        }),
      },
      responses: {
        200: { description: "The picture", content: pictureContent(["webp", "png", "jpeg"]) },
        304: { description: "The one that If-None-Match names is still the one" },
        ...problems(404, 409, 502, 503),
      },
    }),
    async (c) => {
      const { id, frame } = c.req.valid("param");
      const place = await findPicture(queue, id, frame);
      return (await pictures.answer(place, {
        width: c.req.valid("query").width,
        tag: c.req.header("if-none-match"),
        head: c.req.raw.method === "HEAD",
        signal: c.req.raw.signal,
      })) as never;
    },
  );
}
