// The frame of the page: signing in, the views, keys, what it says when no master answers.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { type Farm, startFarm } from "../farm";
import { faultsOf, hasBrowser, Sight } from "./browser";

let farm: Farm;
let sight: Sight;
beforeAll(async () => {
  if (!hasBrowser) return;
  [farm, sight] = await Promise.all([startFarm({ slaves: 0 }), Sight.open()]);
}, 60_000);
afterAll(async () => {
  await sight?.[Symbol.asyncDispose]();
  await farm?.[Symbol.asyncDispose]();
});
const look = test.skipIf(!hasBrowser);

look("a person signs in by the token once, and stays signed in; a wrong one is said in words", async () => {
  const context = await sight.window();
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${farm.masters[0]!.port}/`);
  await page.getByLabel("The farm's token").fill("guess");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("this is not the farm's token").waitFor();
  expect(await faultsOf(page)).toEqual([]);
  await page.getByLabel("The farm's token").fill(farm.token);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("navigation", { name: "Views" }).waitFor();
  await page.reload();
  await page.getByRole("navigation", { name: "Views" }).waitFor();
  const [cookie] = await context.cookies();
  expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict", path: "/" });
  expect(cookie!.value).not.toContain(farm.token);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("The farm's token").waitFor();
  expect(await context.cookies()).toEqual([]);
  await context.close();
});

look("a link with the token signs in and leaves no token in the address", async () => {
  const context = await sight.window();
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${farm.masters[0]!.port}/#token=${farm.token}`);
  await page.getByRole("navigation", { name: "Views" }).waitFor();
  expect(page.url()).not.toContain(farm.token);
  await context.close();
});

look("keys go to the views and list themselves", async () => {
  const page = await sight.page(farm);
  await page.getByText("Live", { exact: true }).waitFor();
  await page.keyboard.press("J");
  await page.waitForURL(/#\/jobs/);
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keys" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog", { name: "Keys" }).waitFor({ state: "detached" });
  await page.context().close();
});

look("says that no master answers, and is live again by itself when one does", async () => {
  await using own = await startFarm({ slaves: 0 });
  const page = await sight.page(own);
  await page.getByText("Live", { exact: true }).waitFor();
  const { port } = own.masters[0]!;
  await own.masters[0]!.end("SIGKILL");
  await page.getByText(/No master answers: what you see is .* old/).waitFor();
  await own.startMaster({ port });
  await page.getByText("Live", { exact: true }).waitFor();
  await page.context().close();
});
