// A slave started as a person does: with flags and variables of one's own, which may also be refused.
import { resolve } from "node:path";
import { type Farm, until } from "../farm";

const file = resolve(import.meta.dir, "../../slave.ts");
const started = new Map<Farm, ReturnType<typeof ownSlave>[]>();

/** Starts one beside the farm's own slaves; `flags` by name, such as `slots`. */
export function ownSlave(farm: Farm, flags: Record<string, string>, env: Record<string, string> = {}) {
  const all: Record<string, string> = {
    data: farm.dataOf("m1"),
    host: "127.0.0.1",
    port: "0",
    logs: `${farm.folder}/logs`,
    master: `127.0.0.1:${farm.masters[0]!.port}`,
    ...flags,
  };
  const slave = Bun.spawn(
    [process.execPath, file, ...Object.entries(all).map(([name, value]) => `--${name}=${value}`)],
    {
      cwd: farm.folder,
      env: { ...farm.env, ...env },
      stdin: "ignore",
      stdout: "ignore",
      stderr: "pipe",
    },
  );
  started.set(farm, [...(started.get(farm) ?? []), slave]);
  return slave;
}

/** Ends them and then the farm. */
export async function endFarm(farm: Farm | undefined): Promise<void> {
  if (!farm) return;
  const slaves = started.get(farm) ?? [];
  for (const slave of slaves) slave.kill("SIGTERM");
  await Promise.all(slaves.map((slave) => slave.exited));
  await farm[Symbol.asyncDispose]();
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
