// What the farm's ports and page let nobody do: without a token, from the page of another site, by the texts of a job.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import type { Page } from "playwright-core";
import { sessionUntil } from "../../lib/local/session";
import { newToken } from "../../lib/local/token";
import type { Sync } from "../../lib/sync";
import { type Farm, startFarm } from "../farm";
import { documentOf, exampleOf, type Operation, operationsOf, send } from "../openapi/document";
import { hasBrowser, Sight } from "./browser";

/** What a name, an owner, a log or a message may hold. */
const markup = `<img src=x onerror="window.hacked=1">`;
const script = `"><script>window.hacked=2</script>`;
const address = "javascript:window.hacked=3";
const turned = "\u202egnp.exe\u2066 '&lt;b&gt;";
const long = "W".repeat(200);

type Hostile = { id: number; name: string; owner: string };

let farm: Farm;
let sight: Sight | undefined;
let base: string;
let cookie: string;
let routes: Operation[];
let jobs: Hostile[];
beforeAll(async () => {
  [farm, sight] = await Promise.all([startFarm(), hasBrowser ? Sight.open() : undefined]);
  base = `http://127.0.0.1:${farm.masters[0]!.port}`;
  routes = operationsOf(await documentOf(base));
  const signedIn = await fetch(`${base}/session`, { method: "POST", body: JSON.stringify({ token: farm.token }) });
  cookie = signedIn.headers.get("set-cookie")!.split(";")[0]!;
  jobs = await hostileJobs();
  await farm.client.sync(hostileSlave(markup));
}, 60_000);
afterAll(async () => {
  await sight?.[Symbol.asyncDispose]();
  await farm?.[Symbol.asyncDispose]();
});
const look = test.skipIf(!hasBrowser);

/** Sends the example of a route with these headers instead of the token. */
async function statusOf(operation: Operation, headers: Record<string, string>): Promise<number> {
  const example = exampleOf(operation, false);
  const done = new AbortController();
  const { path } = operation;
  const url = base + path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(`${example.path?.[name]}`));
  const answer = await fetch(url, {
    method: operation.method.toUpperCase(),
    headers: { ...(example.body !== undefined && { "content-type": "application/json" }), ...headers },
    ...(example.body !== undefined && { body: JSON.stringify(example.body) }),
    signal: done.signal,
  });
  done.abort();
  return answer.status;
}

describe("every route of the description", () => {
  const open = ["describe", "health", "ready"];
  const closed = () => routes.filter(({ operationId }) => !open.includes(operationId));

  test("wants the token or the cookie, but those that hold no data", async () => {
    expect(closed().length).toBeGreaterThan(40);
    const name = cookie.split("=")[0]!;
    const inAnHour = Date.now() + 3_600_000;
    for (const operation of closed())
      for (const [what, headers] of [
        ["nothing", {}],
        ["a cookie of another farm", { cookie: `${name}=${sessionUntil(newToken(), inAnHour)}` }],
        ["one that is over", { cookie: `${name}=${sessionUntil(farm.token, Date.now() - 1000)}` }],
        ["one that somebody made longer", { cookie: cookie.replace(/=\d+/, `=${inAnHour * 2}`) }],
        ["the token in a cookie", { cookie: `${name}=${farm.token}` }],
      ] as [string, Record<string, string>][])
        expect([operation.operationId, what, await statusOf(operation, { origin: base, ...headers })]).toEqual([
          operation.operationId,
          what,
          401,
        ]);
  });

  test("by cookie is read at once, and changed only from the farm's own page", async () => {
    for (const operation of closed()) {
      const { operationId, method } = operation;
      if (method === "get") {
        expect([operationId, [401, 403].includes(await statusOf(operation, { cookie }))]).toEqual([operationId, false]);
        continue;
      }
      for (const origin of [undefined, "http://evil.example", `http://127.0.0.1:${farm.slaves[0]!.port}`, "null"])
        expect([operationId, origin, await statusOf(operation, { cookie, ...(origin && { origin }) })]).toEqual([
          operationId,
          origin,
          403,
        ]);
    }
    const submit = routes.find(({ operationId }) => operationId === "submitJob")!;
    expect(await statusOf(submit, { cookie, origin: base })).toBe(201);
  });

  test("that is only asked for its head leaves nothing open behind it", async () => {
    for (const path of ["/events", "/backup", "/metrics", "/jobs/1/logs/1"]) {
      const answer = await fetch(base + path, { method: "HEAD", headers: { cookie } });
      expect([path, await answer.text()]).toEqual([path, ""]);
    }
    // Only one backup is made at a time.
    const backup = routes.find(({ operationId }) => operationId === "makeBackup")!;
    const whole = await send(base, farm.token, backup, {});
    expect([whole.status, (await whole.bytes()).length > 100]).toEqual([200, true]);
  });

  test("of a slave knows no cookies", async () => {
    const at = `http://127.0.0.1:${farm.slaves[0]!.port}`;
    for (const path of ["/slave", "/metrics"])
      expect((await fetch(at + path, { headers: { cookie } })).status).toBe(401);
    expect((await fetch(`${at}/session`, { method: "POST", body: "{}" })).status).toBe(401);
  });
});

test("the page has no script or style in its text, and its policy lets none in", async () => {
  const answer = await fetch(`${base}/`);
  const html = await answer.text();
  expect(html).not.toMatch(/<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)|javascript:/i);
  const parts = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path!);
  const files = parts.filter((path) => !path.startsWith("data:"));
  expect(files).toEqual(files.filter((path) => /^\/page\/[\w-]+\.(js|css)$/.test(path)));
  expect(files.length).toBeGreaterThanOrEqual(2);
  for (const path of ["/", ...files]) {
    const { headers, status } = await fetch(base + path);
    const policy = headers.get("content-security-policy")!;
    expect([path, status, headers.get("x-content-type-options")]).toEqual([path, 200, "nosniff"]);
    for (const said of ["default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"])
      expect(policy.split("; ")).toContain(said);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
  }
  for (const path of ["/page/", "/page/nothing.js", "/page/..%2fmaster.ts", "/page/%2e%2e/token", "/page/__proto__"])
    expect([path, (await fetch(base + path)).status === 200]).toEqual([path, false]);
});

look(
  "hostile texts of jobs, logs and slaves are texts in every view",
  async () => {
    const page = await sight!.page(farm, "#/farm");
    const elsewhere: string[] = [];
    page.on("request", (request) => {
      const { protocol, origin } = new URL(request.url());
      if (origin !== base && protocol !== "data:" && protocol !== "blob:") elsewhere.push(request.url());
    });
    page.on("dialog", (dialog) => {
      elsewhere.push(dialog.message());
      void dialog.dismiss();
    });

    const [first, second] = jobs as [Hostile, Hostile];
    const slave = `#/slaves/${encodeURIComponent(markup)}`;
    const places: [place: string, shows: string[]][] = [
      ["#/farm", [markup]],
      ["#/jobs", [first.name, first.owner, second.owner, long]],
      ...jobs.map(({ id, name, owner }): [string, string[]] => [`#/jobs/${id}`, [name, owner]]),
      [`#/jobs/${first.id}/log/1`, [markup, script]],
      [`#/jobs/${second.id}/log/1`, [second.name]],
      [`#/jobs/${first.id}/pictures`, []],
      ["#/slaves", [markup]],
      [slave, [markup]],
      ...jobs.map(({ id, name, owner }): [string, string[]] => [`#/submit?again=${id}`, [name, owner, markup]]),
      [`#/submit?kind=${encodeURIComponent(markup)}`, [markup]],
      [`#/jobs/${encodeURIComponent(script)}`, []],
      [`#/jobs?${new URLSearchParams({ filter: script, q: script, sort: script, tab: script })}`, []],
    ];
    // And whatever else the page leads to.
    for (const href of await linksOf(page)) if (!places.some(([place]) => place === href)) places.push([href, []]);
    for (const [place, shows] of places) {
      await page.evaluate((hash) => {
        location.hash = hash;
      }, place);
      for (const text of ["", ...shows])
        await page
          .waitForFunction(shownText, text)
          .catch(() => Promise.reject(new Error(`${place} does not show ${text}`)));
      const harm = await page.evaluate(() => ({
        hacked: (window as { hacked?: number }).hacked,
        elements: document.querySelectorAll("img[src='x'], #page script, [onerror], a[href^='javascript' i]").length,
      }));
      expect([place, harm]).toEqual([place, { hacked: undefined, elements: 0 }]);
    }
    expect(elsewhere).toEqual([]);
    // What is not there is asked for in vain; all else would be a script or style that was stopped, or an error.
    expect(
      sight!.complaints.filter((one) => !/^Failed to load resource: .* status of (400|404|409|502) /.test(one)),
    ).toEqual([]);
    await page.context().close();
  },
  90_000,
);

look(
  "names of 200 letters without a blank do not push the page beyond its window",
  async () => {
    const job = jobs.find(({ name }) => name === long)!;
    for (const width of [390, 1280]) {
      const page = await sight!.page(farm, "#/jobs", { width, height: 800 });
      for (const place of [
        "#/farm",
        "#/jobs",
        `#/jobs/${job.id}`,
        `#/jobs/${job.id}/log/1`,
        `#/submit?again=${job.id}`,
      ]) {
        await page.evaluate((hash) => {
          location.hash = hash;
        }, place);
        await page.waitForFunction(shownText, place === "#/farm" ? "" : "WWWW");
        const over = () =>
          ["html", "#content"].filter((one) => {
            const { scrollWidth, clientWidth } = document.querySelector(one)!;
            return scrollWidth > clientWidth + 1;
          });
        expect([place, width, await page.evaluate(over)]).toEqual([place, width, []]);
      }
      await page.context().close();
    }
  },
  60_000,
);

look(
  "a log that a browser opens by itself is text, and a backup is a file",
  async () => {
    const page = await sight!.page(farm, "#/farm");
    const [job] = jobs;
    const saved = page.waitForEvent("download");
    await page.evaluate(() => {
      const link = document.createElement("a");
      link.href = "/backup";
      link.download = "farm.backup";
      document.body.append(link);
      link.click();
    });
    expect((await saved).suggestedFilename()).toBe("farm.backup");
    expect(await (await saved).failure()).toBeNull();
    await page.goto(`${base}/jobs/${job!.id}/logs/1`);
    expect(await page.evaluate("document.contentType")).toBe("text/plain");
    expect(await page.locator("body").textContent()).toContain(markup);
    expect(await page.evaluate("window.hacked")).toBeUndefined();
    await page.context().close();
  },
  30_000,
);

/** In the page: whether a text is shown, or stands in a field; whether anything is, when it is empty. */
function shownText(text: string): boolean {
  const content = document.querySelector("#content") as HTMLElement;
  const fields = [...content.querySelectorAll("input, textarea")] as HTMLInputElement[];
  const plain = (all: string) => all.replace(/\s+/g, " ");
  const shown = plain([content.textContent, ...fields.map(({ value }) => value)].join(" "));
  return shown.trim() !== "" && shown.includes(plain(text));
}

/** The places that stand in the frame of the page. */
function linksOf(page: Page): Promise<string[]> {
  return page.evaluate(() => [...document.querySelectorAll("a[href^='#']")].map((link) => link.getAttribute("href")!));
}

/** Jobs of which all that a person or a jobscript may say is hostile, ended. */
async function hostileJobs(): Promise<Hostile[]> {
  const link = `\u001b]8;;${address}\u0007link\u001b]8;;\u0007`;
  const print = `printf '%s\\n' "$0" "$1" '${link}' 'Error: \u001b[31m${script}'; exit 1`;
  const made = [
    { name: markup, owner: script },
    { name: turned, owner: address },
    { name: long, owner: long.slice(0, 100) },
  ].map(async ({ name, owner }) => {
    const id = await farm.submit({
      name,
      owner,
      command: ["sh", "-c", print, name, markup],
      env: { HOSTILE: `${markup}\n${address}` },
      output: { fatal: ["^Error"] },
      pictures: `/mnt/${markup}.####.png`,
      retries: 0,
      notify: [{ to: `http://127.0.0.1:1/${encodeURIComponent(script)}`, on: ["finished"] }],
    });
    await farm.ended(id);
    return { id, name, owner };
  });
  return await Promise.all(made);
}

/** What a slave of this name says, which is in trouble. */
function hostileSlave(name: string): Sync {
  const { body } = exampleOf(routes.find(({ operationId }) => operationId === "sync")!, true);
  const sync = body as Sync;
  return {
    ...sync,
    key: crypto.randomUUID(),
    name,
    problem: `${markup} ${address}`,
    hello: true,
    alive: [],
    ended: [],
    free: 0,
  };
}
