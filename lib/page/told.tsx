// What the page says of what a person did: a line at the bottom, with a way back where there is one.
import { useEffect, useReducer } from "preact/hooks";
import { wordsOf } from "./farm-client";

/** `undo` takes back what was done; what it throws is told. */
export type Telling = { text: string; bad?: boolean; undo?: (() => Promise<unknown>) | undefined };

const lastMs = 8000;
const most = 4;
let tellings: { id: number; telling: Telling }[] = [];
let count = 0;
let changed = () => {};

/** Says it for some seconds. */
export function tell(telling: Telling): void {
  const id = ++count;
  tellings = [...tellings.slice(1 - most), { id, telling }];
  changed();
  setTimeout(() => drop(id), telling.bad || telling.undo ? lastMs * 2 : lastMs);
}

/** Does something that a person asked for, and tells what went wrong. Returns whether nothing did. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    tell({ text: wordsOf(error), bad: true });
    return false;
  }
}

function drop(id: number): void {
  tellings = tellings.filter((one) => one.id !== id);
  changed();
}

/** Where it is said. */
export function Tellings() {
  const [, again] = useReducer((times: number) => times + 1, 0);
  useEffect(() => {
    changed = () => again(undefined);
    return () => {
      changed = () => {};
    };
  }, []);
  return (
    <div class="tellings" role="status" aria-live="polite">
      {tellings.map(({ id, telling: { text, bad, undo } }) => (
        <div key={id} class={bad ? "telling bad" : "telling"}>
          <span>{text}</span>
          {undo && (
            <button
              type="button"
              onClick={() => {
                drop(id);
                void attempt(undo);
              }}
            >
              Undo
            </button>
          )}
          <button type="button" class="quiet" aria-label="Close" onClick={() => drop(id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  );
}
