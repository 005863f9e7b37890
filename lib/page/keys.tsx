// Keys that do something wherever one is in the page, and the list of them.
import { useEffect, useRef } from "preact/hooks";
import { Dialog } from "./asked";

/** A key as browsers name it, what it does in words, and the doing. */
export type Key = { key: string; does: string; act: (event: KeyboardEvent) => void };

const sets = new Set<{ current: readonly Key[] }>();

/** These keys do something while a part of the page is there. Not while a person writes into a field, or a dialog is open. */
export function useKeys(keys: readonly Key[]): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    sets.add(latest);
    return () => void sets.delete(latest);
  }, []);
}

/** Listens to keys for all parts of the page. Returns what ends it. */
export function listenToKeys(): () => void {
  const pressed = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement | null;
    if (target?.closest("input, textarea, select, dialog, [contenteditable]")) return;
    // What came last is on top.
    for (const keys of [...sets].reverse()) {
      const key = keys.current.find((one) => one.key === event.key);
      if (!key) continue;
      event.preventDefault();
      key.act(event);
      return;
    }
  };
  document.addEventListener("keydown", pressed);
  return () => document.removeEventListener("keydown", pressed);
}

const shown: Record<string, string> = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→", " ": "Space" };

/** The list of keys that do something here and now. */
export function KeyList({ close }: { close: () => void }) {
  const keys = [...sets].flatMap((one) => [...one.current]).filter(({ does }) => does !== "");
  return (
    <Dialog title="Keys" close={close}>
      <dl class="keys">
        {keys.map(({ key, does }) => (
          <div key={`${key} ${does}`}>
            <dt>
              <kbd>{shown[key] ?? key}</kbd>
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <div class="choices">
        <button type="button" onClick={close} autofocus>
          Close
        </button>
      </div>
    </Dialog>
  );
}
