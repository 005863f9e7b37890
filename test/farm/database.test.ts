import { expect, test } from "bun:test";
import { join } from "node:path";
import type { ClientError } from "../../lib/client";
import { readLock } from "../../lib/local/lock";
import { startFarm, until } from "../farm";
import { Follower } from "../master/follower";
import { freePort, freeze, startPostgres } from "../postgres";

test("while the database is away the master says so, and goes on when it is back, with all who follow", async () => {
  const server = await startPostgres();
  await using farm = await startFarm({ database: server.url, lease: "2s" });
  const job = await farm.submit({
    frames: "1-2",
    command: [
      "sh",
      "-c",
      `echo {frame} >> ${farm.folder}/ledger; until [ -e ${farm.folder}/gate ]; do sleep 0.05; done`,
    ],
  });
  await farm.frameIs(job, 2, ({ state }) => state === "running");
  const follower = await Follower.open(farm.masters[0]!.port, farm.token, { types: "job.state" });
  await server.pause();
  const refused = await until(
    async () =>
      farm.client.jobs().then(
        () => undefined,
        (error: ClientError) => error,
      ),
    "a refusal",
  );
  expect(refused).toMatchObject({ status: 503 });
  expect(refused.message).toContain("the database is away");
  await Bun.write(`${farm.folder}/gate`, "");
  // Longer than the lease: the slave is not to blame, and does not lose its tasks.
  await Bun.sleep(2500);
  await server.resume();
  const ended = await until(async () => {
    const now = await farm.client.job(job).catch(() => undefined);
    return now?.state === "finished" ? now : undefined;
  }, "the job to be finished");
  expect(ended.frameCounts.finished).toBe(2);
  expect((await Bun.file(`${farm.folder}/ledger`).text()).trim().split("\n").sort()).toEqual(["1", "2"]);
  await follower.until(({ events }) => events.length > 0, "the job's end");
  expect([follower.end, follower.events.map(({ data }) => data.state)]).toEqual([undefined, ["finished"]]);
  follower.close();
  await farm[Symbol.asyncDispose]();
  await server.stop();
});

test("every route says 503 and when to come back, soon, while the database accepts connections and says nothing", async () => {
  const server = await startPostgres();
  await using farm = await startFarm({ slaves: 0, database: server.url });
  const base = `http://127.0.0.1:${farm.masters[0]!.port}`;
  const job = await farm.submit({ command: ["true"], frames: "1-9" });
  const routes: [method: string, path: string, body?: unknown][] = [
    ["GET", "/jobs"],
    ["GET", `/jobs/${job}`],
    ["GET", `/jobs/${job}/frames`],
    ["GET", `/jobs/${job}/why`],
    ["POST", "/jobs", { name: "x", command: ["x"] }],
    ["POST", "/jobs/batch", { jobs: [{ name: "x", command: ["x"] }] }],
    ["POST", `/jobs/${job}/stop`, {}],
    ["PATCH", `/jobs/${job}`, { priority: 1 }],
    ["DELETE", `/jobs/${job}`],
    ["GET", "/slaves"],
    ["GET", "/masters"],
    ["GET", "/licences"],
    ["PUT", "/licences/nuke", { total: 1 }],
    ["GET", "/owners"],
    ["GET", "/notices"],
    ["GET", "/events?after=0-0"],
  ];
  const ask = async ([method, path, body]: (typeof routes)[number]) => {
    const answer = await fetch(base + path, {
      method,
      headers: { authorization: `Bearer ${farm.token}`, "content-type": "application/json" },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    });
    await answer.body?.cancel();
    return [`${method} ${path}`, answer.status, Number(answer.headers.get("retry-after")) > 0];
  };
  const thaw = freeze(server);
  try {
    // Some are under way when it is not yet known, the others come later.
    const all = routes.map(([method, path]) => [`${method} ${path}`, 503, true]);
    expect(await Promise.all(routes.map(ask))).toEqual(all);
    expect(await Promise.all(routes.map(ask))).toEqual(all);
    expect((await fetch(`${base}/health`)).status).toBe(200);
  } finally {
    thaw();
  }
  await until(() => farm.client.job(job).catch(() => undefined), "the master to go on");
  const { id } = await farm.client.submit({ name: "x", command: ["x"] });
  expect((await farm.client.job(id)).state).toBe("waiting");
  await farm[Symbol.asyncDispose]();
  await server.stop();
});

test("a database that never answers, a wrong URL and a wrong password are one line each", async () => {
  await using farm = await startFarm({ slaves: 0 });
  const start = (url: string) => farm.startMaster({ name: "m2", database: url });
  expect(start("nonsense")).rejects.toThrow(/DATABASE_URL is not a URL: write postgres:/);
  const port = freePort();
  const error = await start(`postgres://ana:secret@127.0.0.1:${port}/farm`).catch((error: Error) => error.message);
  expect(error).toContain(`the database at 127.0.0.1:${port}/farm does not answer`);
  expect(error).not.toContain("secret");
});

test("a master that is told to stop while it waits for its database stops", async () => {
  await using farm = await startFarm({ slaves: 0 });
  const silent = Bun.listen({ hostname: "127.0.0.1", port: 0, socket: { data() {} } });
  const started = farm
    .startMaster({ name: "m2", database: `postgres://ana@127.0.0.1:${silent.port}/farm` })
    .catch((error: Error) => error.message);
  const { pid } = await until(async () => readLock(join(farm.dataOf("m2"), "master.lock")), "the master to begin");
  process.kill(pid, "SIGTERM");
  expect(await started).toContain("stopped (SIGTERM) before it had started");
  silent.stop(true);
});
