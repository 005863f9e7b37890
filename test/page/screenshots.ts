// `npm run screenshots`: pictures of the main views, of a farm at work, light, dark and on a phone, into screenshots/.
import { mkdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";
import { type Farm, startFarm, until } from "../farm";
import { hasBrowser, type Shape, Sight } from "./browser";

const project = resolve(import.meta.dir, "../..");
const folder = join(project, "screenshots");

const light: Shape = { width: 1360, height: 850 };
const dark: Shape = { ...light, scheme: "dark" };
const phone: Shape = { width: 390, height: 780, touch: true };

if (!hasBrowser) {
  console.error("screenshots: there is no Chromium on this machine");
  process.exit(1);
}
await using farm = await startFarm({
  slaves: 0,
  masterFlags: ["--pictures", "/tmp"],
});
const work = await atWork(farm);
await using sight = await Sight.open();
await mkdir(folder, { recursive: true });
for (const [name, hash, shape] of [
  ["farm-light", "#/farm", light],
  ["farm-dark", "#/farm", dark],
  ["jobs-light", "#/jobs", light],
  ["jobs-dark", "#/jobs", dark],
  ["jobs-phone", "#/jobs", phone],
  ["job-light", `#/jobs/${work.film}`, light],
  ["job-dark", `#/jobs/${work.film}`, dark],
  ["job-phone", `#/jobs/${work.film}`, phone],
  ["log-dark", `#/jobs/${work.broken}/log/3`, dark],
  ["pictures-dark", `#/jobs/${work.film}/pictures`, dark],
  ["slaves-light", "#/slaves", light],
  ["slave-dark", "#/slaves/rack1", dark],
  ["submit-light", "#/submit?kind=blender", light],
] as const) {
  const page = await sight.page(farm, hash, shape);
  await settled(page);
  await page.screenshot({ path: join(folder, `${name}.png`) });
  await page.context().close();
  console.log(`screenshots/${name}.png`);
}

/** Slaves and jobs of all sorts. Returns the numbers of those to look at. */
async function atWork(farm: Farm): Promise<{ film: number; broken: number }> {
  const { client } = farm;
  for (let at = 1; at <= 4; at++)
    await farm.startSlave(`rack${at}`, { flags: ["--pool", at < 3 ? "Default" : "Default,maya"] });
  await farm.startSlave("rack5", { flags: ["--pool", "night", "--hours", "mon-fri 19:00-07:00"] });
  const pictures = join(farm.folder, "film");
  const film = await client.submit({
    name: "seq010_shot0420_beauty",
    owner: "ana",
    command: [process.execPath, join(project, "example", "frame.ts"), pictures, "--width", "200"],
    folder: project,
    frames: "1-240",
    order: "coarse:6",
    pictures: join(pictures, "frame.####.png"),
  });
  const shells = (script: string) => ["sh", "-c", script];
  const broken = await client.submit({
    name: "seq010_shot0430_fx",
    owner: "ben",
    command: shells(
      'echo "Fra:$DRQUEUE_FRAME Mem:812.44M | Sample 1/128"; sleep 0.3; [ $((DRQUEUE_FRAME % 3)) != 0 ] || { printf "\\033[31mError: texture /mnt/show/tex/sand_%s.tx not found\\033[0m\\n" $DRQUEUE_FRAME; exit 1; }',
    ),
    frames: "1-48",
    retries: 0,
    slaveFailures: 0,
  });
  await client.submit({
    name: "seq010_comp",
    owner: "ana",
    command: ["true"],
    frames: "1-240",
    after: [{ job: film.id, until: "frames" }],
  });
  await client.submit({
    name: "char_hero_turntable",
    owner: "cleo",
    command: shells("sleep 2"),
    frames: "1-400",
    pool: "maya",
    priority: 700,
  });
  await client.submit({
    name: "env_canyon_lookdev",
    owner: "dan",
    command: shells("sleep 1"),
    frames: "1-60",
    stopped: true,
  });
  await client.submit({
    name: "sim_water_cache",
    owner: "ben",
    command: ["true"],
    frames: "1-120",
    pool: "night",
    priority: 300,
  });
  for (let at = 0; at < 12; at++)
    await client.submit({
      name: `seq020_shot0${at}10_beauty`,
      owner: ["ana", "ben", "cleo"][at % 3]!,
      command: shells("sleep 0.2"),
      frames: `1-${40 + at * 13}`,
      block: 4,
      priority: 400,
    });
  await until(async () => ((await client.job(broken.id)).frameCounts.failed >= 8 ? true : undefined), "frames to fail");
  return { film: film.id, broken: broken.id };
}

/** Waits until the page is live and nothing is on its way. */
async function settled(page: Page): Promise<void> {
  await page.getByText("Live", { exact: true }).waitFor();
  await page.waitForTimeout(2500);
}
