// All slaves of the farm: a table of which only the rows in sight are there.
import { useMemo, useRef, useState } from "preact/hooks";
import type { Slave } from "../../client";
import { wordsOf } from "../farm-client";
import { useKeys } from "../keys";
import { goTo, hrefOf, type Place } from "../place";
import { grouped } from "../words";
import { useCrowd } from "./crowd";
import { filterFields, slaveFilter, sorted, sortOf } from "./filter";
import { SelectedSlaves } from "./selected";
import { SlaveTable } from "./table";
import { takenByOthers } from "./way";
import "./slaves.css";

export function SlavesView({ place: { query } }: { place: Place }) {
  const crowd = useCrowd();
  const [selected, setSelected] = useState<ReadonlySet<number>>(new Set());
  const text = query.q ?? "";
  const sort = sortOf(query.sort);
  const go = (next: { q?: string; sort?: string }) =>
    goTo(hrefOf(["slaves"], { ...query, ...next }), { replace: true });
  const { wants, problem } = useMemo(() => slaveFilter(text), [text]);
  const all = useMemo(() => [...(crowd.slaves?.values() ?? [])], [crowd.slaves]);
  const inOrder = useMemo(() => sorted(all, sort), [all, sort.key, sort.falls]);
  const rows = useMemo(() => inOrder.filter(wants), [inOrder, wants]);
  const chosen = useMemo(() => all.filter(({ id }) => selected.has(id)), [all, selected]);
  const field = useRef<HTMLInputElement>(null);
  useKeys([
    {
      key: "/",
      does: "Filter",
      act() {
        field.current?.focus();
        field.current?.select();
      },
    },
  ]);
  return (
    <div class="slaves">
      <div class="head">
        <h1>Slaves</h1>
        <input
          ref={field}
          type="search"
          class="slaves-filter"
          aria-label="Filter"
          aria-describedby="slaves-problem"
          placeholder="state:lost pool:maya os:linux rack*"
          title={`Fields: ${filterFields.join(", ")}; - in front: not`}
          value={text}
          spellcheck={false}
          onInput={(event) => go({ q: event.currentTarget.value })}
          onKeyDown={(event) => {
            if (!["ArrowDown", "Enter", "Escape"].includes(event.key)) return;
            event.preventDefault();
            event.currentTarget.blur();
            if (event.key !== "Escape") document.querySelector<HTMLElement>(".slaves-body tr[tabindex='0']")?.focus();
          }}
        />
        <span class="muted" role="status">
          {crowd.slaves && summary(rows, all)}
        </span>
        {problem !== undefined && (
          <span id="slaves-problem" class="problem">
            {problem}
          </span>
        )}
      </div>
      {crowd.error !== undefined && <p class="problem">{wordsOf(crowd.error)}</p>}
      {chosen.length > 0 && <SelectedSlaves slaves={chosen} clear={() => setSelected(new Set())} done={crowd.again} />}
      {crowd.slaves && all.length === 0 && (
        <p class="muted">
          No slaves: start one on each machine with <code>drqueue slave --master THIS_MACHINE</code>.
        </p>
      )}
      {all.length > 0 && rows.length === 0 && <p class="muted">No slave is like that.</p>}
      {rows.length > 0 && (
        <SlaveTable
          rows={rows}
          all={all}
          see={crowd.see}
          sort={sort}
          sortBy={(key) => go({ sort: sort.key === key && !sort.falls ? `-${key}` : key })}
          selected={selected}
          select={setSelected}
        />
      )}
    </div>
  );
}

function summary(rows: readonly Slave[], all: readonly Slave[]): string {
  const online = rows.filter(({ state }) => state === "online");
  const sum = (of: (slave: Slave) => number) => online.reduce((total, slave) => total + of(slave), 0);
  const slots = sum((slave) => slave.settings.slots - takenByOthers(slave));
  const count = rows.length === all.length ? grouped(all.length) : `${grouped(rows.length)} of ${grouped(all.length)}`;
  return `${count}, ${grouped(online.length)} online, ${grouped(sum(({ running }) => running))} of ${grouped(slots)} slots busy`;
}
