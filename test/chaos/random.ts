// Chance that can be had again: the same seed gives the same numbers, on every machine.

export type Random = {
  /** From 0 up to, not including, 1. */
  fraction(): number;
  /** A whole number, both ends included. */
  between(least: number, most: number): number;
  /** One of these. */
  pick<T>(of: readonly T[]): T;
  /** One of these, by their weights. */
  weighed<T extends { weight: number }>(of: readonly T[]): T;
};

/** Mulberry32. `name` tells apart several that share a seed. */
export function random(seed: number, name = ""): Random {
  let state = [...name].reduce((sum, letter) => Math.imul(sum ^ letter.charCodeAt(0), 0x01000193), seed | 0);
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const between = (least: number, most: number) => least + Math.floor(fraction() * (most - least + 1));
  return {
    fraction,
    between,
    pick: (of) => of[between(0, of.length - 1)]!,
    weighed(of) {
      let left = fraction() * of.reduce((sum, { weight }) => sum + weight, 0);
      return (
        of.find(({ weight }) => {
          left -= weight;
          return left < 0;
        }) ?? of.at(-1)!
      );
    },
  };
}
