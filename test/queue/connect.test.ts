// Ways to a server that is there, is not, or only seems to be.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { createServer, Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type postgres from "postgres";
import { isAway } from "../../lib/master/translate";
import { Route } from "../../lib/queue/connect";
import { serverAt } from "../../lib/queue/place";
import { freePort, testServer } from "../postgres";

let url: URL;
let folder: string;
beforeAll(async () => {
  url = new URL((await testServer()).url);
  folder = mkdtempSync(join(tmpdir(), "drqueue-connect-"));
  chmodSync(folder, 0o755);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Asks once. Returns the answer, or the error. */
async function ask(address: string): Promise<number | Error> {
  const sql = new Route(serverAt({ url: address })).open({ max: 1 });
  try {
    return (await sql`select 1 as one`)[0]!.one;
  } catch (error) {
    return error as Error;
  } finally {
    await sql.end({ timeout: 0 });
  }
}

const failure = (sql: postgres.Sql) =>
  sql`select 1`.then(
    () => new Error("it answers"),
    (error: Error) => error,
  );

test("a server is reached by a socket folder in the URL", async () => {
  // What a socket there leads to is the tests' server.
  const server = createServer((near) => {
    const far = new Socket().connect(Number(url.port), url.hostname);
    near.pipe(far).pipe(near);
    for (const one of [near, far]) one.on("error", () => {});
  });
  await new Promise<void>((listening) => server.listen(join(folder, ".s.PGSQL.6000"), listening));
  expect(await ask(`postgres://test@/postgres?host=${folder}&port=6000`)).toBe(1);
  server.close();
});

test("a socket or host that is not there is away, not a mistake", async () => {
  for (const where of [`/postgres?host=${folder}&port=6001`, `127.0.0.1:${freePort()}/postgres`]) {
    const error = await ask(`postgres://${where.startsWith("/") ? "test@" : ""}${where}`);
    expect([where, isAway(error as Error)]).toEqual([where, true]);
  }
});

test("what accepts connections and closes them at once, as a proxy before a server that is gone, is asked now and then only", async () => {
  let dialled = 0;
  using proxy = Bun.listen({
    hostname: "127.0.0.1",
    port: 0,
    socket: {
      open(socket) {
        dialled++;
        socket.end();
      },
      data() {},
    },
  });
  const sql = new Route(serverAt({ url: `postgres://test@127.0.0.1:${proxy.port}/postgres` })).open({ max: 1 });
  const errors: Error[] = [];
  for (let asked = 0; asked < 3; asked++) errors.push(await failure(sql));
  expect(errors.map(isAway)).toEqual([true, true, true]);
  expect(dialled).toBe(3);
  await sql.end({ timeout: 0 });
});

test("when one of several servers does not answer the next is asked", async () => {
  const route = new Route(serverAt({ url: `postgres://test@127.0.0.1:${freePort()},${url.host}/postgres` }));
  const sql = route.open({ max: 1 });
  expect(isAway(await failure(sql))).toBe(true);
  expect((await sql`select 1 as one`)[0]!.one).toBe(1);
  expect(route.address).toEqual({ host: url.hostname, port: Number(url.port) });
  await sql.end();
});
