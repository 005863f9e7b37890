// f) The page in a real Chromium on the same cores: how soon it is there, how smoothly long lists and large jobs move, what it holds.
import type { Page } from "playwright-core";
import postgres from "postgres";
import { bundlePage } from "../../lib/local/page-files";
import { type Farm, startFarm } from "../farm";
import { hasBrowser, Sight } from "../page/browser";
import { ms, percentile, type Row } from "./report";

const jobs = 100_000;
const frames = 1_000_000;
const moveMs = 6000;

/** `minutes`: how long a busy farm is looked at. */
export async function page({ minutes }: { minutes: number }): Promise<Row[]> {
  if (!hasBrowser) throw new Error("bench page: there is no Chromium on this machine");
  await using farm = await startFarm({ slaves: 0 });
  await using sight = await Sight.open();
  const sql = postgres(farm.env.DATABASE_URL!, { max: 1 });
  try {
    await fill(sql, farm);
  } finally {
    await sql.end();
  }
  return [
    ...(await weight()),
    ...(await firstViews(sight, farm)),
    await moving(sight, farm, `${jobs.toLocaleString("en")} jobs, scrolled by wheel`, "#/jobs", ".jobs-rows"),
    await moving(
      sight,
      farm,
      `a map of ${frames.toLocaleString("en")} frames, zoomed and panned by wheel`,
      "#/jobs/1",
      "canvas",
    ),
    ...(await busyHour(sight, farm, minutes)),
  ];
}

/** 100,000 ended jobs, and job 1: a million frames of which runs of some hundred are in each state. */
async function fill(sql: postgres.Sql, farm: Farm): Promise<void> {
  await farm.submit({ command: ["true"], frames: `1-${frames}`, stopped: true });
  await sql`
    insert into job (name, owner, pool, priority, command, env, log_name, spans, block, fill_order, pad, retries, exit_rule, stopped, tasks, waiting, finished)
    select 'shot' || n, 'owner' || n % 50, 'Default', 500, command, env, log_name, '[{"first":1,"last":100,"step":1}]', 1, fill_order, pad, retries, exit_rule,
      false, 100, '{}', '{[0,100)}'
    from job, generate_series(1, ${jobs}) as n where id = 1`;
  await sql`
    update job set
      finished = (select range_agg(int4range(n, n + 200)) from generate_series(0, ${frames / 2}, 250) as n),
      failed = (select range_agg(int4range(n + 200, n + 203)) from generate_series(0, ${frames / 2}, 250) as n),
      waiting = '{[0,1000000)}'::int4multirange
        - (select range_agg(int4range(n, n + 203)) from generate_series(0, ${frames / 2}, 250) as n)
    where id = 1`;
  await sql`analyze`;
}

async function weight(): Promise<Row[]> {
  const sizes = Object.entries(await bundlePage()).map(
    ([path, { text }]) => [path, Bun.gzipSync(text).length] as const,
  );
  const kb = (end: string) =>
    `${Math.round(sizes.filter(([path]) => path.endsWith(end)).reduce((sum, [, bytes]) => sum + bytes, 0) / 1000)} kB`;
  return [{ what: "script and style, packed", value: `${kb(".js")}, ${kb(".css")}` }];
}

/** From the address to rows that can be read; with nothing kept from before, and with what browsers keep. */
async function firstViews(sight: Sight, farm: Farm): Promise<Row[]> {
  const once = async (hash: string, shown: string, warm: boolean) => {
    const page = await sight.page(farm, warm ? hash : "#/slaves");
    if (!warm) {
      const cdp = await page.context().newCDPSession(page);
      await cdp.send("Network.clearBrowserCache");
    }
    await page.goto("about:blank");
    const base = `http://127.0.0.1:${farm.masters[0]!.port}/`;
    const begun = performance.now();
    await page.goto(`${base}${hash}`, { waitUntil: "commit" });
    await page.locator(shown).first().waitFor();
    const took = performance.now() - begun;
    await page.context().close();
    return took;
  };
  const rows: Row[] = [];
  for (const [name, hash, shown] of [
    ["farm", "#/farm", "#content h1, #content h2"],
    [`${jobs.toLocaleString("en")} jobs`, "#/jobs", ".jobs-row >> text=shot"],
    [`a job of ${frames.toLocaleString("en")} frames`, "#/jobs/1", "canvas"],
  ] as const) {
    const cold = [];
    const warm = [];
    for (let at = 0; at < 5; at++) {
      cold.push(await once(hash, shown, false));
      warm.push(await once(hash, shown, true));
    }
    rows.push({
      what: `first view of ${name}: nothing kept, kept`,
      value: `${ms(percentile(cold, 0.5))}, ${ms(percentile(warm, 0.5))}`,
    });
  }
  return rows;
}

/** Turns the wheel over something for some seconds, and records how long each frame of the screen took. */
async function moving(sight: Sight, farm: Farm, what: string, hash: string, over: string): Promise<Row> {
  const page = await sight.page(farm, hash);
  const place = page.locator(over).first();
  await place.waitFor();
  await page.waitForTimeout(1000);
  const box = (await place.boundingBox())!;
  await page.mouse.move(box.x + box.width / 2, box.y + Math.min(box.height / 2, 300));
  await watchFrames(page);
  const until = performance.now() + moveMs;
  for (let at = 0; performance.now() < until; at++) {
    // Control and the wheel zoom a map.
    if (over === "canvas" && at % 60 === 0) await page.keyboard.down("Control");
    if (over === "canvas" && at % 60 === 10) await page.keyboard.up("Control");
    await page.mouse.wheel(0, at % 40 < 25 ? 900 : -700);
  }
  const times = await page.evaluate<number[]>("stopWatching()");
  await page.context().close();
  const slow = times.filter((time) => time > 50).length;
  return {
    what,
    value: `${times.length} frames: p50 ${ms(percentile(times, 0.5))}, p99 ${ms(percentile(times, 0.99))}, longest ${ms(Math.max(...times))}, ${slow} over 50 ms`,
  };
}

async function watchFrames(page: Page): Promise<void> {
  await page.evaluate(`(() => {
    const times = [];
    let last = performance.now();
    let over = false;
    const next = (now) => { times.push(now - last); last = now; if (!over) requestAnimationFrame(next); };
    requestAnimationFrame((now) => { last = now; requestAnimationFrame(next); });
    window.stopWatching = () => { over = true; return times; };
  })()`);
}

/** What the page holds while a slave ends some hundred tasks a second. */
async function busyHour(sight: Sight, farm: Farm, minutes: number): Promise<Row[]> {
  await farm.startSlave("s1", {});
  const job = await farm.submit({ command: ["true"], frames: "1-1000000" });
  const rows: Row[] = [];
  for (const [name, hash] of [
    ["farm", "#/farm"],
    ["jobs", "#/jobs"],
    ["the job that runs", `#/jobs/${job}`],
  ] as const) {
    const page = await sight.page(farm, hash);
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Performance.enable");
    const held: string[] = [];
    for (let third = 0; third <= 3; third++) {
      if (third > 0) await page.waitForTimeout((minutes * 60_000) / 9);
      else await page.waitForTimeout(3000);
      await cdp.send("HeapProfiler.collectGarbage");
      const { metrics } = await cdp.send("Performance.getMetrics");
      const of = (metric: string) => metrics.find(({ name }) => name === metric)!.value;
      held.push(`${(of("JSHeapUsedSize") / 1e6).toFixed(1)} MB, ${of("Nodes")} nodes`);
    }
    await page.context().close();
    rows.push({ what: `held by the page of ${name}, over ${(minutes / 3).toFixed(1)} min`, value: held.join("; ") });
  }
  await farm.client.stop(job, { kill: true });
  return rows;
}
