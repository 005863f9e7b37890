// How much of a log fits into its place.
import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

/** Left of the text, px; the same in log.css. */
const marginPx = 84;

/** `height` in px; `columns`: so many letters of a line stand side by side. */
export function useMeasure(scroller: RefObject<HTMLElement | null>): { height: number; columns: number } {
  const [size, setSize] = useState({ height: 600, columns: 100 });
  useLayoutEffect(() => {
    const element = scroller.current!;
    const letter = letterWidth(element);
    const measure = () => {
      const height = element.clientHeight;
      const columns = Math.max(10, Math.floor((element.clientWidth - marginPx) / letter));
      setSize((before) => (before.height === height && before.columns === columns ? before : { height, columns }));
    };
    const sized = new ResizeObserver(measure);
    sized.observe(element);
    measure();
    return () => sized.disconnect();
  }, []);
  return size;
}

function letterWidth(element: HTMLElement): number {
  const probe = document.createElement("span");
  probe.className = "log-text log-probe";
  probe.textContent = "0".repeat(100);
  element.append(probe);
  const { width } = probe.getBoundingClientRect();
  probe.remove();
  return width / 100 || 8;
}
