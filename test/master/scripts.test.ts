// Jobscripts as files in the script folder.
import { afterEach, beforeEach, expect, test } from "bun:test";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { namesIn, scriptsOf, writeScripts } from "../../lib/master/scripts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-scripts-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const script = { path: null, sh: "#!/bin/sh\necho 'a\nb' $1 ü\n", cmd: "@echo off\r\necho %1\r\n" };

test("both scripts are there to the byte, and whoever runs a slave may run them", async () => {
  const before = process.umask(0o077);
  try {
    const path = await writeScripts(folder, "000012.shot7", script);
    expect(path).toMatch(/\/000012\.shot7\.[0-9a-f]{6}\.sh$/);
    expect(readFileSync(path, "utf8")).toBe(script.sh);
    expect(readFileSync(path.replace(/\.sh$/, ".cmd"), "utf8")).toBe(script.cmd);
    for (const name of readdirSync(folder)) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o755);
    expect(readdirSync(folder)).toHaveLength(2);
  } finally {
    process.umask(before);
  }
});

test("the path is absolute whatever the folder was called", async () => {
  const path = await writeScripts(relative(process.cwd(), folder), "000012.shot7", script);
  expect(path.startsWith(`${folder}/`)).toBe(true);
});

test("what is there already is never written over, be it a link", async () => {
  writeFileSync(join(folder, "000001.a.aaaaaa.sh"), "of another farm");
  writeFileSync(join(folder, "outside"), "outside");
  symlinkSync(join(folder, "outside"), join(folder, "000001.a.bbbbbb.cmd"));
  symlinkSync(join(folder, "nowhere"), join(folder, "000001.a.cccccc.sh"));
  const digits = ["aaaaaa", "bbbbbb", "cccccc", "dddddd"].values();
  const path = await writeScripts(folder, "000001.a", script, () => digits.next().value!);
  expect(path).toBe(join(folder, "000001.a.dddddd.sh"));
  expect(readFileSync(join(folder, "000001.a.aaaaaa.sh"), "utf8")).toBe("of another farm");
  expect(readFileSync(join(folder, "outside"), "utf8")).toBe("outside");
  // Of an attempt that met a file, nothing is left.
  expect(readdirSync(folder).sort()).toEqual([
    "000001.a.aaaaaa.sh",
    "000001.a.bbbbbb.cmd",
    "000001.a.cccccc.sh",
    "000001.a.dddddd.cmd",
    "000001.a.dddddd.sh",
    "outside",
  ]);
});

test("a folder that cannot be written is an error, not an endless search for a name", async () => {
  writeFileSync(join(folder, "file"), "");
  await expect(writeScripts(join(folder, "file"), "000001.a", script)).rejects.toThrow("ENOTDIR");
  await expect(writeScripts(join(folder, "missing"), "000001.a", script)).rejects.toThrow("ENOENT");
  writeFileSync(join(folder, "000001.a.aaaaaa.sh"), "");
  await expect(writeScripts(folder, "000001.a", script, () => "aaaaaa")).rejects.toThrow("EEXIST");
  expect(namesIn(join(folder, "missing"))).toEqual([]);
});

test("a job's scripts are told from those of jobs with a like name", () => {
  const names = [
    "000012.shot7.1f3a9c.sh",
    "000012.shot7.1f3a9c.cmd",
    "000012.shot7.1f3a9c.sh.bak",
    "000012.shot7.b.1f3a9c.sh",
    "000012.shot70.1f3a9c.sh",
    "000012.shot7.1F3A9C.sh",
    "000012_shot7.1f3a9c.sh",
    "0000123.shot7.1f3a9c.sh",
    "000012.shot7",
  ];
  expect(scriptsOf(names, "000012.shot7")).toEqual(names.slice(0, 2));
});
