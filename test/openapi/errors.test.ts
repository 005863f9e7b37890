// Every error that the documentation of a port lists is provoked: a table says how, and has an entry for each.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SQL } from "bun";
import { largestBatch } from "../../lib/batch";
import { type Farm, startFarm, until } from "../farm";
import { freePort } from "../postgres";
import {
  type Asked,
  type Document,
  documentOf,
  errorsOf,
  exampleOf,
  fits,
  type Operation,
  operationsOf,
  send,
} from "./document";

let farm: Farm;
let base: Record<"master" | "slave", string>;
let documents: Record<"master" | "slave", Document>;
let sleeping: number;
let deaf: string;

/** Jobs 1 and 2, of which 2 waits for 1 and needs a licence; a job that runs; slave rack8 that has gone, with the log of job 3. */
beforeAll(async () => {
  deaf = `http://127.0.0.1:${freePort()}/`;
  farm = await startFarm({ slaves: 0 });
  const pictures = ["--pictures", farm.folder, "--path", `/mnt/x=${farm.folder}`];
  const slave = await farm.startSlave("rack7", { flags: pictures });
  const away = await farm.startSlave("rack8", { flags: ["--pool=away"] });
  base = { master: `http://127.0.0.1:${farm.masters[0]!.port}`, slave: `http://127.0.0.1:${slave.port}` };
  documents = { master: await documentOf(base.master), slave: await documentOf(base.slave) };
  const { client } = farm;
  await client.setLicence("nuke", 1);
  await farm.submit({ command: ["true"], stopped: true });
  await farm.submit({
    command: ["true"],
    stopped: true,
    after: [{ job: 1, until: "finished" }],
    licences: { nuke: 1 },
  });
  await farm.ended(await farm.submit({ command: ["echo", "3"], pool: "away" }));
  await client.change(3, { pictures: "/mnt/y/shot.####.png" });
  writeFileSync(join(farm.folder, "half.png"), "\x89PNG\r\n\x1a\n0000", "latin1");
  sleeping = await farm.submit({ command: ["sleep", "60"], pictures: "/mnt/x/half.png" });
  await farm.frameIs(sleeping, 1, ({ state, slave }) => state === "running" && slave === "rack7", "to run");
  await until(async () => ((await client.job(sleeping)).state === "running" ? true : undefined), "job to run");
  await away.end();
  rmSync(join(farm.folder, "logs", "000003.test"), { recursive: true });
  const notices = operationsOf(documents.master).find(({ operationId }) => operationId === "addNotice")!;
  await send(base.master, farm.token, notices, { body: { to: deaf, owner: "nobody" } });
  // As it is after a master with a mail server: without one, nobody adds it.
  await using sql = new SQL(farm.env.DATABASE_URL!);
  await sql`insert into notice ("on", "to", style) values ('["lost"]', 'mailto:ana@studio.example', 'mail')`;
});
afterAll(() => farm?.[Symbol.asyncDispose]());

const path = (given: Record<string, unknown>): Asked => ({ path: given });
const body = (body: unknown): Asked => ({ body });
const job = { name: "shot7", command: ["true"] };

/** How a route is brought to answer an error that depends on what it does: what is asked differently from its example. */
const provoked: Record<string, () => Asked> = {
  "submitJob 409": () => body({ ...job, blocked: ["nobody"] }),
  "submitJobs 409": () => body({ jobs: [{ ...job, blocked: ["nobody"] }] }),
  "changeJob 409": () => ({ path: { id: 1 }, body: { fields: { scene: "x" } } }),
  "deleteJob 409": () => path({ id: 1 }),
  "blockJob 409": () => ({ path: { id: 1 }, body: { slaves: ["nobody"] } }),
  "unblockJob 409": () => ({ path: { id: 1 }, body: { slaves: ["nobody"] } }),
  "removeLicence 409": () => path({ name: "nuke" }),
  "readLog 409": () => path({ id: 1, frame: 1 }),
  "master readLog 416": () => ({ path: { id: sleeping, frame: 1 }, headers: { range: "bytes=999999-" } }),
  "slave readLog 416": () => ({
    query: { path: `${`${sleeping}`.padStart(6, "0")}.test/0001.1.log` },
    headers: { range: "bytes=999999-" },
  }),
  "readPicture 409": () => ({ path: { id: sleeping, frame: 1 }, query: { width: 64 } }),
  "readPicture 502": () => path({ id: 3, frame: 1 }),
  "slave readPicture 404": () => ({ query: { path: "/mnt/x/none.png" } }),
  "readLog 502": () => path({ id: 3, frame: 1 }),
  "changeSlave 502": () => path({ name: "rack8" }),
  "slaveHistory 502": () => path({ name: "rack8" }),
  "addNotice 409": () => body({ to: "mailto:ana@studio.example" }),
  "addNotice 404": () => body({ to: deaf, job: 999 }),
  "testAddress 409": () => body({ to: "mailto:ana@studio.example" }),
  "testAddress 502": () => body({ to: deaf }),
  "testNotice 409": () => path({ id: 2 }),
  "testNotice 502": () => path({ id: 1 }),
  "forgetJob 409": () => path({ folder: `${`${sleeping}`.padStart(6, "0")}.test` }),
  "slave readLog 404": () => ({ query: { path: "000999.none/0001.1.log" } }),
};

/** Values of parameters that no route takes, and such of which there is nothing. */
const wrong: Record<string, string> = { id: "x", frame: "x", folder: "x", path: "../x", name: `\0${"x".repeat(101)}` };
const unknown: Record<string, unknown> = { id: 999, name: "nobody" };

/** What follows from what a route asks for, in the same way for all. */
function usual(operation: Operation, code: string): Asked | undefined {
  const name = operation.parameters.find((one) => one.required)?.name;
  const place = operation.parameters.find((one) => one.required)?.in;
  if (code === "401") return { headers: { authorization: "Bearer wrong" } };
  if (code === "413") return body(`"${"x".repeat(largestBatch)}"`);
  if (code === "415") return { headers: { "content-type": "text/plain" } };
  if (code === "400" && operation.requestBody) return body("{");
  if (code === "400" && name !== undefined && place) return { [place]: { [name]: wrong[name] } };
  if (code === "400") return { query: { nonsense: 1 } };
  if (code === "404" && name !== undefined && place) return { [place]: { [name]: unknown[name] } };
  return undefined;
}

for (const port of ["master", "slave"] as const) {
  test(`each error that the documentation of a ${port} lists is answered, as a problem`, async () => {
    const missing: string[] = [];
    let provocations = 0;
    // Without a database: see away.test.ts.
    for (const operation of operationsOf(documents[port]))
      for (const code of errorsOf(operation).filter((code) => code !== "503")) {
        const name = `${operation.operationId} ${code}`;
        const how = provoked[`${port} ${name}`] ?? (port === "slave" && code === "404" ? undefined : provoked[name]);
        const asked = how?.() ?? usual(operation, code);
        if (!asked) {
          missing.push(name);
          continue;
        }
        const example = exampleOf(operation, false);
        const answer = await send(base[port], farm.token, operation, {
          ...example,
          ...asked,
          path: { ...example.path, ...asked.path },
          query: { ...example.query, ...asked.query },
        });
        const problem = (await answer.json()) as { status: number; detail: string };
        expect([name, answer.status, answer.headers.get("content-type")]).toEqual([
          name,
          Number(code),
          "application/problem+json",
        ]);
        expect(problem.status).toBe(answer.status);
        expect([name, /^[^\n]+$/.test(problem.detail)]).toEqual([name, true]);
        fits(documents[port], { $ref: "#/components/schemas/Problem" }, problem);
        provocations++;
      }
    expect(missing).toEqual([]);
    expect(provocations).toBeGreaterThan(port === "master" ? 120 : 8);
  });
}

test("the table names nothing that the documentation does not list", () => {
  const listed = (["master", "slave"] as const).flatMap((port) =>
    operationsOf(documents[port]).flatMap((one) =>
      errorsOf(one).flatMap((code) => [`${one.operationId} ${code}`, `${port} ${one.operationId} ${code}`]),
    ),
  );
  expect(Object.keys(provoked).filter((name) => !listed.includes(name))).toEqual([]);
});
