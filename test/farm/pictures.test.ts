// The pictures of jobs as a farm shows them: those of their patterns, below the folders that were named, and nothing else.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { copyFileSync, mkdirSync, readdirSync, renameSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ClientError } from "../../lib/client";
import { type Farm, startFarm } from "../farm";
import { bmp, exr, png, redAboveBlue, seen, tiff } from "../pictures";

let farm: Farm;
/** What the farm calls /farm/show is here; what /farm/local is, only slave s1 sees. */
let show: string;
let local: string;

beforeAll(async () => {
  farm = await startFarm({ slaves: 0 });
  show = join(farm.folder, "show");
  local = join(farm.folder, "local");
  for (const folder of [show, local, join(farm.folder, "secret")]) mkdirSync(folder);
  await farm.masters[0]!.end();
  await farm.startMaster({ flags: ["--pictures", `/farm/show=${show},${join(farm.folder, "linked")}`] });
  await farm.startSlave("s1", { flags: ["--pictures", local, "--path", `/farm/local=${local}`] });
});
afterAll(() => farm?.[Symbol.asyncDispose]());

/** A job that says where its pictures are and renders none: the test puts them there. */
const job = (pictures: string, frames = "1-3") => farm.submit({ command: ["true"], frames, pictures });

async function shown(id: number, frame = 1, width?: number) {
  const answer = await farm.client.picture(id, frame, { ...(width !== undefined && { width }) });
  return { type: answer.headers.get("content-type"), bytes: await answer.bytes() };
}

/** The refusal as status and words. */
async function refusal(asked: Promise<unknown>): Promise<string> {
  const error = await asked.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(error instanceof ClientError)) throw new Error(`not refused: ${error}`);
  return `${error.status} ${error.message}`;
}

/** As a browser asks: the bare answer. */
const asked = (path: string, headers: Record<string, string> = {}, method = "GET") =>
  fetch(`http://127.0.0.1:${farm.masters[0]!.port}${path}`, {
    method,
    headers: { authorization: `Bearer ${farm.token}`, ...headers },
  });

describe("a picture", () => {
  test("of each format is shown: as it is where browsers know it, else as WebP, the right way up", async () => {
    const id = await job("/farm/show/all.{frame}.exr", "1-6");
    const jpeg = await new Bun.Image(bmp(8, 6)).jpeg().bytes();
    const webp = await new Bun.Image(bmp(8, 6)).webp().bytes();
    const files = [await png(8, 6), jpeg, webp, bmp(8, 6), exr(8, 6), tiff(8, 6)];
    // What they are is said by their content, whatever the name.
    for (const [at, file] of files.entries()) writeFileSync(join(show, `all.${at + 1}.exr`), file);
    const types: unknown[] = [];
    for (const [at, file] of files.entries()) {
      const { type, bytes } = await shown(id, at + 1);
      types.push(type);
      if (at < 3) expect([at, Buffer.compare(bytes, file)]).toEqual([at, 0]);
      expect([at, await seen(bytes)]).toEqual([at, { width: 8, height: 6, top: "red", bottom: "blue" }]);
    }
    expect(types).toEqual(["image/png", "image/jpeg", "image/webp", "image/webp", "image/webp", "image/webp"]);
  });

  test("is sized down to the next of a few widths, never up", async () => {
    const id = await job("/farm/show/wide.png", "1");
    writeFileSync(join(show, "wide.png"), await png(300, 100));
    expect(await seen((await shown(id, 1, 100)).bytes)).toMatchObject({ width: 128, height: 43, top: "red" });
    expect(await seen((await shown(id, 1, 900)).bytes)).toMatchObject({ width: 300, height: 100 });
  });

  test("of an EXR with layers is that of the main one", async () => {
    const id = await job("/farm/show/layers.exr", "1");
    const names = ["View.Combined.B", "View.Combined.G", "View.Combined.R", "View.Depth.Z"];
    writeFileSync(join(show, "layers.exr"), exr(8, 6, redAboveBlue(6), names));
    expect(await seen((await shown(id)).bytes)).toMatchObject({ top: "red", bottom: "blue" });
  });

  test("may do nothing in a browser, which knows it again until the file is another one", async () => {
    const id = await job("/farm/show/tag.png", "1");
    const file = join(show, "tag.png");
    writeFileSync(file, await png(8, 6));
    for (const query of ["", "?width=64"]) {
      const path = `/jobs/${id}/pictures/1${query}`;
      const first = await asked(path);
      await first.bytes();
      expect(Object.fromEntries(first.headers)).toMatchObject({
        "x-content-type-options": "nosniff",
        "content-security-policy": expect.stringContaining("default-src 'none'"),
        "cache-control": expect.stringContaining("private"),
      });
      const tag = first.headers.get("etag")!;
      expect((await asked(path, { "if-none-match": tag })).status).toBe(304);
      expect((await asked(path, {}, "HEAD")).headers.get("etag")).toBe(tag);
      utimesSync(file, new Date(), new Date(Date.now() + 5000 + query.length));
      expect((await asked(path, { "if-none-match": tag })).status).toBe(200);
    }
  });

  test("that was rendered again is shown as it is now, and what was made before is kept for who looks again", async () => {
    const id = await job("/farm/show/again.png", "1");
    const file = join(show, "again.png");
    const kept = () => readdirSync(join(farm.dataOf("m1"), "pictures")).length;
    writeFileSync(file, await png(100, 60));
    const before = kept();
    const looks = await Promise.all(Array.from({ length: 20 }, () => shown(id, 1, 64)));
    expect(new Set(looks.map(({ bytes }) => Bun.hash(bytes))).size).toBe(1);
    expect(kept()).toBe(before + 1);
    writeFileSync(file, await png(100, 60, () => [0, 1, 0]));
    expect(await seen((await shown(id, 1, 64)).bytes)).toMatchObject({ top: "green", bottom: "green" });
  });

  test("that only the slave sees which rendered the frame comes from there", async () => {
    const id = await farm.submit({
      command: ["cp", join(farm.folder, "ready.png"), join(local, "far.{padframe}.png")],
      frames: "1-2",
      pictures: "/farm/local/far.####.png",
      stopped: true,
    });
    writeFileSync(join(farm.folder, "ready.png"), await png(200, 60));
    const waiting = await refusal(shown(id));
    expect(waiting).toMatch(/^404 \/farm\/local\/far\.0001\.png is below none of the folders .* at this master$/);
    await farm.client.continue(id);
    await farm.ended(id);
    expect(await seen((await shown(id, 2)).bytes)).toMatchObject({ width: 200, top: "red" });
    expect(await seen((await shown(id, 2, 64)).bytes)).toMatchObject({ width: 64, top: "red" });
    renameSync(join(local, "far.0002.png"), join(local, "gone.png"));
    expect(await refusal(shown(id, 2))).toMatch(
      /at this master; and slave s1, which rendered it, says: there is no file/,
    );
  });
});

describe("nothing is shown", () => {
  test("of a job that does not say where its pictures are, or of frames that it has not", async () => {
    const id = await farm.submit({ command: ["true"] });
    expect(await refusal(shown(id))).toMatch(/^404 job \d+ does not say .* drqueue set-job \d+ --output/);
    await farm.client.change(id, { pictures: "/farm/show/a.####.png" });
    writeFileSync(join(show, "a.0002.png"), await png(8, 6));
    expect(await refusal(shown(id, 2))).toMatch(/^404 job \d+ has no frame 2$/);
    expect(await refusal(shown(999_999))).toMatch(/^404 there is no job/);
  });

  test("of a pattern that is relative, holds '..', is no picture, or is one file for many frames", async () => {
    const refused = async (pictures: string) => refusal(job(pictures));
    expect(await refused("show/a.####.png")).toMatch(/^400 pictures: write the whole path/);
    expect(await refused("/farm/show/../secret/a.####.png")).toMatch(/^400 pictures: .*without '\.\.'/);
    expect(await refused("/etc/passwd")).toMatch(/^400 pictures: it must end like a picture/);
    expect(await refused("/farm/show/a.png")).toMatch(/^400 pictures: .*for 3 frames/);
    const id = await job("/farm/show/a.####.png");
    expect(await refusal(farm.client.change(id, { pictures: "/farm/show/a.png" }))).toMatch(/^400 .*for 3 frames/);
    expect(await refusal(farm.client.change(id, { pictures: "a.####.png" }))).toMatch(/^400 pictures: /);
  });

  test("that lies elsewhere, or that a link leads to; the folder itself may be one", async () => {
    const picture = await png(8, 6);
    const secret = join(farm.folder, "secret");
    writeFileSync(join(secret, "b.0001.png"), picture);
    symlinkSync(join(secret, "b.0001.png"), join(show, "b.0001.png"));
    symlinkSync(secret, join(show, "sub"));
    mkdirSync(join(farm.folder, "elsewhere"));
    writeFileSync(join(farm.folder, "elsewhere", "b.0001.png"), picture);
    symlinkSync(join(farm.folder, "elsewhere"), join(farm.folder, "linked"));
    const out = /^404 .* leads out of the folders/;
    const one = (path: string) => job(path, "1").then((id) => refusal(shown(id)));
    expect(await one("/farm/show/b.####.png")).toMatch(out);
    expect(await one("/farm/show/sub/b.####.png")).toMatch(out);
    expect(await one(`${secret}/b.####.png`)).toMatch(/^404 .* is below none of the folders/);
    expect(await one(`${farm.folder}/showing/b.####.png`)).toMatch(/^404 .* is below none of the folders/);
    const id = await job(`${farm.folder}/linked/b.####.png`, "1");
    expect(await seen((await shown(id)).bytes)).toMatchObject({ top: "red" });
  });

  test("that is no file, or no picture by its content, whatever its name", async () => {
    const one = (name: string) => job(`/farm/show/${name}`, "1").then((id) => refusal(shown(id)));
    writeFileSync(join(show, "passwords.png"), "root:x:0:0:root:/root:/bin/sh\n");
    expect(await one("passwords.png")).toMatch(/^404 .*passwords\.png is no picture that can be shown/);
    writeFileSync(join(show, "script.png"), "<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>");
    expect(await one("script.png")).toMatch(/^404 .*is no picture/);
    mkdirSync(join(show, "folder.png"));
    expect(await one("folder.png")).toMatch(/^404 there is no file/);
    Bun.spawnSync(["mkfifo", join(show, "pipe.png")]);
    expect(await one("pipe.png")).toMatch(/^404 there is no file/);
    expect(await one("missing.png")).toMatch(/^404 there is no file/);
  });

  test("of a bomb, of half a picture, or of one that is broken: it is told in a line, and the next one comes", async () => {
    const bomb = Buffer.from(exr(8, 6));
    const window = bomb.indexOf("dataWindow") + "dataWindow\0box2i\0".length + 4;
    bomb.writeInt32LE(60_000, window + 8);
    bomb.writeInt32LE(60_000, window + 12);
    const wide = Buffer.from(await png(8, 6));
    wide.writeUInt32BE(60_000, 16);
    wide.writeUInt32BE(60_000, 20);
    wide.writeInt32BE(Bun.hash.crc32(wide.subarray(12, 29)) | 0, 29);
    const endless = tiff(8, 6);
    // Its tag says that it has four thousand million values.
    endless.set([255, 255, 255, 255], 10 + 2 * 12 + 4);
    const files = {
      bomb,
      wide,
      endless,
      half: exr(80, 60).subarray(0, 2000),
      cut: (await png(80, 60)).subarray(0, 100),
    };
    for (const [name, file] of Object.entries(files)) {
      writeFileSync(join(show, `${name}.png`), file);
      const id = await job(`/farm/show/${name}.png`, "1");
      expect([name, await refusal(shown(id, 1, 64))]).toEqual([
        name,
        expect.stringMatching(/^409 \S+ cannot be read as a picture: [^\n]+$/),
      ]);
    }
    const good = await job("/farm/show/good.exr", "1");
    writeFileSync(join(show, "good.exr"), exr(8, 6));
    expect(await seen((await shown(good, 1, 64)).bytes)).toMatchObject({ top: "red" });
  });

  test("where no folder is named: the words name the flag", async () => {
    const bare = await farm.startMaster({ name: "m2" });
    const id = await job("/farm/show/good.exr", "1");
    copyFileSync(join(show, "a.0002.png"), join(show, "plain.png"));
    expect(await refusal(farm.clientOf(bare).picture(id, 1))).toMatch(
      /^404 this master shows no pictures: start it with --pictures/,
    );
  });
});
