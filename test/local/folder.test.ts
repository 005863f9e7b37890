import { expect, test } from "bun:test";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDataFolder, dataFolder, type Surroundings } from "../../lib/local/folder.ts";

const linux: Surroundings = { env: {}, platform: "linux", uid: 1000, home: "/home/ann" };

test("--data comes before everything else", () => {
  const around = { ...linux, env: { DRQUEUE_DATA: "/srv/other", XDG_DATA_HOME: "/srv/xdg" } };
  expect(dataFolder("/srv/farm", around)).toBe("/srv/farm");
});

test("a relative --data is taken from the current folder", () => {
  expect(dataFolder("farm/", linux)).toBe(join(process.cwd(), "farm"));
});

test("DRQUEUE_DATA comes before the usual places, also as root", () => {
  const env = { DRQUEUE_DATA: "/srv/other" };
  expect(dataFolder(undefined, { ...linux, env })).toBe("/srv/other");
  expect(dataFolder(undefined, { ...linux, env, uid: 0 })).toBe("/srv/other");
});

test("an empty --data or DRQUEUE_DATA counts as none", () => {
  expect(dataFolder("", { ...linux, env: { DRQUEUE_DATA: "" } })).toBe("/home/ann/.local/share/drqueue");
});

test("root keeps its data in /var/lib/drqueue", () => {
  expect(dataFolder(undefined, { ...linux, uid: 0, home: "/root" })).toBe("/var/lib/drqueue");
});

test("a user keeps the data in XDG_DATA_HOME where it is an absolute path, else in the home folder", () => {
  expect(dataFolder(undefined, { ...linux, env: { XDG_DATA_HOME: "/srv/xdg" } })).toBe("/srv/xdg/drqueue");
  expect(dataFolder(undefined, { ...linux, env: { XDG_DATA_HOME: "xdg" } })).toBe("/home/ann/.local/share/drqueue");
  expect(dataFolder(undefined, linux)).toBe("/home/ann/.local/share/drqueue");
});

test("macOS and Windows have their own places", () => {
  expect(dataFolder(undefined, { env: {}, platform: "darwin", uid: 501, home: "/Users/ann" })).toBe(
    "/Users/ann/Library/Application Support/drqueue",
  );
  const windows = { platform: "win32" as const, uid: undefined, home: "C:\\Users\\ann" };
  expect(dataFolder(undefined, { ...windows, env: { LOCALAPPDATA: "D:\\Local" } })).toBe("D:\\Local\\drqueue");
  expect(dataFolder(undefined, { ...windows, env: {} })).toBe("C:\\Users\\ann\\AppData\\Local\\drqueue");
});

test("a new data folder may be entered by all, and one that exists keeps its mode", () => {
  const folder = mkdtempSync(join(tmpdir(), "drqueue-folder-"));
  const umask = process.umask(0o077);
  try {
    createDataFolder(join(folder, "new"));
    expect(statSync(join(folder, "new")).mode & 0o777).toBe(0o755);
    createDataFolder(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  } finally {
    process.umask(umask);
    rmSync(folder, { recursive: true });
  }
});
