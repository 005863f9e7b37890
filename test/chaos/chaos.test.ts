// A short run of what `npm run chaos` does for longer, always with the same faults.
import { expect, test } from "bun:test";
import { chaos } from "./chaos";

const seed = 5;

test("whatever dies, freezes or is cut off: no frame is lost, none is counted twice, and nothing is left", async () => {
  const said: string[] = [];
  const { findings, report } = await chaos({ seed, ms: 20_000, say: (text) => said.push(text) });
  if (findings.length > 0) console.error([`npm run chaos -- --seed ${seed}`, ...said, ...report].join("\n"));
  expect(findings).toEqual([]);
}, 240_000);
