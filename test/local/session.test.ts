// Browsers are signed in by a cookie: who gets one, what it opens, and what it does not.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { guardedApp } from "../../lib/local/guard";
import { type Listening, listenOn } from "../../lib/local/port";
import { addSession, isSession, isSignedIn, sessionUntil } from "../../lib/local/session";
import { newToken } from "../../lib/local/token";

const token = newToken();
let listening: Listening;
let base: string;
let cookie: string;

beforeAll(async () => {
  const app = guardedApp(
    token,
    () => undefined,
    undefined,
    {},
    {
      open: (app) => addSession(app, token),
      isSignedIn: (c) => isSignedIn(c, token),
    },
  );
  app.get("/thing", (c) => c.json({ read: true }));
  app.get("/page-like", () => new Response("<script>1</script>", { headers: { "content-type": "text/plain" } }));
  app.get("/kept", () => new Response("kept", { headers: { "cache-control": "private, max-age=60" } }));
  for (const method of ["POST", "PUT", "PATCH", "DELETE"]) app.on(method, "/thing", (c) => c.json({ changed: true }));
  listening = listenOn("127.0.0.1", 0, app.fetch);
  base = `http://127.0.0.1:${listening.port}`;
  cookie = (await signIn()).headers.get("set-cookie")!.split(";")[0]!;
});
afterAll(() => listening.stop());

function signIn(given: unknown = { token }, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${base}/session`, {
    method: "POST",
    body: JSON.stringify(given),
    headers: { "content-type": "application/json", ...headers },
  });
}

function ask(method: string, headers: Record<string, string>, path = "/thing"): Promise<Response> {
  return fetch(base + path, { method, headers });
}

const cookieOf = (value: string) => `${cookie.split("=")[0]}=${value}`;
const inAnHour = Date.now() + 3_600_000;

describe("signing in", () => {
  test("gives a cookie that scripts cannot read and other sites cannot have sent, which tells nothing of the token", async () => {
    const answer = await signIn();
    expect(answer.status).toBe(204);
    const told = answer.headers.get("set-cookie")!;
    expect(told).toMatch(/^drqueue_[0-9a-f]{8}=\d+\.[\w-]+; Max-Age=2592000; Path=\/; HttpOnly; SameSite=Strict$/);
    expect(told).not.toContain(token);
  });

  test("behind https the cookie is for https alone", async () => {
    const origin = "https://farm.studio.example";
    const answer = await signIn({ token }, { origin, host: "farm.studio.example" });
    expect([answer.status, answer.headers.get("set-cookie")]).toEqual([204, expect.stringContaining("; Secure")]);
    const proxied = await signIn({ token }, { origin, host: "127.0.0.1:1234", "sec-fetch-site": "same-origin" });
    expect([proxied.status, proxied.headers.get("set-cookie")]).toEqual([204, expect.stringContaining("; Secure")]);
  });

  test("wants the token, in a small body that is all there", async () => {
    const statusOf = async (given: unknown) => (await signIn(given)).status;
    expect(await statusOf({ token: newToken() })).toBe(401);
    expect(await statusOf({ token: "" })).toBe(401);
    for (const given of [{}, null, [token], { token: 1 }, { token, more: 1 }, { token: "x".repeat(20_000) }])
      expect([given, await statusOf(given)]).toEqual([given, 400]);
    const broken = await fetch(`${base}/session`, { method: "POST", body: "{" });
    expect([broken.status, await broken.json()]).toEqual([400, expect.objectContaining({ status: 400 })]);
    const endless = new ReadableStream({ pull: (controller) => controller.enqueue(new Uint8Array(1000)) });
    expect((await fetch(`${base}/session`, { method: "POST", body: endless })).status).toBe(400);
  });

  test("is not done by the page of another site, nor is signing out", async () => {
    for (const origin of ["http://evil.example", `http://127.0.0.1:${listening.port + 1}`, "null"]) {
      expect((await signIn({ token }, { origin })).status).toBe(403);
      expect((await ask("DELETE", { origin, cookie }, "/session")).status).toBe(403);
    }
  });

  test("signing out takes the cookie away", async () => {
    const answer = await ask("DELETE", { cookie, origin: base }, "/session");
    expect([answer.status, answer.headers.get("set-cookie")]).toEqual([
      204,
      expect.stringMatching(/=; Max-Age=0; Path=\/;/),
    ]);
  });
});

describe("a cookie that is not the farm's, or not any more, opens nothing", () => {
  const wrong: [what: string, value: () => string][] = [
    ["none of ours", () => "yes"],
    ["empty", () => ""],
    ["the token itself", () => token],
    ["over", () => sessionUntil(token, Date.now() - 1)],
    ["of another farm", () => sessionUntil(newToken(), inAnHour)],
    ["for longer than it was made for", () => `${inAnHour + 1}.${sessionUntil(token, inAnHour).split(".")[1]}`],
    ["without its seal", () => `${inAnHour}.`],
    ["cut off", () => sessionUntil(token, inAnHour).slice(0, -1)],
    ["longer than it is", () => `${sessionUntil(token, inAnHour)}A`],
    ["with more behind it", () => `${sessionUntil(token, inAnHour)}%0a`],
    ["of no time", () => `NaN.${sessionUntil(token, Number.NaN).split(".")[1]}`],
    ["of a time too long for a number", () => `${"9".repeat(400)}.${sessionUntil(token, inAnHour).split(".")[1]}`],
    ["in quotes", () => `"${sessionUntil(token, inAnHour)}"`],
  ];
  test.each(wrong)("%s", async (_, value) => {
    expect((await ask("GET", { cookie: cookieOf(value()) })).status).toBe(401);
    expect((await ask("POST", { cookie: cookieOf(value()), origin: base })).status).toBe(401);
  });

  test("nor does one of another name, or where no cookies belong", async () => {
    const value = sessionUntil(token, inAnHour);
    for (const headers of [
      { cookie: `drqueue=${value}` },
      { cookie: `x${cookieOf(value)}` },
      { cookie: `x="; ${cookieOf(value).replace("=", " =")}` },
      { "x-cookie": cookieOf(value) },
      { authorization: cookieOf(value) },
    ] as Record<string, string>[])
      expect([headers, (await ask("GET", headers)).status]).toEqual([headers, 401]);
    expect((await ask("GET", {}, `/thing?${cookieOf(value)}`)).status).toBe(401);
  });

  test("a seal is good for its own time and token alone", () => {
    const value = sessionUntil(token, 1000);
    expect([isSession(value, token, 999), isSession(value, token, 1000)]).toEqual([true, false]);
    expect(isSession(value, newToken(), 999)).toBe(false);
  });
});

describe("a browser that is signed in", () => {
  test("reads without more, and what it reads is no page to it and is not kept", async () => {
    const answer = await ask("GET", { cookie }, "/page-like");
    expect([answer.status, await answer.text()]).toEqual([200, "<script>1</script>"]);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      "content-type": "text/plain",
      "x-content-type-options": "nosniff",
      "content-security-policy": expect.stringContaining("sandbox"),
      "cross-origin-resource-policy": "same-origin",
      "cache-control": "no-store",
    });
    expect((await ask("GET", { cookie }, "/kept")).headers.get("cache-control")).toBe("private, max-age=60");
    expect((await ask("HEAD", { cookie })).status).toBe(200);
    const missing = await ask("GET", { cookie }, "/no/such");
    expect([missing.status, missing.headers.get("x-content-type-options")]).toEqual([404, "nosniff"]);
  });

  test("changes something only from the farm's own page", async () => {
    for (const method of ["POST", "PUT", "PATCH", "DELETE"]) {
      expect([method, (await ask(method, { cookie })).status]).toEqual([method, 403]);
      expect((await ask(method, { cookie, origin: base })).status).toBe(200);
      expect((await ask(method, { cookie, origin: base, "sec-fetch-site": "same-origin" })).status).toBe(200);
      for (const origin of [
        "http://evil.example",
        `http://127.0.0.1:${listening.port + 1}`,
        `http://127.0.0.1`,
        `http://127.0.0.1:${listening.port}.evil.example`,
        `http://127.0.0.1:${listening.port}@evil.example`,
        `${base}, http://evil.example`,
        "null",
        "",
      ]) {
        const answer = await ask(method, { cookie, origin });
        expect([method, origin, answer.status]).toEqual([method, origin, 403]);
        expect(await answer.json()).toMatchObject({ detail: expect.stringContaining("another site") });
      }
      // Of two ports of one host browsers say same-site: that is another program's page.
      for (const site of ["same-site", "cross-site", "none", "same-origin, cross-site"])
        expect((await ask(method, { cookie, origin: base, "sec-fetch-site": site })).status).toBe(403);
    }
  });

  test("is known also when another program of the host set a cookie of the same name", async () => {
    const own = cookie.split("=")[1]!;
    for (const all of [`${cookieOf("planted")}; ${cookie}`, `a=1;${cookie};${cookieOf("")}`, `${cookieOf(own)}; b="x`])
      expect([all, (await ask("GET", { cookie: all })).status]).toEqual([all, 200]);
    expect((await ask("POST", { cookie: `${cookieOf("planted")}; ${cookie}` })).status).toBe(403);
  });

  test("gets nothing by a wrong token beside its cookie, nor by asking what is allowed", async () => {
    expect((await ask("GET", { cookie, authorization: `Bearer ${newToken()}` })).status).toBe(401);
    const asked = await ask("OPTIONS", {
      cookie,
      origin: "http://evil.example",
      "access-control-request-method": "POST",
    });
    expect(asked.status).toBe(403);
    expect([...asked.headers.keys()].filter((name) => name.startsWith("access-control"))).toEqual([]);
  });
});

describe("what does not look like one request is none", () => {
  const raw = (lines: string[], body = "") =>
    new Promise<string>((resolve, reject) => {
      let answer = "";
      const socket = connect(listening.port, "127.0.0.1", () => socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`));
      socket.setTimeout(5000, () => reject(new Error("no answer")));
      socket.on("data", (piece) => {
        answer += piece.toString();
        socket.end();
      });
      socket.on("close", () => resolve(answer.split("\r\n")[0]!.slice("HTTP/1.1 ".length, "HTTP/1.1 ".length + 3)));
      socket.on("error", reject);
    });
  const post = () => ["POST /thing HTTP/1.1", `Host: 127.0.0.1:${listening.port}`, `Cookie: ${cookie}`];

  test("two origins, two hosts, no host", async () => {
    const own = `Origin: ${base}`;
    expect(await raw([...post(), own, "Content-Length: 0"])).toBe("200");
    expect(await raw([...post(), own, "Origin: http://evil.example", "Content-Length: 0"])).toBe("403");
    expect(await raw([...post(), "Origin: http://evil.example", "Host: evil.example", "Content-Length: 0"])).toBe(
      "403",
    );
    expect(await raw(["POST /thing HTTP/1.0", `Cookie: ${cookie}`, own, "Content-Length: 0"])).toBe("403");
    expect(await raw([...post(), "Origin : http://evil.example", own, "Content-Length: 0"])).toBe("400");
  });

  test("a length beside pieces, a line that goes on, and a cookie as large as a book", async () => {
    expect(
      await raw([...post(), `Origin: ${base}`, "Content-Length: 4", "Transfer-Encoding: chunked"], "0\r\n\r\n"),
    ).toBe("400");
    expect(await raw([...post(), " Origin: x", "Content-Length: 0"])).toBe("400");
    expect(await raw([...post(), `Cookie: a=${"x".repeat(100_000)}`])).toBe("431");
  });
});
