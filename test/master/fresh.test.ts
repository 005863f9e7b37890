// Questions that take a while are asked seldom, and never waited for long.
import { expect, test } from "bun:test";
import { Fresh } from "../../lib/master/fresh";

/** A question of which the test says when and how it is answered, on a clock of the test. */
function asked({ goodMs = 1000, patienceMs = 20 } = {}) {
  let now = 0;
  const open: PromiseWithResolvers<number>[] = [];
  let count = 0;
  const ask = () => {
    count++;
    const one = Promise.withResolvers<number>();
    open.push(one);
    return one.promise;
  };
  const fresh = new Fresh(ask, { goodMs, patienceMs }, () => now);
  return {
    fresh,
    pass: (ms: number) => {
      now += ms;
    },
    answer: async (value: number) => {
      open.shift()!.resolve(value);
      await Bun.sleep(0);
    },
    fail: async () => {
      open.shift()!.reject(new Error("away"));
      await Bun.sleep(0);
    },
    count: () => count,
  };
}

test("ten who want to know at once ask once, and later ones get the same answer until it is old", async () => {
  const { fresh, pass, answer, count } = asked();
  const all = Promise.all(Array.from({ length: 10 }, () => fresh.refresh()));
  await answer(7);
  expect(new Set(await all)).toEqual(new Set([true]));
  pass(999);
  expect([await fresh.refresh(), fresh.value, count()]).toEqual([true, 7, 1]);
  pass(1);
  const later = fresh.refresh();
  await answer(8);
  expect([await later, fresh.value, count()]).toEqual([true, 8, 2]);
});

test("an answer that is late is not waited for: who comes meanwhile does not wait at all, and is not told the old one as new", async () => {
  const { fresh, pass, answer, count } = asked({ patienceMs: 5 });
  const first = fresh.refresh();
  await answer(7);
  await first;
  pass(1000);
  expect(await fresh.refresh()).toBe(false);
  pass(60_000);
  expect(await fresh.refresh()).toBe(false);
  expect([fresh.value, count()]).toEqual([7, 2]);
  await answer(8);
  expect([await fresh.refresh(), fresh.value]).toEqual([true, 8]);
});

test("a question that fails has no answer, and is asked again", async () => {
  const { fresh, pass, answer, fail } = asked();
  const first = fresh.refresh();
  await fail();
  expect([await first, fresh.value]).toEqual([false, undefined]);
  expect(await fresh.refresh()).toBe(false);
  pass(1000);
  const second = fresh.refresh();
  await answer(1);
  expect([await second, fresh.value]).toEqual([true, 1]);
});

test("what costs much is asked less often: for a tenth of the time", async () => {
  const { fresh, pass, answer, count } = asked({ patienceMs: 10_000 });
  const first = fresh.refresh();
  pass(1000);
  await answer(1);
  await first;
  pass(9999);
  await fresh.refresh();
  expect(count()).toBe(1);
  pass(1);
  const second = fresh.refresh();
  await answer(2);
  await second;
  expect(count()).toBe(2);
});

test("what took long to fail is asked again no later than what failed at once", async () => {
  const { fresh, pass, fail, count } = asked({ patienceMs: 10_000 });
  const first = fresh.refresh();
  pass(5000);
  await fail();
  await first;
  pass(1000);
  const second = fresh.refresh();
  expect(count()).toBe(2);
  await fail();
  await second;
});
