// Finds what somebody may have meant by a word that is not known.

/** The words of `known` that differ least from `word`, best first; none when all are far from it. */
export function nearest(word: string, known: readonly string[], most = 3): string[] {
  const asked = word.toLowerCase();
  return known
    .map((one) => ({ one, steps: one.startsWith(asked) ? 0 : distance(asked, one.toLowerCase()) }))
    .filter(({ one, steps }) => steps <= Math.max(1, Math.floor(Math.min(one.length, asked.length) / 2)))
    .sort((a, b) => a.steps - b.steps)
    .slice(0, most)
    .map(({ one }) => one);
}

/** How many characters must be put in, taken out or changed to make one word of the other. */
function distance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let i = 1; i <= from.length; i++) {
    const above = row;
    row = [i];
    for (let j = 1; j <= to.length; j++)
      row[j] = Math.min(above[j]! + 1, row[j - 1]! + 1, above[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1));
  }
  return row[to.length]!;
}
