// Times sorted into buckets of a width that people reckon in: what a histogram shows.

/** Times from `from` up to but without `to`, s. */
export type Bucket = { from: number; to: number; runs: number };

/** The most buckets. Half as many are the least where the times differ by a twenty-fifth, and 20 ms. */
export const mostBuckets = 40;

/** Widths up to a day, ms, each at most twice the one before it; beyond they are doubled. */
const widths = [
  ...[1, 2, 4, 5, 10, 20, 25, 50, 100, 200, 250, 500],
  ...[1, 2, 2.5, 5, 10, 20, 30, 60, 120, 240, 300, 600, 1200, 1800].map((seconds) => seconds * 1000),
  ...[1, 2, 4, 6, 12, 24].map((hours) => hours * 3_600_000),
];

/** What takes more than so many times what nine of ten take is put into one last, wider bucket: else all others would lie in the first. */
const farOut = 3;

/** Sorts times, whole ms, into buckets: lowest first, without gaps. */
export function bucketsOf(times: readonly number[]): Bucket[] {
  const sorted = Float64Array.from(times).sort();
  const least = sorted[0];
  if (least === undefined) return [];
  const most = sorted.at(-1)!;
  const limit = farOut * sorted[Math.floor((sorted.length - 1) * 0.9)]!;
  const usual = sorted.findLast((time) => time <= limit)!;
  const width = widthFor(least, usual);
  const after = (time: number) => (Math.floor(time / width) + 1) * width;
  const buckets: Bucket[] = [];
  for (let to = after(least); to <= after(usual); to += width) buckets.push({ from: to - width, to, runs: 0 });
  const end = after(usual);
  if (most >= end) buckets.push({ from: end, to: after(most), runs: 0 });
  let at = 0;
  for (const time of sorted) {
    while (time >= buckets[at]!.to) at++;
    buckets[at]!.runs++;
  }
  return buckets.map(({ from, to, runs }) => ({ from: from / 1000, to: to / 1000, runs }));
}

/** The smallest width with which there are not too many; none much finer than a thousandth of the most. */
function widthFor(least: number, most: number): number {
  // One more bucket may come for what is far out.
  const fits = (width: number) =>
    width >= most / 1000 && Math.floor(most / width) - Math.floor(least / width) + 2 <= mostBuckets;
  const found = widths.find(fits);
  if (found !== undefined) return found;
  let width = widths.at(-1)! * 2;
  while (!fits(width)) width *= 2;
  return width;
}
