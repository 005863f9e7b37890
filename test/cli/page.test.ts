// `drqueue page`: the way to the page, signed in.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type Farm, startFarm } from "../farm";
import { programOf } from "../program";

let farm: Farm;
let link: string;
beforeAll(async () => {
  farm = await startFarm({ slaves: 0 });
  link = `http://127.0.0.1:${farm.masters[0]!.port}/#token=${farm.token}`;
});
afterAll(() => farm[Symbol.asyncDispose]());

test("prints an address with the token behind the #, and nothing else", async () => {
  expect(await farm.cli("page")).toEqual({ code: 0, out: `${link}\n`, err: "" });
  expect(JSON.parse((await farm.cli("page", "--json")).out)).toEqual({ address: link, answers: true });
});

test("of several masters it is one that answers", async () => {
  const { port } = farm.masters[0]!;
  expect((await farm.cli("page", "--master", `127.0.0.1:1,127.0.0.1:${port}`)).out).toBe(`${link}\n`);
});

test("where no master answers it says the address all the same, and in one line what is wrong", async () => {
  const { code, out, err } = await farm.cli("page", "--master", "127.0.0.1:1");
  expect({ code, out }).toEqual({ code: 1, out: `http://127.0.0.1:1/#token=${farm.token}\n` });
  expect(err).toMatch(/^drqueue: cannot reach 127\.0\.0\.1:1 \(nothing listens there\): start a master .*\n$/);
});

test("a token that is not the farm's is said, and leads nowhere", async () => {
  const { code, out, err } = await run(["page"], { DRQUEUE_TOKEN: "not/it +" });
  expect({ code, out, lines: err.trim().split("\n") }).toEqual({
    code: 1,
    out: "",
    lines: [expect.stringContaining("not the farm's token")],
  });
});

test.skipIf(process.platform === "win32" || process.platform === "darwin")(
  "--open gives the browser a file of the person's own, so that nobody sees the token among its arguments",
  async () => {
    const seen = join(farm.folder, "seen");
    const browser = `#!/bin/sh\nfile="\${1#file://}"\nls -l "$file" | cut -c1-10 > ${seen}\necho "$1" >> ${seen}\ncat "$file" >> ${seen}\n`;
    writeFileSync(join(farm.folder, "xdg-open"), browser, { mode: 0o755 });
    const { code, out, err } = await run(["page", "--open"], { PATH: `${farm.folder}:/usr/bin:/bin` });
    expect({ code, out, err }).toEqual({ code: 0, out: `${link}\n`, err: "" });
    const [rights, argument, ...page] = readFileSync(seen, "utf8").split("\n");
    expect(rights).toBe("-rw-------");
    expect(argument).toStartWith("file:///");
    expect(argument).not.toContain(farm.token);
    expect(page.join("\n")).toContain(`content="0; url=${link}"`);
    expect(existsSync(argument!.slice("file://".length))).toBe(false);
  },
);

test("--open without a browser is no error", async () => {
  expect(await run(["page", "--open"], { PATH: farm.folder.replace(/[^/]*$/, "no-such-folder") })).toEqual({
    code: 0,
    out: `${link}\n`,
    err: "",
  });
});

async function run(args: string[], env: Record<string, string>): Promise<{ code: number; out: string; err: string }> {
  const master = `127.0.0.1:${farm.masters[0]!.port}`;
  const ran = Bun.spawn([...programOf("cli"), ...args], {
    env: { ...farm.env, DRQUEUE_MASTER: master, DRQUEUE_DATA: farm.dataOf("m1"), ...env },
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err] = await Promise.all([new Response(ran.stdout).text(), new Response(ran.stderr).text()]);
  return { code: await ran.exited, out, err };
}
