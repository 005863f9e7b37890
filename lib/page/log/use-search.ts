// What a person looks for in a log, kept in the address.
import { useEffect, useState } from "preact/hooks";
import { goTo, hrefOf, placeOf } from "../place";
import { tell } from "../told";
import { finderOf } from "./find";
import type { LogName } from "./looking";
import { Search, type Seeker } from "./search";

/** So often it is looked at what was written since, ms. */
const growMs = 1000;

/** `isRead`: whether there is something to look through. */
export function useSearch(log: LogName, wanted: string, seeker: Seeker, isRead: boolean) {
  const [search, setSearch] = useState<Search>();
  const keep = (find: string | undefined) => {
    const { path, query } = placeOf(location.hash);
    goTo(hrefOf(path, { ...query, find }), { replace: true });
  };
  const begin = (text: string) => {
    search?.close();
    try {
      finderOf(text);
    } catch (error) {
      return tell({ text: (error as Error).message, bad: true });
    }
    const begun = new Search(log, { find: text }, seeker);
    setSearch(begun);
    void begun.begin();
  };
  useEffect(() => {
    if (isRead && wanted !== "" && !search) begin(wanted);
  }, [isRead]);
  useEffect(() => () => search?.close(), [search]);
  useGrowth(search);
  return {
    search,
    find(text: string) {
      keep(text);
      begin(text);
    },
    leave() {
      search?.close();
      setSearch(undefined);
      keep(undefined);
    },
  };
}

/** Looks at what is written meanwhile, when all else has been looked through. */
export function useGrowth(search: Search | undefined): void {
  useEffect(() => {
    const every = setInterval(() => void search?.grow(), growMs);
    return () => clearInterval(every);
  }, [search]);
}
