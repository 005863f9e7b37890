import { expect, test } from "bun:test";
import { commandOf, isAlive, startTimeOf } from "../../lib/local/processes.ts";

test("a running process is alive, and its start time stays the same", () => {
  const started = startTimeOf(process.pid);
  expect(started).toBeString();
  expect(startTimeOf(process.pid)).toBe(started!);
  expect(isAlive(process.pid, started)).toBe(true);
  expect(isAlive(process.pid)).toBe(true);
});

test("a process with the same pid that started at another time is another process", () => {
  expect(isAlive(process.pid, "long ago")).toBe(false);
});

test("a process that has ended is not alive", async () => {
  const child = Bun.spawn(["true"]);
  await child.exited;
  expect(startTimeOf(child.pid)).toBeUndefined();
  expect(isAlive(child.pid)).toBe(false);
});

test("a zombie is not alive", async () => {
  // The shell starts a child and then becomes a sleep, which never collects it.
  const parent = Bun.spawn(["sh", "-c", "sleep 0.2 & echo $!; exec sleep 60"], { stdout: "pipe" });
  try {
    const line = await parent.stdout.getReader().read();
    const zombie = Number(new TextDecoder().decode(line.value));
    const deadline = Date.now() + 2000;
    while (startTimeOf(zombie) !== undefined && Date.now() < deadline) await Bun.sleep(10);
    expect(process.kill(zombie, 0)).toBe(true);
    expect(isAlive(zombie)).toBe(false);
  } finally {
    parent.kill();
    await parent.exited;
  }
});

test("what is no pid is not alive", () => {
  for (const pid of [0, -1, Number.NaN, 1.5, 2 ** 40]) expect(isAlive(pid)).toBe(false);
});

test("the command of a process can be told while it runs", async () => {
  const child = Bun.spawn(["sleep", "60"]);
  try {
    // The system knows it a moment after the start.
    const deadline = Date.now() + 2000;
    while (commandOf(child.pid) === undefined && Date.now() < deadline) await Bun.sleep(1);
    expect(commandOf(child.pid)).toBe("sleep 60");
  } finally {
    child.kill();
    await child.exited;
  }
  expect(commandOf(child.pid)).toBeUndefined();
});
