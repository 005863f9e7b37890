// What a refusal says of a body with keys that nobody knows.
import { expect, test } from "bun:test";
import { createRoute, z } from "@hono/zod-openapi";
import { body, guardedApp, json, problems } from "../../lib/local/guard";
import { newToken } from "../../lib/local/token";
import type { Problem } from "../../lib/wire";

const token = newToken();
const app = guardedApp(token, () => undefined);
app.openapi(
  createRoute({
    method: "post",
    path: "/try",
    request: { body: body(z.strictObject({ count: z.int().optional() })) },
    responses: { 200: json(z.object({}), "Taken"), ...problems },
  }),
  (c) => c.json({}, 200),
);

test.each([
  ["as many as a body holds", Object.fromEntries(Array.from({ length: 50_000 }, (_, at) => [`key${at}`, 1]))],
  ["one as long as a body", { ["k".repeat(500_000)]: 1 }],
  ["one that steers a terminal", { "a\n\u001b[2Jb\u202e": 1 }],
])("%s is refused in one short plain line", async (_, keys) => {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  const answer = await app.request("/try", { method: "POST", headers, body: JSON.stringify(keys) });
  const { detail } = (await answer.json()) as Problem;
  expect(answer.status).toBe(400);
  expect(detail).toStartWith("Unrecognized key");
  expect(detail.length).toBeLessThan(400);
  expect(detail).not.toMatch(/\p{C}/u);
});
