// Runs the Python client as a person does: by the system's own Python, against a real farm.
import { join, resolve } from "node:path";
import type { Farm } from "../farm";

export const client = resolve(import.meta.dir, "../../lib/clients/drqueue.py");

/** Where Python is; undefined where there is none, and its tests are skipped. */
export const python = Bun.which("python3") ?? undefined;
if (!python) console.log("no python3 on this machine: the tests of the Python client are skipped");

export type Ran = { code: number; out: string; err: string };

/** What a program on the machine of this farm has around it. A variable that is undefined is not there. */
export function around(farm: Farm, more: Record<string, string | undefined> = {}): Record<string, string> {
  const all: Record<string, string | undefined> = {
    ...farm.env,
    DRQUEUE_MASTER: `127.0.0.1:${farm.masters[0]!.port}`,
    DRQUEUE_DATA: farm.dataOf("m1"),
    PYTHONPATH: resolve(client, ".."),
    PYTHONDONTWRITEBYTECODE: "1",
    ...more,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as Record<string, string>;
}

/** Starts Python with these arguments. */
export function start(env: Record<string, string>, args: string[], cwd = "/") {
  return Bun.spawn([python!, ...args], { cwd, env, stdin: "ignore", stdout: "pipe", stderr: "pipe" });
}

/** Runs Python to its end. */
export async function run(env: Record<string, string>, args: string[], cwd?: string): Promise<Ran> {
  const ran = start(env, args, cwd);
  const [out, err, code] = await Promise.all([
    new Response(ran.stdout).text(),
    new Response(ran.stderr).text(),
    ran.exited,
  ]);
  return { code, out, err };
}

/** Runs one of the scripts of this folder; what it asserts in vain is in `err`. */
export function script(farm: Farm, name: string, ...args: string[]): Promise<Ran> {
  return run(around(farm), [join(import.meta.dir, name), ...args]);
}

/** A script that was content. */
export const content: Ran = { code: 0, out: "", err: "" };
