// What a jobscript or a request may do to a farm, and what it may not.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { statSync } from "node:fs";
import { join } from "node:path";
import { ClientError } from "../../lib/client";
import { type Farm, startFarm } from "../farm";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 1 });
});
afterAll(() => farm[Symbol.asyncDispose]());

test.each([
  ["a link", 'ln -sf /etc/passwd "$DRQUEUE_LOG"'],
  ["a link to what never ends", 'ln -sf /dev/zero "$DRQUEUE_LOG"'],
  ["a folder", 'rm "$DRQUEUE_LOG"; mkdir "$DRQUEUE_LOG"'],
])("a log that its jobscript replaced by %s is not shown", async (_, replace) => {
  const job = await farm.submit({ command: ["sh", "-c", replace] });
  await farm.ended(job);
  const refused = (await farm.client.log(job, 1).catch((error) => error)) as ClientError;
  expect(refused).toBeInstanceOf(ClientError);
  expect([refused.status, refused.message]).toEqual([
    404,
    expect.stringMatching(/^neither slave s1, which ran it, nor a master has the log /),
  ]);
});

test("a log that is a pipe holds up nobody", async () => {
  const script = 'rm "$DRQUEUE_LOG"; mkfifo "$DRQUEUE_LOG"; exec sleep 60';
  const jobs = await Promise.all([0, 1].map(() => farm.submit({ command: ["sh", "-c", script] })));
  for (const job of jobs) await farm.frameIs(job, 1, ({ state }) => state === "running");
  const asked = jobs.flatMap((job) => Array.from({ length: 8 }, () => farm.client.log(job, 1).catch(() => undefined)));
  await Promise.all(asked);
  const plain = await farm.submit({ command: ["echo", "hello"] });
  for (const job of jobs) await farm.client.delete(job);
  await farm.ended(plain);
  expect(await farm.log(plain, 1)).toContain("hello");
});

test("a job's variables, and the token, are for their owner's eyes", () => {
  const data = farm.dataOf("m1");
  const mode = (...path: string[]) => (statSync(join(data, ...path)).mode & 0o777).toString(8);
  expect([mode("token"), mode("slaves", "s1", "runs")]).toEqual(["600", "700"]);
});

test("the database's password and the token are in no process list and no journal", async () => {
  const ps = Bun.spawnSync(["ps", "-ww", "-eo", "args="]).stdout.toString();
  const journals = [...farm.masters, ...farm.slaves].map((member) => member.journal).join("\n");
  for (const text of [ps, journals]) expect(text).not.toContain(farm.token);
  const started = Bun.spawn([process.execPath, join(import.meta.dir, "../../master.ts"), "--port=0"], {
    env: {
      ...farm.env,
      DRQUEUE_DATA: join(farm.folder, "m9"),
      DATABASE_URL: farm.env.DATABASE_URL!.replace("//test@", "//test:pa55word@").replace(/\/[^/]*$/, "/none"),
    },
    stdout: "ignore",
    stderr: "pipe",
  });
  const said = await new Response(started.stderr).text();
  expect(said).toMatch(/the database at 127\.0\.0\.1:\d+\/none refused: .*does not exist/);
  expect(said).not.toContain("pa55word");
});

test.each([
  ["OPTIONS", "/jobs"],
  ["HEAD", "/jobs"],
  ["TRACE", "/jobs"],
  ["GET", "//jobs"],
  ["GET", "/health/../jobs"],
  ["GET", "/health/jobs"],
  ["POST", "/health"],
])("%s %s wants the token, at master and slave", async (method, path) => {
  for (const { port } of [...farm.masters, ...farm.slaves]) {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method });
    expect(answer.status).toBe(401);
  }
});

test.each(["/slaves/%00", "/jobs?name=%00", "/jobs?owner=%00"])("%s is refused in words", async (path) => {
  const headers = { authorization: `Bearer ${farm.token}` };
  const answer = await fetch(`http://127.0.0.1:${farm.masters[0]!.port}${path}`, { headers });
  expect([answer.status, await answer.json()]).toMatchObject([
    400,
    { detail: expect.stringContaining("may not contain a NUL") },
  ]);
});
