// Which jobs are selected, and at which one a person is. Pure.

/** `selected`: numbers of jobs. `at`: the job that keys move from; `from`: where a stretch that is selected begins. */
export type Selection = { selected: ReadonlySet<number>; at?: number | undefined; from?: number | undefined };

export const nothing: Selection = { selected: new Set() };

/** At which row a person is; the first one when that job is not in the list, or there is none. */
export function rowOf(list: readonly number[], { at }: Selection): number {
  return at === undefined ? 0 : Math.max(0, list.indexOf(at));
}

/** Goes to a row. `extending`: all from where the stretch began up to there are selected, and no others. */
export function moved(list: readonly number[], selection: Selection, row: number, extending: boolean): Selection {
  const at = list[Math.min(list.length - 1, Math.max(0, row))];
  if (at === undefined) return selection;
  if (!extending) return { ...selection, at, from: at };
  const from = selection.from !== undefined && list.includes(selection.from) ? selection.from : (selection.at ?? at);
  const start = list.indexOf(from);
  const end = list.indexOf(at);
  return { selected: new Set(start < 0 ? [at] : list.slice(Math.min(start, end), Math.max(start, end) + 1)), at, from };
}

/** Selects this job alone. */
export function only(job: number): Selection {
  return { selected: new Set([job]), at: job, from: job };
}

/** Selects one more, or one less. */
export function toggled({ selected }: Selection, job: number): Selection {
  const next = new Set(selected);
  if (!next.delete(job)) next.add(job);
  return { selected: next, at: job, from: job };
}

/** Selects all of the list; none when all are already. */
export function allOrNone(list: readonly number[], selection: Selection): Selection {
  return { ...selection, selected: new Set(howMany(list, selection) === list.length ? [] : list) };
}

/** How many of the list are selected. */
export function howMany(list: readonly number[], { selected }: Selection): number {
  if (selected.size === 0) return 0;
  let count = 0;
  for (const job of list) if (selected.has(job)) count++;
  return count;
}

/** Without jobs that are no more. */
export function without(selection: Selection, gone: Iterable<number>): Selection {
  const left = new Set(selection.selected);
  for (const job of gone) left.delete(job);
  return left.size === selection.selected.size ? selection : { ...selection, selected: left };
}
