// Jobs that wait for each other are drawn from left to right.
import { expect, test } from "bun:test";
import fc from "fast-check";
import { layersOf } from "../../../lib/page/job/layers";

/** Jobs of which each waits for some of those before it, in any order. */
const anyGraph = fc.array(fc.array(fc.nat(40), { maxLength: 4 }), { maxLength: 40 }).chain((needs) => {
  const edges = needs.flatMap((of, job) =>
    [...new Set(of)].filter((one) => one < job).map((one) => ({ job, needs: one })),
  );
  const jobs = needs.map((_, job) => job);
  return fc.record({
    jobs: fc.shuffledSubarray(jobs, { minLength: jobs.length }),
    edges: fc.shuffledSubarray(edges, { minLength: edges.length }),
  });
});

const columnsOf = (layers: readonly number[][]) =>
  new Map(layers.flatMap((jobs, column) => jobs.map((job) => [job, column])));

test("every job stands once, to the right of all that it waits for, and no further than it must", () => {
  fc.assert(
    fc.property(anyGraph, ({ jobs, edges }) => {
      const layers = layersOf(jobs, edges);
      expect(layers.flat().sort((a, b) => a - b)).toEqual(jobs.toSorted((a, b) => a - b));
      const column = columnsOf(layers);
      for (const job of jobs) {
        const before = edges.filter((edge) => edge.job === job).map(({ needs }) => column.get(needs)!);
        expect(column.get(job)).toBe(before.length === 0 ? 0 : Math.max(...before) + 1);
      }
    }),
  );
});

test("chains that have nothing to do with each other lie beside each other, without crossing", () => {
  const edges = [
    { job: 4, needs: 3 },
    { job: 5, needs: 2 },
    { job: 6, needs: 1 },
    { job: 7, needs: 4 },
    { job: 8, needs: 6 },
  ];
  const [first, second, third] = layersOf([1, 2, 3, 4, 5, 6, 7, 8], edges);
  const needsOf = (job: number) => edges.find((edge) => edge.job === job)!.needs;
  expect(second!.map(needsOf)).toEqual(first!);
  expect(third!.map(needsOf).map(needsOf)).toEqual(first!.filter((job) => job !== 2));
});

test("jobs in a circle, and lines to jobs that are not there, do not keep the others from being drawn", () => {
  const edges = [
    { job: 1, needs: 2 },
    { job: 2, needs: 1 },
    { job: 3, needs: 99 },
  ];
  expect(layersOf([1, 2, 3], edges)).toEqual([[3], [1, 2]]);
  expect(layersOf([], [])).toEqual([]);
});
