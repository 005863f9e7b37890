// Every route of both ports is called with the examples of its documentation, and answers what that says.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { Client } from "../../lib/client";
import { type Farm, startFarm, until } from "../farm";
import { png } from "../pictures";
import { contentOf, type Document, documentOf, exampleOf, fits, type Operation, operationsOf, send } from "./document";

let farm: Farm;
let hook: Bun.Server<undefined>;
let base: Record<"master" | "slave", string>;
let documents: Record<"master" | "slave", Document>;

/**
 * A farm in which all is there that the examples name: job 12 of ana, its frame 5 finished, with a picture, slave rack7, licence nuke,
 * notice 3.
 */
beforeAll(async () => {
  hook = Bun.serve({ hostname: "127.0.0.1", port: 0, fetch: () => new Response("ok") });
  farm = await startFarm({ slaves: 0 });
  const pictures = join(farm.folder, "pictures");
  mkdirSync(pictures);
  await Bun.write(join(pictures, "shot.0005.png"), await png(8, 6));
  const slave = await farm.startSlave("rack7", { flags: ["--pictures", pictures, "--path", `/mnt/x=${pictures}`] });
  base = { master: `http://127.0.0.1:${farm.masters[0]!.port}`, slave: `http://127.0.0.1:${slave.port}` };
  documents = { master: await documentOf(base.master), slave: await documentOf(base.slave) };
  const { client } = farm;
  await client.setLicence("nuke", 1);
  for (let id = 1; id < 12; id++) await farm.submit({ command: ["true"], stopped: true });
  await client.submit({
    name: "shot7",
    command: ["echo", "{frame}"],
    frames: "1-10",
    owner: "ana",
    pictures: "/mnt/x/shot.####.png",
  });
  await farm.ended(12);
  const notices = operationsOf(documents.master).find(({ operationId }) => operationId === "addNotice")!;
  for (let id = 1; id <= 3; id++)
    await send(base.master, farm.token, notices, { body: { to: `http://127.0.0.1:${hook.port}/`, owner: "nobody" } });
});
afterAll(async () => {
  await farm?.[Symbol.asyncDispose]();
  await hook?.stop(true);
});

/** What takes something away comes last. */
const late = ["removeNotice", "removeLicence", "forgetJob", "deleteJob"];
const rank = ({ operationId }: Operation) => late.indexOf(operationId);

test("every route of master and slave answers its examples as its documentation says", async () => {
  const all = (["master", "slave"] as const).flatMap((port) =>
    operationsOf(documents[port]).map((operation) => ({ port, operation })),
  );
  let calls = 0;
  for (const { port, operation } of all.sort((a, b) => rank(a.operation) - rank(b.operation))) {
    // With what must be said, and with all that may be; a second deletion would find nothing.
    if (operation.operationId === "forgetJob") await atRest();
    const optional = operation.parameters.some(({ required }) => !required);
    for (const whole of !optional ? [true] : operation.method === "delete" ? [true] : [false, true]) {
      const asked = exampleOf(operation, whole);
      if (operation.operationId === "testAddress") asked.body = { to: `http://127.0.0.1:${hook.port}/` };
      const answer = await send(base[port], farm.token, operation, asked);
      await expectAnswer(documents[port], operation, answer, `${port}: ${operation.method} ${operation.path}`);
      calls++;
    }
  }
  expect(calls).toBeGreaterThan(50);
});

/** Waits until nothing of job 12 is left on the slave: other examples made it run again. */
async function atRest(): Promise<void> {
  await farm.client.stop(12, { kill: true });
  const slave = new Client({ host: "127.0.0.1", port: farm.slaves[0]!.port, token: farm.token });
  await until(async () => {
    const { runs, unsent } = await slave.slaveState();
    return runs.length + unsent === 0 || undefined;
  }, "the slave to be at rest");
}

/** Throws when an answer is not one that the documentation promises for a good request. */
async function expectAnswer(document: Document, operation: Operation, answer: Response, name: string): Promise<void> {
  const type = answer.headers.get("content-type")?.split(";")[0] ?? "none";
  const told = answer.ok ? "" : await answer.clone().text();
  const successes = Object.keys(operation.responses).filter((code) => Number(code) < 400);
  expect([name, successes.includes(`${answer.status}`), told]).toEqual([name, true, ""]);
  const content = contentOf(document, operation, answer.status);
  expect([name, Object.keys(content ?? { none: 0 })]).toEqual([name, expect.arrayContaining([type])]);
  if (type !== "application/json") return void (await answer.body?.cancel());
  const value = await answer.json();
  try {
    fits(document, content![type]!.schema, value);
  } catch (error) {
    throw new Error(`${name} answers ${JSON.stringify(value).slice(0, 500)}: ${(error as Error).message}`);
  }
}
