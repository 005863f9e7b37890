// Which frames of a map are picked, and where its cursor is.
import { useRef, useState } from "preact/hooks";
import { holds, setOf, without } from "../../sets";
import type { Board } from "./cells";
import { between, type Selection, wholeTasks } from "./selection";

/** `per`: frames that a cell stands for; what is picked are all frames of cells, and of the tasks that they are of. */
export function usePicking(board: Board, per: () => number) {
  const [picked, setPicked] = useState<Selection>([]);
  const [cursor, setCursor] = useState<number>();
  /** Where a range begins that Shift makes longer, and what was picked before it. */
  const anchor = useRef<number | undefined>(undefined);
  const before = useRef<Selection>([]);
  const cellsBetween = (from: number, to: number) => wholeTasks(board, between(board, from, to, per()));
  return {
    picked,
    cursor,
    set: (chosen: Selection) => setPicked(wholeTasks(board, chosen)),
    clear() {
      anchor.current = undefined;
      setPicked([]);
    },
    /** A drag begins, beside what is picked or in its place. */
    begin(adds: boolean) {
      before.current = adds ? picked : [];
    },
    drag(from: number, to: number) {
      anchor.current = from;
      setCursor(to);
      setPicked(setOf([...before.current, ...cellsBetween(from, to)]));
    },
    /** A click: once more on the only one that is picked drops it. */
    click(position: number, how: "alone" | "more" | "reach") {
      setCursor(position);
      const from = how === "reach" ? (anchor.current ?? position) : position;
      anchor.current = from;
      const chosen = cellsBetween(from, position);
      const isPicked = holds(picked, position) && (how === "more" || (how === "alone" && picked.length === 1));
      if (how !== "alone") setPicked(isPicked ? without(picked, chosen) : setOf([...picked, ...chosen]));
      else setPicked(isPicked && String(picked) === String(chosen) ? [] : chosen);
    },
    /** The cursor goes to a position, `from` another one; with `reaches` all between is picked. */
    move(from: number, to: number, reaches: boolean) {
      anchor.current = reaches ? (anchor.current ?? from) : to;
      setCursor(to);
      if (reaches) setPicked(cellsBetween(anchor.current, to));
    },
    point: setCursor,
  };
}
