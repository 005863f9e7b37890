// The page at /docs: all that it loads comes from the program itself.
import { expect, test } from "bun:test";
import { guardedApp } from "../../lib/local/guard";

const app = guardedApp("token", () => undefined);

/** What a page or style sheet names to be loaded. */
const named = (text: string) => [
  ...[...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, url]) => url!),
  ...[...text.matchAll(/url\(["']?([^"')]+)/g)].map(([, url]) => url!),
  ...[...text.matchAll(/@import\s+["']([^"']+)/g)].map(([, url]) => url!),
];

test("the page has no script of its own, and names only files that are there without the token", async () => {
  const page = await app.request("/docs");
  expect([page.status, page.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
  const html = await page.text();
  expect(html).not.toMatch(/<script(?![^>]*\bsrc=)|\son\w+=|<style|style=/);
  const files = named(html).filter((url) => !url.startsWith("data:"));
  expect(files.length).toBe(3);
  for (const file of files) {
    const url = new URL(file, "http://farm/docs");
    expect(url.host).toBe("farm");
    const answer = await app.request(url.pathname);
    expect([file, answer.status]).toEqual([file, 200]);
    expect((await answer.bytes()).length).toBeGreaterThan(100);
  }
});

test("what it shows is the document of the same port, and nothing in it asks another host", async () => {
  const start = await (await app.request("/docs/page.js")).text();
  expect(start).toContain('url: "openapi.json"');
  expect(start).toContain("validatorUrl: null");
  expect(start).not.toMatch(/https?:|\/\//);
  const style = await (await app.request("/docs/page.css")).text();
  expect(named(style).length).toBeGreaterThan(0);
  expect(named(style).filter((url) => !url.startsWith("data:"))).toEqual([]);
  expect(await (await app.request("/docs/swagger-ui.js")).text()).toContain("SwaggerUIBundle");
});

test("browsers are told to load, and to send, nothing elsewhere", async () => {
  for (const path of ["/docs", "/docs/page.js", "/docs/swagger-ui.js"]) {
    const policy = (await app.request(path)).headers.get("content-security-policy") ?? "";
    const rules = Object.fromEntries(policy.split("; ").map((rule) => rule.split(/ (.*)/s).slice(0, 2)));
    expect(rules).toMatchObject({ "default-src": "'none'", "script-src": "'self'", "connect-src": "'self'" });
    expect(policy).not.toMatch(/https?:|\*|unsafe-eval/);
  }
});
