// Which jobs the list has, and what those in sight are like: read again when something happened to them.
import { useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import type { JobNumbers } from "../../client";
import { farm, isSignedOut } from "../farm-client";
import { live } from "../live";
import { useRead } from "../read";
import { readJobs } from "./acts";
import { formatWish, type Wish } from "./filter";
import { JobRows } from "./rows";
import { changesList, formatSort, type Sort } from "./sort";

/** A list is read again so often at most, ms: a long one has some hundred kilobytes. */
const restMs = (length: number) => Math.min(5000, 1000 + length / 20);

const none: readonly number[] = [];

/** So many are shown before it is known which there are in all. */
const firstOnes = 60;

/**
 * `name`: another one for another filter or order; until that is read, all of this is of the list before. `list`: their numbers, at the
 * very first those of the first ones alone.
 */
export type JobList = {
  name: string;
  isFiltered: boolean;
  numbers: JobNumbers | undefined;
  list: readonly number[];
  rows: JobRows;
  error: unknown;
  again: () => void;
};

/** The jobs of a wish; while it is undefined, those of the wish before. */
export function useJobList(wish: Wish | undefined, sort: Sort): JobList {
  const shown = useRef<{ name: string; isFiltered: boolean; numbers: JobNumbers } | undefined>(undefined);
  const name = wish && `${formatSort(sort)} ${formatWish(wish)}`;
  const read = useRead(wish && (() => farm.jobNumbers({ ...wish, sort: formatSort(sort) })), [name], {
    on: (news) => wish !== undefined && changesList(news, wish, sort),
    restMs: restMs(shown.current?.numbers.jobs.length ?? 0),
  });
  if (read.value && wish) shown.current = { name: name!, isFiltered: formatWish(wish) !== "", numbers: read.value };
  const { rows, error } = useRows();
  const first = useRead(
    wish && !shown.current ? () => farm.jobs({ ...wish, sort: formatSort(sort), limit: firstOnes }) : undefined,
    ["first", name],
  );
  const firstNumbers = useMemo(() => {
    if (first.value) rows.learn(first.value);
    return first.value?.map(({ id }) => id) ?? none;
  }, [first.value, rows]);
  return {
    name: shown.current?.name ?? "",
    isFiltered: shown.current?.isFiltered ?? false,
    numbers: shown.current?.numbers,
    list: shown.current?.numbers.jobs ?? firstNumbers,
    rows,
    error: read.error ?? error,
    again: read.again,
  };
}

function useRows(): { rows: JobRows; error: unknown } {
  const [, changed] = useReducer((times: number) => times + 1, 0);
  const error = useRef<unknown>(undefined);
  const [rows] = useState(
    () =>
      new JobRows(readJobs, (thrown) => {
        error.current = thrown;
        if (isSignedOut(thrown)) window.dispatchEvent(new Event("drqueue:signed-out"));
        changed(undefined);
      }),
  );
  useEffect(() => {
    const unfollow = live.follow((news) => {
      if (news.type === "reset") rows.touch();
      else if (news.job !== null) rows.touch([news.job]);
    });
    return () => {
      unfollow();
      rows.close();
    };
  }, []);
  return { rows, error: error.current };
}
