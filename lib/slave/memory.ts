// Memory that running tasks asked for and do not use yet: it is not for new ones, though the machine calls it free.
import { groupMemoryMb } from "../local/processes";

/** How long a look at the processes of the machine is good for, ms. */
const goodForMs = 2000;

/** A run as far as memory goes. `group`: its processes, once it has any. */
type Asked = { askedMb: number; group: number | undefined };

/** What tasks use now, looked up every few seconds at most. */
export class Memory {
  private used: Map<number, number> | undefined;
  private lookedAt = Number.NEGATIVE_INFINITY;

  /** What these runs will still take of the machine, MB; where their use cannot be told, all they asked for. */
  owedMb(runs: readonly Asked[]): number {
    const asking = runs.filter(({ askedMb }) => askedMb > 0);
    if (asking.some(({ group }) => group !== undefined) && performance.now() - this.lookedAt > goodForMs) {
      this.lookedAt = performance.now();
      this.used = groupMemoryMb(new Set(asking.flatMap(({ group }) => (group === undefined ? [] : [group]))));
    }
    let owed = 0;
    for (const { askedMb, group } of asking) owed += Math.max(0, askedMb - (this.used?.get(group ?? -1) ?? 0));
    return Math.round(owed);
  }
}
