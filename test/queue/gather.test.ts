import { expect, test } from "bun:test";
import { gathered } from "../../lib/queue/gather";

/** Notes what is written together; a write ends when it is let go. */
function noted({ most = 10, fails = () => false }: { most?: number; fails?: (one: number) => boolean } = {}) {
  const writes: number[][] = [];
  const letGo: (() => void)[] = [];
  const write = async (given: readonly number[]) => {
    writes.push([...given]);
    await new Promise<void>((over) => letGo.push(over));
    if (given.some(fails)) throw new Error("refused");
    return given.map((one) => one * 10);
  };
  const one = gathered(write, { most, undone: (error) => (error as Error).message === "refused" });
  const end = async () => {
    letGo.shift()!();
    await Bun.sleep(0);
  };
  return { writes, one, end };
}

test("the first is written at once, and what comes meanwhile together", async () => {
  const { writes, one, end } = noted();
  const all = Promise.all([1, 2, 3].map(one));
  expect(writes).toEqual([[1]]);
  await end();
  expect(writes).toEqual([[1], [2, 3]]);
  await end();
  expect(await all).toEqual([10, 20, 30]);
});

test("no more are written at once than may be", async () => {
  const { writes, one, end } = noted({ most: 2 });
  const all = Promise.all([1, 2, 3, 4].map(one));
  for (let at = 0; at < 3; at++) await end();
  expect(writes).toEqual([[1], [2, 3], [4]]);
  expect(await all).toEqual([10, 20, 30, 40]);
});

test("one that is refused is refused alone", async () => {
  const { one, end } = noted({ fails: (given) => given === 3 });
  const all = Promise.allSettled([1, 2, 3, 4].map(one));
  for (let at = 0; at < 5; at++) await end();
  expect((await all).map(({ status }) => status)).toEqual(["fulfilled", "fulfilled", "rejected", "fulfilled"]);
});
