import { expect, test } from "bun:test";
import { SQL } from "bun";
import { startFarm } from "./farm";
import { faultsOf, Sight } from "./page/browser";

const many = Number(process.env.MANY ?? 100000);
test("look", async () => {
  await using farm = await startFarm({ slaves: 2 });
  await using sight = await Sight.open();
  const dir = "/tmp/jobsview";
  await using sql = new SQL(farm.env.DATABASE_URL!);
  await sql`insert into job (name, owner, pool, priority, command, env, log_name, spans, block, fill_order, pad, retries, exit_rule, stopped, tasks, waiting, finished, failed, kind, submitted_at, rendered_runs, rendered_ms)
    select 'seq' || lpad((i * 7919 % 1000)::text, 3, '0') || '_shot' || lpad((i % 9000)::text, 4, '0') || '_comp', (array['ana','bob','cy','dee'])[1 + i % 4], (array['night','maya','nuke,night'])[1 + i % 3], 100 * (i % 10), '["true"]', '{}', 'x',
      '[{"first":1,"last":100,"step":1}]', 1, 'forward', 4, 3, 'strict', i % 11 = 0, 100,
      case when i % 5 = 0 then '{}' else int4multirange(int4range(i % 90 + 5, 100)) end::int4multirange,
      case when i % 5 = 0 then '{[0,100)}' else int4multirange(int4range(0, i % 90)) end::int4multirange,
      case when i % 5 = 0 then '{}' else int4multirange(int4range(i % 90, i % 90 + 5)) end::int4multirange,
      case when i % 2 = 0 then 'blender' end, now() - (${many} - i) * interval '1 minute', 10, 60000
    from generate_series(1, ${many}) as i`;
  await sql`vacuum analyze job`;
  for (const name of [
    "<img src=x onerror=alert(1)>",
    "shot \u202egpj.exe\u200f end",
    "שלום עולם render",
    "a".repeat(190),
  ])
    await farm.submit({ name, command: ["sleep", "2"], frames: "1-20", owner: "ana" });
  for (const [name, shape] of [
    ["light", { width: 1360, height: 850 }],
    ["dark", { scheme: "dark", width: 1360, height: 850 }],
    ["phone", { width: 390, height: 780, touch: true }],
    ["wide", { width: 2560, height: 1300 }],
  ] as const) {
    const page = await sight.page(farm, "#/jobs", shape);
    await page.getByText(/[\d,]+ jobs/).waitFor();
    await page.getByRole("link", { name: "<img" }).first().waitFor();
    await Bun.sleep(700);
    console.log(name, await faultsOf(page));
    await page.screenshot({ path: `${dir}/${name}.png` });
    if (name === "light") {
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Shift+ArrowDown");
      await page.keyboard.press("Shift+ArrowDown");
      await page.screenshot({ path: `${dir}/selected.png` });
      await page.keyboard.press("Delete");
      await page.getByText(/forgotten/).waitFor();
      await page.screenshot({ path: `${dir}/delete.png` });
      await page.keyboard.press("Escape");
      await page.keyboard.press("/");
      await page.keyboard.type("state:f");
      await page.getByRole("option").first().waitFor();
      await page.screenshot({ path: `${dir}/filter.png` });
      console.log("combobox", await faultsOf(page));
      await page.keyboard.type("x ower:a");
      await Bun.sleep(400);
      await page.screenshot({ path: `${dir}/problem.png` });
      await page.getByLabel("Clear the filter").click();
      await page.getByRole("button", { name: "Columns…" }).click();
      await page.screenshot({ path: `${dir}/columns.png` });
      await page.keyboard.press("Escape");
    }
    if (name === "phone") {
      await page.getByRole("checkbox").nth(2).click();
      await Bun.sleep(200);
      await page.screenshot({ path: `${dir}/phone-selected.png` });
    }
    await page.context().close();
  }
  // Scrolling
  const page = await sight.page(farm, "#/jobs", { width: 1360, height: 850 });
  await page.getByRole("link", { name: "<img" }).first().waitFor();
  await page.evaluate(`window.longTasks = []; new PerformanceObserver((l) => { for (const e of l.getEntries()) window.longTasks.push(Math.round(e.duration)); }).observe({ entryTypes: ["longtask"] });
    window.frames_ = []; let last = performance.now(); const tick = () => { const n = performance.now(); window.frames_.push(n - last); last = n; requestAnimationFrame(tick); }; requestAnimationFrame(tick);`);
  const report = async (what: string) => {
    const { f, l } = (await page.evaluate(
      `(() => { const f = window.frames_.splice(0); const l = window.longTasks.splice(0); return { f, l }; })()`,
    )) as { f: number[]; l: number[] };
    f.sort((a, b) => a - b);
    console.log(
      what,
      "frames",
      f.length,
      "median",
      f[f.length >> 1]?.toFixed(1),
      "p99",
      f[Math.floor(f.length * 0.99)]?.toFixed(1),
      "longest",
      f.at(-1)?.toFixed(1),
      "long tasks",
      l.join(","),
    );
  };
  await Bun.sleep(500);
  await report("idle");
  await page.mouse.move(600, 400);
  for (let i = 0; i < 120; i++) {
    await page.mouse.wheel(0, 300);
    await Bun.sleep(16);
  }
  await report("wheel");
  // Drag the scrollbar: as the browser does it, by setting the offset from each mouse move.
  await page.evaluate(
    `(async () => { const s = document.querySelector(".jobs-rows"); const h = s.scrollHeight; for (let i = 0; i < 180; i++) { s.scrollTop = h * (0.5 - 0.5 * Math.cos(i / 180 * Math.PI * 4)); await new Promise(requestAnimationFrame); } })()`,
  );
  await report("drag");
  await page.keyboard.press("End");
  await Bun.sleep(600);
  await report("End");
  await page.keyboard.press("Home");
  await Bun.sleep(300);
  for (let i = 0; i < 60; i++) {
    await page.keyboard.press("PageDown");
  }
  await report("PageDown x60");
  for (let i = 0; i < 100; i++) {
    await page.keyboard.press("ArrowDown");
  }
  await report("ArrowDown x100");
  await page.keyboard.press("Control+a");
  await page.getByText("selected").first().waitFor();
  await Bun.sleep(300);
  await report("select all");
  for (let i = 0; i < 60; i++) {
    await page.mouse.wheel(0, 300);
    await Bun.sleep(16);
  }
  await report("wheel, all selected");
  await page.keyboard.press("Escape");
  await Bun.sleep(300);
  await report("none");
  await page.getByRole("button", { name: "Name" }).click();
  await page.waitForURL(/sort=name/);
  await Bun.sleep(1500);
  await report("sort");
  await page.goBack().catch(() => {});
  const all = await page.evaluate(
    "performance.getEntriesByType('resource').filter(e => e.name.includes('/jobs')).map(e => [e.name.slice(-60), Math.round(e.duration), e.transferSize])",
  );
  console.log(JSON.stringify((all as unknown[]).slice(-12)));
  console.log(sight.complaints);
  expect(1).toBe(1);
}, 240_000);
