import { expect, test } from "bun:test";
import { startFarm } from "./farm";
import { Sight } from "./page/browser";

test("micro", async () => {
  await using farm = await startFarm({ slaves: 0 });
  await using sight = await Sight.open();
  for (let i = 0; i < 40; i++) await farm.submit({ name: `seq${i}`, command: ["true"], owner: "ana", frames: "1-100" });
  const page = await sight.page(farm, "#/jobs", { width: 1360, height: 850 });
  await page.getByRole("link", { name: "seq" }).first().waitFor();
  await Bun.sleep(500);
  console.log(
    await page.evaluate(`(() => {
    const body = document.querySelector(".jobs-body"); const rows = [...body.children];
    const out = {};
    const time = (name, change) => {
      const ts = [];
      for (let k = 0; k < 12; k++) {
        const copies = Array.from({ length: 40 }, (_, i) => rows[i % rows.length]).map((r) => { const c = r.cloneNode(true); change(c); return c; });
        body.offsetHeight; const t = performance.now(); for (const c of copies) body.append(c);
        getComputedStyle(copies[39]).color; body.getBoundingClientRect; document.body.offsetHeight; ts.push(performance.now() - t); for (const c of copies) c.remove(); document.body.offsetHeight;
      }
      ts.sort((a, b) => a - b); out[name] = ts[6].toFixed(2) + " for " + 40 * (1 + rows[0].querySelectorAll("*").length);
    };
    time("as is", () => {});
    time("no input", (c) => c.querySelector("input").remove());
    time("no bar", (c) => c.querySelector(".bar")?.remove());
    time("no links", (c) => c.querySelectorAll("a").forEach((a) => a.replaceWith(a.textContent)));
    time("no badge", (c) => c.querySelectorAll(".badge").forEach((a) => a.replaceWith(a.textContent)));
    time("inline tracks", (c) => c.style.gridTemplateColumns = getComputedStyle(rows[0]).gridTemplateColumns);
    time("no contain", (c) => c.style.contain = "none");
    time("cells only", (c) => c.querySelectorAll("td > *").forEach((a) => a.remove()));
    time("row only", (c) => c.replaceChildren());
    return out; })()`),
  );
  expect(1).toBe(1);
}, 100_000);
