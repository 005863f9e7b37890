import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { compile } from "../../lib/build/compile";
import { packPostgres } from "../../lib/build/pack-postgres";

const filesOfQueue = resolve(import.meta.dir, "../../lib/queue/postgres-files");
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-pack-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** An npm package with a Postgres in the manner of the real ones. */
function packageOf(version: string): string {
  const source = mkdtempSync(join(folder, "package-"));
  for (const name of ["native/bin", "native/lib/deep"]) mkdirSync(join(source, name), { recursive: true });
  const links = [{ source: "native/lib/libpq.so.5.18", target: "native/lib/libpq.so.5" }];
  writeFileSync(join(source, "package.json"), JSON.stringify({ version }));
  writeFileSync(join(source, "native/pg-symlinks.json"), JSON.stringify(links));
  writeFileSync(join(source, "native/bin/postgres"), `#!/bin/sh\necho postgres ${version}\n`, { mode: 0o755 });
  writeFileSync(join(source, "native/lib/libpq.so.5.18"), new Uint8Array([0, 255, 128, 10, 13]));
  writeFileSync(join(source, "native/lib/deep/empty"), "");
  return source;
}

describe("a binary that carries Postgres", () => {
  test("unpacks it whole: programs that run, bytes as they were, symbolic links", async () => {
    const { assets, version } = await packPostgres(packageOf("18.9.1"), "here", join(folder, "cache"));
    const entry = join(folder, "unpack.ts");
    writeFileSync(
      entry,
      `import { stagePostgres } from ${JSON.stringify(filesOfQueue)};\nconsole.log(await stagePostgres(Bun.argv[2]!));`,
    );
    const file = join(folder, "unpack");
    await compile({ entry, assets, file, target: undefined });

    const data = mkdtempSync(join(folder, "data-"));
    const ran = Bun.spawnSync([file, data], { cwd: "/", env: { PATH: "/usr/bin:/bin" } });
    const staged = ran.stdout.toString().trim();
    expect(ran.stderr.toString()).toBe("");
    expect(staged).toBe(join(data, `postgres-${version}`));
    expect(Bun.spawnSync([join(staged, "bin/postgres")]).stdout.toString()).toBe("postgres 18.9.1\n");
    expect([...readFileSync(join(staged, "lib/libpq.so.5.18"))]).toEqual([0, 255, 128, 10, 13]);
    expect(readlinkSync(join(staged, "lib/libpq.so.5"))).toBe("libpq.so.5.18");
    expect(statSync(join(staged, "lib/deep/empty")).size).toBe(0);
  });
});

describe("packing Postgres", () => {
  test("is done once for a version and a platform", async () => {
    const cache = mkdtempSync(join(folder, "cache-"));
    const source = packageOf("18.0.0");
    const first = await packPostgres(source, "linux-x64", cache);
    rmSync(join(source, "native"), { recursive: true });
    expect(await packPostgres(source, "linux-x64", cache)).toEqual(first);
    const next = await packPostgres(packageOf("18.0.1"), "linux-x64", cache);
    const other = await packPostgres(packageOf("18.0.0"), "linux-arm64", cache);
    expect(new Set([first, next, other].map(({ assets }) => assets[0])).size).toBe(3);
    expect(readFileSync(next.assets[1]!, "utf8")).toBe("18.0.1");
  });

  test("that fails leaves nothing for the next build to take", async () => {
    const cache = mkdtempSync(join(folder, "cache-"));
    const source = packageOf("18.0.0");
    rmSync(join(source, "native"), { recursive: true });
    expect(packPostgres(source, "linux-x64", cache)).rejects.toThrow("ENOENT");
    await packPostgres(source, "linux-x64", cache).catch(() => {});
    expect(readdirSync(cache)).toEqual([]);
  });

  test("twice at the same time gives both the same files", async () => {
    const cache = mkdtempSync(join(folder, "cache-"));
    const source = packageOf("18.0.0");
    const [one, two] = await Promise.all([
      packPostgres(source, "linux-x64", cache),
      packPostgres(source, "linux-x64", cache),
    ]);
    expect(one).toEqual(two);
    expect(readdirSync(cache)).toHaveLength(1);
  });
});
