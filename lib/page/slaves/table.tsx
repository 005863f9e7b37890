// The table of slaves: of ten thousand rows only those in sight are there.
import { Component } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Slave } from "../../client";
import { useKeys } from "../keys";
import { useVirtual } from "../parts/virtual";
import { goTo, hrefOf } from "../place";
import { columns } from "./columns";
import type { SortKey, sortOf } from "./filter";

const rowHeight = 34;
const headHeight = 32;

/** `rows`: those that are wanted, in their order, of `all`. `see` is told which are in sight. */
type TableProps = {
  rows: readonly Slave[];
  all: readonly Slave[];
  see: (ids: readonly number[]) => void;
  sort: ReturnType<typeof sortOf>;
  sortBy: (key: SortKey) => void;
  selected: ReadonlySet<number>;
  select: (selected: ReadonlySet<number>) => void;
};

export function SlaveTable({ rows, all, see, sort, sortBy, selected, select }: TableProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const { items, total, scrollTo } = useVirtual(scroller, {
    count: rows.length,
    rowHeight,
    above: headHeight,
    overscan: 6,
  });
  const refOf = useRefs(all);
  const [current, setCurrent] = useState<number>();
  const at = Math.max(
    0,
    rows.findIndex(({ id }) => id === current),
  );
  const focusing = useRef(false);
  useEffect(() => {
    see(items.flatMap(({ index }) => rows[index]?.id ?? []));
    if (!focusing.current) return;
    const row = scroller.current?.querySelector<HTMLElement>(`[data-id="${rows[at]?.id}"]`);
    if (!row) return;
    row.focus({ preventScroll: true });
    focusing.current = false;
  });

  const move = (to: number, extending: boolean) => {
    const next = Math.min(rows.length - 1, Math.max(0, to));
    if (extending) select(new Set([...selected, ...between(rows, at, next)]));
    setCurrent(rows[next]!.id);
    focusing.current = true;
    scrollTo(next);
  };
  const toggle = (index: number, extending = false) => {
    const { id } = rows[index]!;
    setCurrent(id);
    if (extending) return select(new Set([...selected, ...between(rows, at, index)]));
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    select(next);
  };
  const open = (index: number) => goTo(hrefOf(["slaves", refOf(rows[index]!)]));
  const isFocused = () => scroller.current?.contains(document.activeElement) ?? false;
  useKeys([
    {
      key: "ArrowDown",
      does: "Next slave, with Shift selected as well",
      act: ({ shiftKey }) => move(isFocused() ? at + 1 : at, shiftKey),
    },
    { key: "ArrowUp", does: "The one before", act: ({ shiftKey }) => move(at - 1, shiftKey) },
    { key: "PageDown", does: "", act: ({ shiftKey }) => move(at + 20, shiftKey) },
    { key: "PageUp", does: "", act: ({ shiftKey }) => move(at - 20, shiftKey) },
    { key: "Home", does: "", act: ({ shiftKey }) => move(0, shiftKey) },
    { key: "End", does: "", act: ({ shiftKey }) => move(rows.length - 1, shiftKey) },
    { key: "Enter", does: "Open the slave", act: () => open(at) },
    { key: " ", does: "Select the slave, or not any more", act: () => toggle(at) },
    { key: "Escape", does: "Select none", act: () => select(new Set()) },
  ]);

  const latest = useRef<Acts>({ setCurrent, toggle, open });
  latest.current = { setCurrent, toggle, open };
  const [acts] = useState<Acts>(() => ({
    setCurrent: (id) => latest.current.setCurrent(id),
    toggle: (index, extending) => latest.current.toggle(index, extending),
    open: (index) => latest.current.open(index),
  }));

  const areAll = rows.every(({ id }) => selected.has(id));
  return (
    <div ref={scroller} class="rows slaves-rows">
      <table aria-label="Slaves" aria-rowcount={rows.length + 1}>
        <thead>
          <tr class="slaves-row slaves-head" aria-rowindex={1}>
            <th>
              <input
                type="checkbox"
                aria-label="Select all of these"
                checked={areAll}
                onChange={() => select(areAll ? new Set() : new Set(rows.map(({ id }) => id)))}
              />
            </th>
            {columns.map(({ key, title, shown, right }) => (
              <th
                key={key}
                class={`${shown} ${right ? "right" : ""}`}
                aria-sort={sort.key === key ? (sort.falls ? "descending" : "ascending") : undefined}
              >
                <button type="button" class="quiet" onClick={() => sortBy(key)}>
                  {title}
                  {sort.key === key && <span aria-hidden="true">{sort.falls ? "▾" : "▴"}</span>}
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody class="slaves-body" style={{ height: `${total}px` }}>
          {items.map(({ index, start }) => {
            const slave = rows[index];
            return (
              slave && (
                <Row
                  key={slave.id}
                  slave={slave}
                  name={refOf(slave)}
                  index={index}
                  start={start}
                  isSelected={selected.has(slave.id)}
                  isCurrent={index === at}
                  acts={acts}
                />
              )
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

type Acts = {
  setCurrent: (id: number) => void;
  toggle: (index: number, extending: boolean) => void;
  open: (index: number) => void;
};

type RowProps = {
  slave: Slave;
  /** By what it is reached. */
  name: string;
  index: number;
  start: number;
  isSelected: boolean;
  isCurrent: boolean;
  acts: Acts;
};

/** A row is drawn again only when something of it is another: while one scrolls most stay. */
class Row extends Component<RowProps> {
  override shouldComponentUpdate(next: RowProps): boolean {
    return (Object.keys(next) as (keyof RowProps)[]).some((key) => next[key] !== this.props[key]);
  }

  render({ slave, name, index, start, isSelected, isCurrent, acts }: RowProps) {
    const now = Date.now();
    return (
      <tr
        class={`slaves-row ${isSelected ? "selected" : ""} ${slave.state === "online" ? "" : "away"}`}
        aria-rowindex={index + 2}
        data-id={slave.id}
        tabIndex={isCurrent ? 0 : -1}
        style={{ transform: `translateY(${start}px)` }}
        onClick={() => acts.setCurrent(slave.id)}
        onDblClick={() => acts.open(index)}
      >
        <td>
          <input
            type="checkbox"
            aria-label={`Select ${slave.name}`}
            tabIndex={-1}
            checked={isSelected}
            onClick={(event) => {
              event.stopPropagation();
              acts.toggle(index, event.shiftKey);
            }}
          />
        </td>
        {columns.map(({ key, shown, right, of }) => (
          <td key={key} class={`${shown} ${right ? "right" : ""}`}>
            {of(slave, { ref: name, now })}
          </td>
        ))}
      </tr>
    );
  }
}

/** By what each is reached: its name, and its number where several have that name, or where it would be taken for a number. */
function useRefs(slaves: readonly Slave[]): (slave: Slave) => string {
  const names = useMemo(() => {
    const count = new Map<string, number>();
    for (const { name } of slaves) count.set(name, (count.get(name) ?? 0) + 1);
    return count;
  }, [slaves]);
  return ({ id, name }) => (names.get(name) === 1 && !/^\d+$/.test(name) ? name : `${id}`);
}

function between(rows: readonly Slave[], some: number, other: number): number[] {
  return rows.slice(Math.min(some, other), Math.max(some, other) + 1).map(({ id }) => id);
}
