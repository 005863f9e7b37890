// The list of jobs: of a hundred thousand rows those in sight are there, moved in by mouse and keys.
import { useEffect, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import { useKeys } from "../keys";
import { useVirtual } from "../parts/virtual";
import { goTo, hrefOf } from "../place";
import { type Column, tracksOf } from "./columns";
import { Row, type RowActs } from "./row";
import type { JobRows } from "./rows";
import { allOrNone, howMany, moved, only, rowOf, type Selection, toggled } from "./selection";
import type { Sort, SortName } from "./sort";

const headHeight = 34;
const tickWidth = 34;

/** `list`: numbers in order. `listName`: another one for another filter or order. `now`: ms. */
export type TableProps = {
  list: readonly number[];
  listName: string;
  rows: JobRows;
  columns: readonly Column[];
  isCompact: boolean;
  now: number;
  sort: Sort;
  sortBy: (name: SortName) => void;
  selection: Selection;
  select: (change: (selection: Selection) => Selection) => void;
  remove: () => void;
};

export function JobTable({
  list,
  listName,
  rows,
  columns,
  isCompact,
  now,
  sort,
  sortBy,
  selection,
  select,
  remove,
}: TableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const rowHeight = isCompact ? 56 : 32;
  const { items, total, scrollTo } = useVirtual(scroller, {
    count: list.length,
    rowHeight,
    above: headHeight,
    overscan: 6,
  });
  useStill(scroller, list, listName, rowHeight);
  const at = useMemo(() => rowOf(list, selection), [list, selection.at]);
  const latest = useRef({ list, select, isCompact });
  latest.current = { list, select, isCompact };

  const [first, last] = [items[0]?.index ?? 0, items.at(-1)?.index ?? -1];
  useEffect(() => rows.see(list, first, last), [rows, list, first, last]);

  // Who moved is followed: the row is brought into sight, and has the focus as soon as it is there.
  const following = useRef(false);
  const focusing = useRef(false);
  useLayoutEffect(() => {
    if (!following.current) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-job="${list[at]}"]`);
    scrollTo(at);
    if (!row) return;
    following.current = false;
    focusing.current = true;
    row.focus({ preventScroll: true });
    focusing.current = false;
  });
  const go = (to: (row: number, before: Selection) => number, extending: boolean) => {
    following.current = true;
    select((before) => moved(list, before, to(rowOf(list, before), before), extending));
  };
  const page = () => Math.max(1, Math.floor(((scroller.current?.clientHeight ?? 0) - headHeight) / rowHeight) - 1);
  const open = (job: number | undefined) => job !== undefined && goTo(hrefOf(["jobs", job]));
  useKeys([
    {
      key: "ArrowDown",
      does: "The next job; with Shift selected as well",
      // The first one, when nobody was anywhere yet.
      act: ({ shiftKey }) => go((row, before) => (before.at === undefined ? 0 : row + 1), shiftKey),
    },
    { key: "ArrowUp", does: "The job before", act: ({ shiftKey }) => go((row) => row - 1, shiftKey) },
    { key: "PageDown", does: "A page down", act: ({ shiftKey }) => go((row) => row + page(), shiftKey) },
    { key: "PageUp", does: "A page up", act: ({ shiftKey }) => go((row) => row - page(), shiftKey) },
    { key: "Home", does: "The first job", act: ({ shiftKey }) => go(() => 0, shiftKey) },
    { key: "End", does: "The last job", act: ({ shiftKey }) => go(() => list.length - 1, shiftKey) },
    { key: "Enter", does: "Open the job", act: () => open(list[at]) },
    {
      key: " ",
      does: "Select the job, or not any more",
      act: () => list[at] !== undefined && select((before) => toggled(before, list[at]!)),
    },
    {
      key: "a",
      ctrl: true,
      does: "Select all jobs of the list",
      act: () => select((before) => ({ ...before, selected: new Set(list) })),
    },
    { key: "Escape", does: "Select none", act: () => select((before) => ({ ...before, selected: new Set() })) },
    { key: "Delete", does: "Delete the selected jobs", act: remove },
  ]);

  const acts = useMemo<RowActs>(
    () => ({
      press(job, event) {
        // A link is followed, not pressed.
        if ((event.target as Element).closest("a") && !event.shiftKey) return;
        event.preventDefault();
        const { list, select, isCompact } = latest.current;
        const isTick = (event.target as Element).closest(".jobs-tick") !== null;
        if (isCompact && !isTick) return open(job);
        if (event.shiftKey) select((before) => moved(list, before, list.indexOf(job), true));
        else if (event.ctrlKey || event.metaKey || isTick) select((before) => toggled(before, job));
        else select(() => only(job));
      },
      tick(job, { shiftKey }) {
        const { list, select } = latest.current;
        select((before) => (shiftKey ? moved(list, before, list.indexOf(job), true) : toggled(before, job)));
      },
      open,
      reach(job) {
        // Who is followed may be further already.
        if (!focusing.current) latest.current.select((before) => ({ ...before, at: job }));
      },
    }),
    [],
  );

  const count = useMemo(() => howMany(list, selection), [list, selection.selected]);
  // Tab comes to where a person is, or to the first row in sight.
  const stop = at >= first && at <= last ? at : Math.floor((scroller.current?.scrollTop ?? 0) / rowHeight);
  const { tracks, least } = tracksOf(columns);
  const style = isCompact
    ? { "--tracks": "40px 1fr", "--least": "0" }
    : { "--tracks": `${tickWidth}px ${tracks}`, "--least": `${tickWidth + least}px` };
  return (
    <div ref={scroller} class={isCompact ? "rows jobs-rows compact" : "rows jobs-rows"} style={style}>
      {/* biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: its rows are moved in by keys, and selected */}
      <table role="grid" aria-label="Jobs" aria-rowcount={list.length + 1} aria-multiselectable="true">
        <thead class="jobs-top">
          <tr class="jobs-head" aria-rowindex={1}>
            <th class="jobs-tick">
              <input
                type="checkbox"
                aria-label="Select all jobs of the list"
                checked={count > 0 && count === list.length}
                indeterminate={count > 0 && count < list.length}
                onChange={() => select((before) => allOrNone(list, before))}
              />
            </th>
            {isCompact ? (
              <th>All</th>
            ) : (
              columns.map((column) => <Head key={column.name} column={column} sort={sort} sortBy={sortBy} />)
            )}
          </tr>
        </thead>
        <tbody class="jobs-body" style={{ height: `${total}px` }}>
          {items.map(({ index, start }) => {
            const number = list[index];
            if (number === undefined) return null;
            return (
              <Row
                key={number}
                number={number}
                job={rows.get(number)}
                index={index}
                start={start}
                isSelected={selection.selected.has(number)}
                isStop={index === stop}
                isCompact={isCompact}
                columns={columns}
                now={now}
                acts={acts}
              />
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function Head({ column, sort, sortBy }: { column: Column; sort: Sort; sortBy: (name: SortName) => void }) {
  const { title, sort: by, right } = column;
  const isIt = by !== undefined && sort.by === by;
  return (
    <th class={right ? "right" : undefined} aria-sort={isIt ? (sort.falls ? "descending" : "ascending") : undefined}>
      {by === undefined ? (
        title
      ) : (
        <button type="button" class="quiet" onClick={() => sortBy(by)}>
          {title}
          <span aria-hidden="true">{isIt ? (sort.falls ? "▾" : "▴") : ""}</span>
        </button>
      )}
    </th>
  );
}

/** What is in sight stays where it is when jobs come or go above it; another list begins at its top. */
function useStill(
  scroller: { current: HTMLElement | null },
  list: readonly number[],
  name: string,
  rowHeight: number,
): void {
  const before = useRef({ list, name, rowHeight });
  useLayoutEffect(() => {
    const was = before.current;
    before.current = { list, name, rowHeight };
    const element = scroller.current;
    if (!element || was.list === list || element.scrollTop === 0) return;
    if (was.name !== name) {
      element.scrollTop = 0;
      return;
    }
    const top = Math.floor(element.scrollTop / was.rowHeight);
    const now = list.indexOf(was.list[top] ?? 0);
    if (now >= 0) element.scrollTop += (now - top) * rowHeight;
  });
}
