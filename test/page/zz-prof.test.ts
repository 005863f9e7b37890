import { test } from "bun:test";
import { openSync, writeSync, closeSync, statSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { startFarm } from "../farm";
import { Sight } from "./browser";
test("big", async () => {
  const farm = await startFarm({ slaves: 1 });
  const sight = await Sight.open();
  let file = "";
  try {
    const job = await farm.submit({ name: "big", command: ["echo", "x"] });
    await farm.ended(job);
    const folder = join(farm.folder, "logs");
    const dir = readdirSync(folder).find((n) => n.endsWith(".big"))!;
    file = join(folder, dir, readdirSync(join(folder, dir))[0]!);
    console.log(file);
    const block = Buffer.from(Array.from({ length: 600_000 }, (_, n) => `Fra:1 Mem:${100 + n % 900}M (Peak 4210.44M) | Time:00:${n % 60} | Rendered ${n}/600000 Tiles, Sample ${n % 64}/64\n`).join(""));
    const fd = openSync(file, "w"); let size = 0;
    const needle = Buffer.from("NEEDLE in the haystack\nValueError: at last\n");
    while (size < 3e8) { size += writeSync(fd, block); if ( size + block.length >= 2.4e8 && size < 4.95e9) size += writeSync(fd, needle); }
    closeSync(fd);
    console.log("size", statSync(file).size);
    const t0 = performance.now();
    const page = await sight.page(farm, `#/jobs/${job}/log/1`);
    await page.getByText(/Rendered 599999/).first().waitFor();
    console.log("cold first lines (with page load), ms", Math.round(performance.now() - t0));
    const cdp = await page.context().newCDPSession(page);
    await cdp.send("Performance.enable");
    const heap = async () => { await cdp.send("HeapProfiler.collectGarbage"); return Math.round(((await cdp.send("Performance.getMetrics")).metrics.find((m) => m.name === "JSHeapUsedSize")!.value) / 1e5) / 10; };
    console.log("heap MB", await heap());
    await page.evaluate(() => { location.hash = "#/jobs"; });
    await page.getByRole("region", { name: "Log" }).waitFor({ state: "detached" });
    console.log("heap MB elsewhere", await heap());
    const ms = await page.evaluate(async (hash) => { const t = performance.now(); location.hash = hash; while (!document.querySelector(".log-row:last-child")?.textContent?.includes("599999")) await new Promise((r) => requestAnimationFrame(r)); return performance.now() - t; }, `#/jobs/${job}/log/1`);
    console.log("first lines ms", Math.round(ms));
    await page.evaluate(() => { (window as any).long = []; new PerformanceObserver((l) => { for (const e of l.getEntries()) (window as any).long.push(Math.round(e.duration)); }).observe({ entryTypes: ["longtask"] }); (window as any).gaps = []; let last = performance.now(); const f = () => { const n = performance.now(); if (n - last > 50) (window as any).gaps.push(Math.round(n - last)); last = n; requestAnimationFrame(f); }; requestAnimationFrame(f); });
    const report = async (what: string) => { console.log(what, "heap", await heap(), "long tasks", JSON.stringify(await page.evaluate(() => { const l = (window as any).long; (window as any).long = []; return l; })), "gaps", JSON.stringify(await page.evaluate(() => { const l = (window as any).gaps; (window as any).gaps = []; return l; }))); };
    await report("start"); await cdp.send("Profiler.enable"); await cdp.send("Profiler.start");
    const slider = page.getByRole("slider", { name: "Place in the log" });
    for (let i = 1; i < 20; i++) { await slider.fill(`${Math.floor(size * i / 20 / 5e6) * 5e6}`).catch(async () => { await slider.evaluate((e, v) => { (e as any).value = v; e.dispatchEvent(new Event("input", { bubbles: true })); }, `${size * i / 20}`); }); await page.waitForTimeout(250); }
    await report("slider");
    await page.getByRole("region", { name: "Log" }).hover();
    for (let i = 0; i < 200; i++) await page.mouse.wheel(0, 2000);
    await page.waitForTimeout(500);
    await report("wheel 200 x 2000 px down");
    for (let i = 0; i < 200; i++) await page.mouse.wheel(0, -2000);
    await page.waitForTimeout(500);
    await report("wheel up");

    const { profile } = await cdp.send("Profiler.stop");
    const self = new Map<string, number>(); const byId = new Map(profile.nodes.map((n: any) => [n.id, n]));
    for (const [k, id] of profile.samples!.entries()) { const n: any = byId.get(id); const key = `${n.callFrame.functionName} ${n.callFrame.url.split("/").at(-1)}:${n.callFrame.lineNumber}`; self.set(key, (self.get(key) ?? 0) + profile.timeDeltas![k]! / 1000); }
    for (const [k, v] of [...self].sort((a, b) => b[1] - a[1]).slice(0, 30)) console.log(v.toFixed(0).padStart(7), k);
    for (const pid of Bun.spawnSync(["sh", "-c", "ps -eo pid,rss,args --sort=-rss | grep -E 'type=renderer' | grep -v grep | head -4 | cut -c1-60"]).stdout.toString().split("\n")) console.log(pid);
    console.log(Bun.spawnSync(["sh", "-c", `ps -eo pid,rss,args | grep ${farm.folder} | grep master.ts | grep -v grep | cut -c1-80`]).stdout.toString());
    console.log(sight.complaints);
  } finally {
    if (file) rmSync(file, { force: true });
    await sight[Symbol.asyncDispose]();
    await farm[Symbol.asyncDispose]();
  }
}, 590000);
