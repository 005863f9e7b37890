// Notices over HTTP: who is told what happens, and whether messages arrive.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import { NewNotice, Notice } from "../../events";
import { body, HttpError, json, problems } from "../../local/guard";
import { styleFor } from "../../notices";
import { addNotice, findNotice, listNotices, removeNotice } from "../../queue/notices";
import type { Queue } from "../../queue/open";
import { largest } from "../../wire";
import type { Address, Notifier } from "../notify/notify";
import { NotDelivered } from "../notify/webhook";

const id = z.strictObject({
  id: z.coerce
    .number()
    .int()
    .min(1)
    .max(largest)
    .meta({ description: "Number of the notice", examples: [3] }),
});

const example: z.input<typeof NewNotice> = {
  to: "https://hooks.studio.example/render",
  on: ["finished", "failed"],
  owner: "ana",
};

const Sent = z.object({ sent: z.literal(true) }).describe("It has arrived");

/** Adds the routes below /notices. */
export function addNoticeRoutes(app: OpenAPIHono, queue: Queue, notifier: Notifier): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/notices",
      operationId: "listNotices",
      summary: "Who is told what happens, the oldest notice first",
      responses: { 200: json(z.object({ notices: z.array(Notice) }), "The notices"), ...problems(503) },
    }),
    async (c) => c.json({ notices: await listNotices(queue) }, 200),
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/notices",
      operationId: "addNotice",
      summary:
        "Tell somebody, by mail or at a web hook, what happens to a job, to the jobs of an owner, or in the farm",
      request: { body: body(NewNotice, example) },
      responses: { 201: json(Notice, "The notice"), ...problems(404, 409, 503) },
    }),
    async (c) => {
      const given = c.req.valid("json");
      notifier.check([given]);
      return c.json(await addNotice(queue, given), 201);
    },
  );

  app.openapi(
    createRoute({
      method: "delete",
      path: "/notices/{id}",
      operationId: "removeNotice",
      summary: "Tell somebody no longer; messages that were not sent yet are not sent",
      request: { params: id },
      responses: { 200: json(Notice, "What it was"), ...problems(404, 503) },
    }),
    async (c) => c.json(await removeNotice(queue, c.req.valid("param").id), 200),
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/notices/test",
      operationId: "testAddress",
      summary: "Send a test message to an address now, without keeping a notice",
      request: { body: body(NewNotice, example) },
      responses: { 200: json(Sent, "It has arrived"), ...problems(409, 502) },
    }),
    async (c) => {
      const { to, style, secret = null } = c.req.valid("json");
      return c.json(await sendTest(notifier, { to, style: styleOf(to, style), secret }), 200);
    },
  );

  app.openapi(
    createRoute({
      method: "post",
      path: "/notices/{id}/test",
      operationId: "testNotice",
      summary: "Send a test message to where a notice goes, now",
      request: { params: id },
      responses: { 200: json(Sent, "It has arrived"), ...problems(404, 409, 502, 503) },
    }),
    async (c) => c.json(await sendTest(notifier, await findNotice(queue, c.req.valid("param").id)), 200),
  );
}

async function sendTest(notifier: Notifier, address: Address): Promise<z.infer<typeof Sent>> {
  notifier.check([address]);
  const now = new Date();
  try {
    await notifier.send(address, { reason: "test", at: now.toISOString() }, `test-${crypto.randomUUID()}`);
  } catch (error) {
    if (error instanceof NotDelivered) throw new HttpError(502, error.message);
    throw error;
  }
  return { sent: true };
}

function styleOf(to: string, style: NewNotice["style"]): Address["style"] {
  try {
    return styleFor(to, style);
  } catch (error) {
    throw new HttpError(400, (error as Error).message);
  }
}
