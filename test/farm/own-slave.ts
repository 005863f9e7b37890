// A slave started as a person does: with flags and variables of one's own, which may also be refused.
import { resolve } from "node:path";
import { type Farm, until } from "../farm";

const file = resolve(import.meta.dir, "../../slave.ts");

/** Starts one beside the farm's own slaves. It must be ended by the test. */
export function ownSlave(farm: Farm, flags: string[], env: Record<string, string> = {}) {
  const all = ["--data", farm.dataOf("m1"), "--host", "127.0.0.1", "--port", "0", "--logs", `${farm.folder}/logs`];
  const master = ["--master", `127.0.0.1:${farm.masters[0]!.port}`];
  return Bun.spawn([process.execPath, file, ...all, ...master, ...flags], {
    cwd: farm.folder,
    env: { ...farm.env, ...env },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
}

/** Waits until the master knows this slave as online. */
export function isOnline(farm: Farm, name: string) {
  return until(
    async () => (await farm.client.slaves()).find((slave) => slave.name === name && slave.state === "online"),
    `slave ${name} to be online`,
  );
}

/** What a program that refuses to start says, and its exit code. */
export async function refusal(started: ReturnType<typeof ownSlave>): Promise<{ code: number; said: string }> {
  const [code, said] = await Promise.all([started.exited, new Response(started.stderr).text()]);
  return { code, said };
}
