// Which jobs the list has, and what those in sight are like: read again when something happened to them.
import { useEffect, useReducer, useRef, useState } from "preact/hooks";
import type { JobNumbers } from "../../client";
import { farm, isSignedOut } from "../farm-client";
import { live } from "../live";
import { useRead } from "../read";
import { readJobs } from "./acts";
import { formatWish, type Wish } from "./filter";
import { JobRows } from "./rows";
import { changesList, formatSort, type Sort } from "./sort";

/** Lists are read again so often at most, ms: long ones are some hundred kilobytes. */
const restMs = { short: 2000, long: 5000 };
const longList = 20_000;

/** `name`: another one for another filter or order; until that is read, `numbers` are those of the list before. */
export type JobList = {
  name: string;
  numbers: JobNumbers | undefined;
  rows: JobRows;
  error: unknown;
  again: () => void;
};

/** The jobs of a wish; while it is undefined, those of the wish before. */
export function useJobList(wish: Wish | undefined, sort: Sort): JobList {
  const shown = useRef<{ name: string; numbers: JobNumbers } | undefined>(undefined);
  const name = wish && `${formatSort(sort)} ${formatWish(wish)}`;
  const read = useRead(wish && (() => farm.jobNumbers({ ...wish, sort: formatSort(sort) })), [name], {
    on: (news) => wish !== undefined && changesList(news, wish, sort),
    restMs: (shown.current?.numbers.jobs.length ?? 0) > longList ? restMs.long : restMs.short,
  });
  if (read.value && name !== undefined) shown.current = { name, numbers: read.value };
  const { rows, error } = useRows();
  return {
    name: shown.current?.name ?? "",
    numbers: shown.current?.numbers,
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
