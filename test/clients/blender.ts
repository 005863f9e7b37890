// Runs Blender without a window, with the add-on as an artist installs it: the one file that the build makes.
import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { blenderAddOn } from "../../lib/build/blender";
import type { Farm } from "../farm";
import { around, type Ran } from "./python";

if (!Bun.which("blender") && process.env.DRQUEUE_TEST_INSTALL === "1")
  Bun.spawnSync([join(import.meta.dir, "install-blender.sh")], { stdout: "inherit", stderr: "inherit" });

/** Where Blender is; undefined where there is none, and the tests of its add-on are skipped. */
export const blender = Bun.which("blender") ?? undefined;
if (!blender)
  console.log("no blender on this machine: the tests of its add-on are skipped (DRQUEUE_TEST_INSTALL=1 installs it)");

/** Runs a script of this folder in a Blender of its own, with a window if there is a DISPLAY; the add-on is the file DRQUEUE_ADDON. */
export async function inBlender(farm: Farm, name: string, more: Record<string, string> = {}): Promise<Ran> {
  const window = more.DISPLAY ? [] : ["--background"];
  const home = join(farm.folder, `${name}.home`);
  mkdirSync(home);
  const addOn = join(home, "blender_drqueue.py");
  await blenderAddOn(resolve(import.meta.dir, "../../lib/clients"), addOn);
  const env = around(farm, { HOME: home, DRQUEUE_ADDON: addOn, PYTHONPATH: import.meta.dir, USER: "ana", ...more });
  const script = ["--python-exit-code", "9", "--python", join(import.meta.dir, name)];
  const ran = Bun.spawn([blender!, ...window, "--factory-startup", ...script], {
    cwd: home,
    env,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(ran.stdout).text(),
    new Response(ran.stderr).text(),
    ran.exited,
  ]);
  return { code, out, err };
}

/** A screen that nobody sees, for a Blender with a window. */
export async function screen(): Promise<{ name: string } & AsyncDisposable> {
  const server = Bun.spawn(["Xvfb", "-displayfd", "1", "-screen", "0", "1280x1024x24", "-nolisten", "tcp"], {
    stdin: "ignore",
    stdout: "pipe",
    stderr: "ignore",
  });
  const { value } = await server.stdout.getReader().read();
  return {
    name: `:${new TextDecoder().decode(value).trim()}`,
    async [Symbol.asyncDispose]() {
      server.kill();
      await server.exited;
    },
  };
}
