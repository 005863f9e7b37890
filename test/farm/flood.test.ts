import { expect, test } from "bun:test";
import { type Answer, Wires } from "../bench/load-wire";
import { residentMb } from "../bench/memory";
import { startFarm, until } from "../farm";
import { SimulatedSlave } from "../master/simulated";

const flood = 5000;

test("a master that is flooded sends away what is too much, and goes on serving slaves and probes", async () => {
  await using farm = await startFarm({ slaves: 0, lease: "3s" });
  for (let at = 0; at < 20; at++) await farm.submit({ command: ["true"], pool: "elsewhere" });
  const { port, pid } = farm.masters[0]!;
  const before = residentMb([pid]);
  const wires = new Wires(port, farm.token);
  const answers: Answer[] = [];
  let flooding = true;
  const done = Promise.all(
    Array.from({ length: flood }, async () => {
      while (flooding) {
        const answer = await wires.ask("GET", "/jobs?limit=100");
        answers.push(answer);
        if (answer.status !== 200) await Bun.sleep(1000);
      }
    }),
  );
  // Bodies of which only half comes, beside it.
  const halves = await Promise.all(Array.from({ length: 100 }, () => wires.open()));
  for (const half of halves) half.say("POST /jobs HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{");
  try {
    await until(async () => answers.length > flood || undefined, "the flood");
    const slave = new SimulatedSlave(farm.client, "calm");
    for (let at = 0; at < 5; at++) {
      expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
      expect(await slave.sync({ hello: true })).toMatchObject({ start: [] });
    }
  } finally {
    flooding = false;
  }
  await done;
  const sentAway = answers.filter(({ status }) => status !== 200);
  expect(sentAway.length).toBeGreaterThan(0);
  expect(new Set(sentAway.map(({ status }) => status)).isSubsetOf(new Set([429, 503]))).toBe(true);
  expect(sentAway.every(({ headers }) => /^retry-after: 1\r?$/im.test(headers))).toBe(true);
  expect(sentAway.length).toBeLessThan(answers.length);
  expect(residentMb([pid]) - before).toBeLessThan(600);
  // Who comes back as told is served.
  expect(await farm.client.jobs()).toHaveLength(20);
});
