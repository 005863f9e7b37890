// Pictures that are wanted come a few at a time, in order, and are let go when there are too many.
import { expect, test } from "bun:test";
import { Loads } from "../../../lib/page/pictures/loads";

/** Loads whose pictures come when they are let; what is under way, let go and given up is written down. */
function loading({ atOnce = 2, most = 10 } = {}) {
  const waiting = new Map<number, { come: (value: string) => void; fail: (error: Error) => void }>();
  const freed: string[] = [];
  const loads = new Loads<string>({
    load: (key, signal) =>
      new Promise((come, fail) => {
        waiting.set(key, { come, fail });
        signal.addEventListener("abort", () => fail(new Error("given up")));
      }),
    free: (value) => freed.push(value),
    problemOf: (error) => (error as Error).message,
    changed: () => {},
    atOnce,
    most,
  });
  const settle = async (key: number, how: "come" | "fail" = "come") => {
    const one = waiting.get(key)!;
    waiting.delete(key);
    if (how === "come") one.come(`picture ${key}`);
    else one.fail(new Error(`no ${key}`));
    await Bun.sleep(0);
  };
  return { loads, freed, settle, underWay: () => [...waiting.keys()] };
}

test("what is wanted first is asked for first, no more at a time than may be", async () => {
  const { loads, settle, underWay } = loading();
  loads.wish([5, 3, 9]);
  expect(underWay()).toEqual([5, 3]);
  await settle(5);
  expect(loads.get(5)).toEqual({ value: "picture 5" });
  expect(underWay()).toEqual([3, 9]);
});

test("what nobody wants any more is given up, and makes room", async () => {
  const { loads, settle, underWay } = loading();
  loads.wish([1, 2]);
  loads.wish([3, 2, 4]);
  await Bun.sleep(0);
  expect(underWay()).toEqual([1, 2, 3]);
  await settle(2);
  expect(underWay()).toContain(4);
  expect(loads.get(1)).toBeUndefined();
});

test("those that nobody looked at for longest are let go, never one that is wanted", async () => {
  const { loads, freed, settle } = loading({ most: 2 });
  for (const key of [1, 2, 3]) {
    loads.wish([key]);
    await settle(key);
    if (key === 2) loads.wish([1]);
  }
  expect(freed).toEqual(["picture 2"]);
  expect([...loads.keys].sort()).toEqual([1, 3]);
  loads.wish([1, 3, 4]);
  await settle(4);
  expect(freed).toEqual(["picture 2"]);
  loads.close();
  expect(freed.toSorted()).toEqual(["picture 1", "picture 2", "picture 3", "picture 4"]);
});

test("what could not be had says why, and is not asked for again at once; what is another one now is", async () => {
  const { loads, freed, settle, underWay } = loading();
  loads.wish([1, 2]);
  await settle(1, "fail");
  await settle(2);
  expect(loads.get(1)).toMatchObject({ problem: "no 1" });
  loads.wish([1, 2]);
  expect(underWay()).toEqual([]);
  loads.forget(1);
  loads.forget(2);
  expect(freed).toEqual(["picture 2"]);
  loads.wish([1, 2]);
  expect(underWay()).toEqual([1, 2]);
  loads.close();
});
