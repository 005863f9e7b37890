// Where the jobs of a graph stand: each to the right of all that it waits for, beside those it has to do with.

/** `job` waits for `needs`. */
export type Edge = { job: number; needs: number };

/** The jobs of each column, from the left and from above. */
export type Layers = number[][];

const sweeps = 4;

/** Puts jobs into columns. What waits in a circle, which no farm should have, comes last, so that all are there in any case. */
export function layersOf(jobs: readonly number[], edges: readonly Edge[]): Layers {
  const needsOf = neighbours(jobs, edges, ({ job, needs }) => [job, needs]);
  const neededBy = neighbours(jobs, edges, ({ job, needs }) => [needs, job]);
  const layers = columns(jobs, needsOf, neededBy);
  // Each column in the order of those beside it, from the left and back again: then few lines cross.
  for (let sweep = 0; sweep < sweeps; sweep++) {
    const rightwards = sweep % 2 === 0;
    const place = new Map(
      layers.flatMap((column) => column.map((job, row) => [job, row - column.length / 2] as const)),
    );
    for (const column of rightwards ? layers : layers.toReversed()) {
      const beside = rightwards ? needsOf : neededBy;
      const wish = new Map(column.map((job) => [job, mean(beside.get(job)!, place) ?? place.get(job)!]));
      column.sort((a, b) => wish.get(a)! - wish.get(b)! || place.get(a)! - place.get(b)!);
      for (const [row, job] of column.entries()) place.set(job, row - column.length / 2);
    }
  }
  return layers;
}

type Neighbours = ReadonlyMap<number, readonly number[]>;

function neighbours(
  jobs: readonly number[],
  edges: readonly Edge[],
  ends: (edge: Edge) => [from: number, to: number],
): Neighbours {
  const found = new Map<number, number[]>(jobs.map((job) => [job, []]));
  for (const edge of edges) {
    const [from, to] = ends(edge);
    if (found.has(to)) found.get(from)?.push(to);
  }
  return found;
}

/** Each job one column behind the last of those that it waits for. */
function columns(jobs: readonly number[], needsOf: Neighbours, neededBy: Neighbours): Layers {
  const layers: Layers = [];
  const waitsFor = new Map(jobs.map((job) => [job, needsOf.get(job)!.length]));
  let free = jobs.filter((job) => waitsFor.get(job) === 0);
  while (free.length > 0) {
    layers.push(free);
    const next: number[] = [];
    for (const job of free) {
      waitsFor.delete(job);
      for (const other of neededBy.get(job)!) {
        const left = waitsFor.get(other)! - 1;
        waitsFor.set(other, left);
        if (left === 0) next.push(other);
      }
    }
    free = next;
  }
  if (waitsFor.size > 0) layers.push([...waitsFor.keys()]);
  return layers;
}

function mean(jobs: readonly number[], place: ReadonlyMap<number, number>): number | undefined {
  if (jobs.length === 0) return undefined;
  return jobs.reduce((sum, job) => sum + place.get(job)!, 0) / jobs.length;
}
