// Keys that do something wherever one is in the page, and the list of them.
import { useEffect, useState } from "preact/hooks";
import { Dialog } from "./asked";

/** A key as browsers name it, with Ctrl (or Cmd) or without, what it does in words, and the doing. */
export type Key = { key: string; ctrl?: boolean; does: string; act: (event: KeyboardEvent) => void };

/** `depth`: a part of the page is drawn after the one that it is in. */
type KeySet = { depth: number; current: readonly Key[] };

const sets = new Set<KeySet>();
let drawn = 0;
const byDepth = (a: KeySet, b: KeySet) => a.depth - b.depth;

/** These keys do something while a part of the page is there. Not while a person writes into a field, or a dialog is open. */
export function useKeys(keys: readonly Key[]): void {
  const [latest] = useState<KeySet>(() => ({ depth: ++drawn, current: keys }));
  latest.current = keys;
  useEffect(() => {
    sets.add(latest);
    return () => void sets.delete(latest);
  }, []);
}

/** Listens to keys for all parts of the page. Returns what ends it. */
export function listenToKeys(): () => void {
  const pressed = (event: KeyboardEvent) => {
    if (event.altKey || event.defaultPrevented) return;
    const withCtrl = event.ctrlKey || event.metaKey;
    const target = event.target as HTMLElement | null;
    const isTicked = target?.matches("input[type=checkbox], input[type=radio]");
    if (target?.closest("input, textarea, select, dialog, [contenteditable]") && !isTicked) return;
    // What is pressed by these keys keeps them.
    if ((event.key === "Enter" || event.key === " ") && (isTicked || target?.closest("button, a, summary"))) return;
    // What was drawn last is on top.
    for (const keys of [...sets].sort(byDepth).reverse()) {
      const key = keys.current.find(({ key, ctrl = false }) => key === event.key && ctrl === withCtrl);
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
  // Of two that have the same key only the one that it acts on.
  const own = ({ key, ctrl = false }: Key) => `${ctrl} ${key}`;
  const acting = new Map([...sets].sort(byDepth).flatMap(({ current }) => current.map((one) => [own(one), one])));
  const keys = [...acting.values()].filter(({ does }) => does !== "");
  return (
    <Dialog title="Keys" close={close}>
      <dl class="keys">
        {keys.map(({ key, ctrl, does }) => (
          <div key={`${key} ${does}`}>
            <dt>
              {ctrl && <kbd>Ctrl</kbd>}
              <kbd>{shown[key] ?? (ctrl ? key.toUpperCase() : key)}</kbd>
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
