// Where a person writes what to find, and what was found.
import type { RefObject } from "preact";
import { grouped } from "../words";
import type { Search } from "./search";

export type FindFieldProps = {
  field: RefObject<HTMLInputElement | null>;
  wanted: string;
  search: Search | undefined;
  find: (text: string) => void;
  leave: () => void;
};

export function FindField({ field, wanted, search, find, leave }: FindFieldProps) {
  const asked = (text: string, direction: 1 | -1) => {
    if (text === "") leave();
    else if (search && text === wanted) search.go(direction);
    else find(text);
  };
  return (
    <search class="log-find">
      <input
        ref={field}
        type="search"
        aria-label="Find in the log"
        placeholder="Find text or /regex/"
        defaultValue={wanted}
        spellcheck={false}
        autocomplete="off"
        onKeyDown={(event) => {
          const { key, shiftKey, currentTarget } = event;
          if (key === "Enter") asked(currentTarget.value, shiftKey ? -1 : 1);
          else if (key === "Escape" && search?.runs) search.stop();
          else if (key === "Escape") leave();
          else return;
          event.preventDefault();
          if (key === "Escape" && !search?.runs) currentTarget.blur();
        }}
      />
      <button type="button" aria-label="Find next" onClick={() => asked(field.current!.value, 1)}>
        ↓
      </button>
      <button type="button" aria-label="Find previous" onClick={() => asked(field.current!.value, -1)}>
        ↑
      </button>
      {search?.runs && (
        <button type="button" onClick={() => search.stop()}>
          Stop
        </button>
      )}
      <span class="log-found" role="status">
        {search && foundWords(search, "line")}
      </span>
    </search>
  );
}

/** How many lines were found, which one of them is shown, and how far the search is. */
export function foundWords({ hits, runs, done, total, problem, current, isVain }: Search, what: string): string {
  if (isVain) return `No ${what} found`;
  const several = hits.count === 1 ? what : `${what}s`;
  const nth = current === undefined ? undefined : hits.nth(current);
  const found =
    nth === undefined ? `${grouped(hits.count)} ${several}` : `${grouped(nth)} of ${grouped(hits.count)} ${several}`;
  if (runs) return `${found} so far, ${Math.floor((done / Math.max(1, total)) * 100)} %`;
  return problem === undefined ? found : `${found}. ${problem}`;
}
