/** The lowest `wanted` numbers of 0 to `total - 1` that none of the runs has; undefined when there are not so many. */
export function freeGpus(
  wanted: number,
  total: number,
  runs: Iterable<{ gpus?: readonly number[] }>,
): number[] | undefined {
  const taken = new Set([...runs].flatMap(({ gpus = [] }) => gpus));
  const free = Array.from({ length: total }, (_, number) => number).filter((number) => !taken.has(number));
  return free.length < wanted ? undefined : free.slice(0, wanted);
}
