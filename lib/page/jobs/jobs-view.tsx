// All jobs of the farm: found, sorted, selected, and many of them changed at once.
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { wordsOf } from "../farm-client";
import { useKeys } from "../keys";
import { goTo, hrefOf, type Place, placeOf } from "../place";
import { counted, grouped } from "../words";
import { ColumnChoice } from "./column-choice";
import { columns, useColumns } from "./columns";
import { formatWish, parseWish } from "./filter";
import { FilterField } from "./filter-field";
import { useJobList } from "./list";
import { SelectedJobs } from "./selected";
import { howMany, nothing, without } from "./selection";
import { formatSort, parseSort, type Sort, type SortName, sortedBy } from "./sort";
import { JobTable } from "./table";
import "./jobs.css";

export function JobsView({ place: { query } }: { place: Place }) {
  const sort = parseSort(query.sort);
  const { wish, problem } = useMemo(() => parseWish(query.q ?? ""), [query.q]);
  const jobs = useJobList(problem === undefined ? wish : undefined, sort);
  const { numbers, list, rows, error, again } = jobs;
  const [selection, select] = useState(nothing);
  const [shown, choose] = useColumns();
  const [isChoosing, setIsChoosing] = useState(false);
  const isCompact = useNarrow();
  const now = useMinute();
  const field = useRef<HTMLInputElement>(null);
  const grid = useRef<HTMLDivElement>(null);
  const remove = useRef(() => {});
  useKeys([{ key: "/", does: "Filter the jobs", act: () => field.current?.select() }]);
  // What is selected and not to be seen any more would be changed unseen.
  useEffect(() => select(nothing), [formatWish(wish)]);

  // What is written takes its time: the rest of the address is the one of then.
  const go = (next: { q?: string; sort?: string }) => {
    const { q, sort } = { ...placeOf(location.hash).query, ...next };
    goTo(hrefOf(["jobs"], { q, sort }), { replace: true });
  };
  const sortBy = (next: Sort) => go({ sort: formatSort(next) });
  const { size } = selection.selected;
  const missing = useMemo(() => size - howMany(list, selection), [list, selection.selected]);
  const done = (jobs: readonly number[], gone: boolean) => {
    rows.touch(jobs);
    if (!gone) return;
    select((before) => without(before, jobs));
    again();
  };
  return (
    <div class="jobs" ref={grid}>
      <div class="head">
        <h1>Jobs</h1>
        <FilterField
          field={field}
          text={query.q ?? ""}
          wish={(text) => go({ q: text })}
          leave={() => grid.current?.querySelector<HTMLElement>(".jobs-row[tabindex='0']")?.focus()}
        />
        {isCompact && <SortChoice sort={sort} sortBy={sortBy} />}
        {!isCompact && (
          <button type="button" onClick={() => setIsChoosing(true)}>
            Columns…
          </button>
        )}
      </div>
      <SelectedJobs
        selected={selection.selected}
        missing={missing}
        clear={() => select(nothing)}
        done={done}
        remove={remove}
      >
        <p class="jobs-bar muted" role="status">
          {numbers && countOf(numbers)}
        </p>
      </SelectedJobs>
      {error !== undefined && (
        <p class="problem" role="alert">
          {wordsOf(error)}{" "}
          <button type="button" onClick={again}>
            Try again
          </button>
        </p>
      )}
      {numbers?.total === 0 && <Empty isFiltered={jobs.isFiltered} clear={() => go({ q: "" })} />}
      {list.length > 0 && (
        <JobTable
          key={`${isCompact}`}
          list={list}
          listName={jobs.name}
          rows={rows}
          columns={shown}
          isCompact={isCompact}
          now={now}
          sort={sort}
          sortBy={(by: SortName) => sortBy(sortedBy(sort, by))}
          selection={selection}
          select={select}
          remove={() => remove.current()}
        />
      )}
      {isChoosing && <ColumnChoice shown={shown} choose={choose} close={() => setIsChoosing(false)} />}
    </div>
  );
}

function Empty({ isFiltered, clear }: { isFiltered: boolean; clear: () => void }) {
  return isFiltered ? (
    <p class="jobs-empty">
      No job is like that.{" "}
      <button type="button" onClick={clear}>
        Show all jobs
      </button>
    </p>
  ) : (
    <p class="jobs-empty">
      There are no jobs yet. <a href={hrefOf(["submit"])}>Submit one</a>
    </p>
  );
}

function SortChoice({ sort, sortBy }: { sort: Sort; sortBy: (sort: Sort) => void }) {
  const ways = columns.flatMap(({ sort: by, title }) =>
    by === undefined ? [] : [true, false].map((falls) => ({ by, falls, title: `${title} ${falls ? "▾" : "▴"}` })),
  );
  return (
    <select
      aria-label="Sort by"
      value={formatSort(sort)}
      onChange={({ currentTarget }) => sortBy(parseSort(currentTarget.value))}
    >
      {ways.map((way) => (
        <option key={formatSort(way)} value={formatSort(way)}>
          {way.title}
        </option>
      ))}
    </select>
  );
}

function countOf({ jobs, total }: { jobs: readonly number[]; total: number }): string {
  if (total > jobs.length) return `${counted(total, "job")}, of which the first ${grouped(jobs.length)} are listed`;
  return counted(total, "job");
}

/** Whether there is no room for columns. */
function useNarrow(): boolean {
  const [media] = useState(() => matchMedia("(max-width: 700px)"));
  const [isNarrow, setIsNarrow] = useState(media.matches);
  useEffect(() => {
    const changed = () => setIsNarrow(media.matches);
    media.addEventListener("change", changed);
    return () => media.removeEventListener("change", changed);
  }, []);
  return isNarrow;
}

/** Now, ms; another one each minute. */
function useMinute(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const every = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(every);
  }, []);
  return now;
}
