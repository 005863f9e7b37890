// The one field in which a person says which jobs they want to see, with words to go on with.
import type { RefObject } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { farm } from "../farm-client";
import { useRead } from "../read";
import { formatWish, parseWish, suggest } from "./filter";

/** It is waited so long for the next letter before anything is read, ms. */
const patienceMs = 250;

/** `text`: as the address has it. `wish` is called with what was written, once it is understood; `leave`: on to the list. */
export type FilterFieldProps = {
  field: RefObject<HTMLInputElement | null>;
  text: string;
  wish: (text: string) => void;
  leave: () => void;
};

export function FilterField({ field, text, wish, leave }: FilterFieldProps) {
  const [written, setWritten] = useState(text);
  const [caret, setCaret] = useState<number>();
  const [chosen, setChosen] = useState(-1);
  const isOpen = caret !== undefined;
  const kinds = useRead(isOpen ? farm.kinds : undefined, ["kinds"]).value;
  const { from, words } = isOpen
    ? suggest(written, caret, { kind: kinds?.map(({ name }) => name) ?? [] })
    : { from: 0, words: [] };
  const { problem } = parseWish(written);
  const id = useId();

  const told = useRef(text);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  // Another filter came with the address: somebody went back, or followed a link.
  useEffect(() => {
    if (text === told.current) return;
    told.current = text;
    clearTimeout(timer.current);
    setWritten(text);
  }, [text]);
  useEffect(() => () => clearTimeout(timer.current), []);
  const settle = (now: string) => {
    clearTimeout(timer.current);
    const { wish: meant, problem } = parseWish(now);
    const next = formatWish(meant);
    if (problem !== undefined || next === told.current) return;
    told.current = next;
    wish(next);
  };

  const write = (now: string, at: number) => {
    setWritten(now);
    setCaret(at);
    setChosen(-1);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => settle(now), patienceMs);
  };
  const take = (word: string) => {
    const rest = written.slice(caret);
    const blank = word.endsWith(":") || rest.startsWith(" ") ? "" : " ";
    const now = written.slice(0, from) + word + blank + rest;
    const at = from + word.length + blank.length;
    write(now, at);
    queueMicrotask(() => field.current?.setSelectionRange(at, at));
  };
  const pressed = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (words.length === 0) return;
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      setChosen((before) => ((before + step + words.length + 1 + 1) % (words.length + 1)) - 1);
    } else if (event.key === "Tab" && !event.shiftKey && chosen >= 0) {
      event.preventDefault();
      take(words[chosen]!);
    } else if (event.key === "Enter") {
      event.preventDefault();
      if (chosen >= 0) return take(words[chosen]!);
      settle(written);
      leave();
    } else if (event.key === "Escape") {
      event.preventDefault();
      if (chosen >= 0) setChosen(-1);
      else if (written !== "") {
        write("", 0);
        settle("");
      } else leave();
    }
  };
  return (
    <div class="jobs-filter">
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-label="Filter"
        aria-autocomplete="list"
        aria-expanded={words.length > 0}
        aria-controls={`${id}-words`}
        aria-activedescendant={chosen >= 0 ? `${id}-${chosen}` : undefined}
        aria-invalid={problem !== undefined}
        aria-describedby={`${id}-problem`}
        placeholder="owner:ana state:failed,running pool:maya shot*"
        autocomplete="off"
        autocapitalize="off"
        spellcheck={false}
        value={written}
        onInput={({ currentTarget }) =>
          write(currentTarget.value, currentTarget.selectionStart ?? currentTarget.value.length)
        }
        onClick={({ currentTarget }) => setCaret(currentTarget.selectionStart ?? undefined)}
        onFocus={({ currentTarget }) => setCaret(currentTarget.value.length)}
        onBlur={() => {
          setCaret(undefined);
          setChosen(-1);
        }}
        onKeyDown={pressed}
      />
      {written !== "" && (
        <button
          type="button"
          class="quiet"
          aria-label="Clear the filter"
          onClick={() => {
            write("", 0);
            settle("");
            field.current?.focus();
          }}
        >
          ×
        </button>
      )}
      <div
        id={`${id}-words`}
        role="listbox"
        aria-label="Words to go on with"
        class="jobs-words"
        hidden={words.length === 0}
      >
        {words.map((word, at) => (
          <div
            key={word}
            id={`${id}-${at}`}
            role="option"
            tabIndex={-1}
            aria-selected={at === chosen}
            onMouseDown={(event) => {
              event.preventDefault();
              take(word);
            }}
          >
            {word}
          </div>
        ))}
      </div>
      <p id={`${id}-problem`} class="problem" role="status">
        {/* Who is still being helped is not told off. */}
        {words.length === 0 && problem}
      </p>
    </div>
  );
}
