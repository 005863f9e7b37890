// What Prometheus reads of a real farm.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { Client } from "../../lib/client";
import { version } from "../../lib/local/program";
import { type Farm, type Member, startFarm, until } from "../farm";
import { startPostgres } from "../postgres";
import { type Scrape, scrape } from "../prometheus";

let farm: Farm;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0 });
});
afterAll(() => farm?.[Symbol.asyncDispose]());

const master = () => scrape(farm.masters[0]!.port, farm.token);
const slave = (name: string) => scrape(farm.slave(name).port, farm.token);
const reads = (what: string, wanted: (now: Scrape) => boolean, of = master) =>
  until(async () => {
    const now = await of();
    return wanted(now) ? now : undefined;
  }, what);

test("a farm is seen from outside: jobs, tasks, slaves, slots, what was handed out and how it ended", async () => {
  await farm.startSlave("s1", { flags: ["--pool=maya"] });
  await farm.startSlave("s2", { flags: ["--pool=night", "--disable"] });
  const sleeping = await farm.submit({ frames: "1-5", command: ["sleep", "60"], pool: "maya" });
  await farm.submit({ frames: "1-7", command: ["true"], pool: "night", stopped: true });
  const now = await reads("both slots to be busy", (now) => now.by("drqueue_slots", "state").busy === 2);
  expect(now.by("drqueue_jobs", "state")).toEqual({ waiting: 0, running: 1, stopped: 1, finished: 0, failed: 0 });
  expect(now.value("drqueue_tasks", { pool: "maya", state: "waiting" })).toBe(3);
  expect(now.value("drqueue_tasks", { pool: "maya", state: "running" })).toBe(2);
  expect(now.value("drqueue_tasks", { pool: "night", state: "waiting" })).toBe(0);
  expect(now.value("drqueue_tasks", { pool: "night", state: "stopped" })).toBe(7);
  expect(now.by("drqueue_slaves", "state")).toMatchObject({ online: 1, disabled: 1, lost: 0 });
  expect(now.by("drqueue_slots", "state")).toEqual({ busy: 2, free: 0, closed: 2 });
  expect(now.value("drqueue_tasks_handed_out_total")).toBe(2);
  expect(now.value("drqueue_database_up")).toBe(1);
  expect(now.value("drqueue_build_info", { version })).toBe(1);
  expect(now.value("drqueue_parked_syncs")).toBeGreaterThanOrEqual(0);

  const there = await slave("s1");
  expect(there.value("drqueue_slave_running")).toBe(2);
  expect(there.value("drqueue_slave_slots")).toBe(2);
  expect(there.value("drqueue_slave_connected")).toBe(1);
  expect(there.value("drqueue_slave_problem")).toBe(0);
  expect(there.value("drqueue_slave_start_seconds_count")).toBe(2);
  expect(there.value("drqueue_slave_free_memory_bytes")).toBeGreaterThan(1e6);

  await farm.client.stop(sleeping, { kill: true });
  await farm.ended(await farm.submit({ frames: "1-3", command: ["true"], pool: "maya" }));
  await farm.ended(await farm.submit({ command: ["false"], pool: "maya", retries: 0 }));
  const after = await master();
  expect(after.by("drqueue_tasks_ended_total", "outcome")).toMatchObject({
    killed: 2,
    finished: 3,
    failed: 1,
    lost: 0,
  });
  const ends = await slave("s1");
  expect(ends.by("drqueue_slave_runs_ended_total", "reason")).toMatchObject({ killed: 2, exit: 4, lost: 0 });
});

test("what takes time or is asked often is counted by route, never by job or slave", async () => {
  for (const id of [1, 2, 3, 999]) await farm.client.job(id).catch(() => {});
  await fetch(`http://127.0.0.1:${farm.masters[0]!.port}/nothing/${"x".repeat(50)}`);
  const now = await master();
  expect(now.value("drqueue_requests_total", { method: "GET", route: "/jobs/{id}", status: "404" })).toBeGreaterThan(0);
  expect(now.value("drqueue_requests_total", { method: "GET", route: "other", status: "401" })).toBeGreaterThan(0);
  expect(now.value("drqueue_request_seconds_count", { method: "GET", route: "/jobs/{id}" })).toBeGreaterThan(3);
  for (const histogram of [
    "sync_seconds",
    "round_seconds",
    "round_syncs",
    "database_seconds",
    "event_loop_delay_seconds",
  ])
    expect([histogram, now.value(`drqueue_${histogram}_count`)]).toEqual([histogram, expect.any(Number)]);
  expect(now.value("drqueue_sync_seconds_count")).toBeGreaterThan(3);
  const { paths } = (await (await fetch(`http://127.0.0.1:${farm.masters[0]!.port}/openapi.json`)).json()) as {
    paths: Record<string, unknown>;
  };
  const routes = new Set(now.samples.flatMap(({ labels }) => labels.route ?? []));
  const known = [...Object.keys(paths), "other"];
  expect([...routes].filter((route) => !known.includes(route) && !route.startsWith("/docs"))).toEqual([]);
  const labels = new Set(now.samples.flatMap(({ labels }) => Object.keys(labels)));
  expect([...labels].sort()).toEqual(["le", "method", "outcome", "pool", "route", "state", "status", "version"]);
});

test("names say their unit, and counters that they count", async () => {
  for (const now of [await master(), await slave("s1")])
    for (const [name, type] of now.types) {
      expect([name, type === "counter"]).toEqual([name, name.endsWith("_total")]);
      if (type === "histogram") expect(name).toMatch(/_(seconds|syncs)$/);
      expect(name).not.toMatch(/_(ms|mb|kb|millis\w*|percent)(_|$)/);
    }
});

test("the numbers want the farm's token, readiness does not", async () => {
  for (const { port } of [farm.masters[0]!, farm.slave("s1")]) {
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(401);
    const ready = await fetch(`http://127.0.0.1:${port}/ready`);
    expect([ready.status, await ready.json()]).toEqual([200, { status: "ready" }]);
  }
});

test("a slave without a master is not ready, says so without a secret, and shows it in its numbers", async () => {
  const lonely = await farm.startSlave("s3", { master: { port: 1 } as Member });
  const answer = await fetch(`http://127.0.0.1:${lonely.port}/ready`);
  expect(answer.status).toBe(503);
  expect(((await answer.json()) as { detail: string }).detail).toBe("no master has answered the last sync");
  expect((await slave("s3")).value("drqueue_slave_connected")).toBe(0);
  expect((await new Client({ host: "127.0.0.1", port: lonely.port, token: farm.token }).slaveState()).connected).toBe(
    false,
  );
});

test("while the database is away the numbers come all the same, without those of the farm, and the master is not ready", async () => {
  const server = await startPostgres();
  try {
    await using cut = await startFarm({ slaves: 0, database: server.url });
    await cut.submit({ command: ["true"] });
    const { port } = cut.masters[0]!;
    const readings = (up: number) =>
      until(async () => {
        const now = await scrape(port, cut.token);
        return now.value("drqueue_database_up") === up ? now : undefined;
      }, `drqueue_database_up to be ${up}`);
    const ready = async () => (await fetch(`http://127.0.0.1:${port}/ready`)).status;
    expect((await readings(1)).by("drqueue_jobs", "state")).toMatchObject({ waiting: 1 });
    await server.pause();
    const away = await readings(0);
    expect(away.samples.filter(({ name }) => /^drqueue_(jobs|tasks|slaves|slots)$/.test(name))).toEqual([]);
    expect(away.value("drqueue_tasks_handed_out_total")).toBe(0);
    const refused = await fetch(`http://127.0.0.1:${port}/ready`);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(((await refused.json()) as { detail: string }).detail).toBe("the database is away");
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
    await server.resume();
    await until(async () => ((await ready()) === 200 ? true : undefined), "the master to be ready");
    expect((await readings(1)).by("drqueue_jobs", "state")).toMatchObject({ waiting: 1 });
  } finally {
    await server.stop();
  }
});
