// Of a long list only the rows that are in sight: TanStack's virtualizer for Preact.
import {
  elementScroll,
  observeElementOffset,
  observeElementRect,
  type VirtualItem,
  Virtualizer,
} from "@tanstack/virtual-core";
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useReducer, useState } from "preact/hooks";

/** `total`: height of all rows, px. `items`: those in sight and a few round them; `start` is their distance from the top, px. */
export type Virtual = { items: VirtualItem[]; total: number; scrollTo: (index: number) => void };

/**
 * Rows of one height, px, in an element that scrolls; `above`: what stands over the first row in it, px. `overscan`: so many are there
 * before they come into sight.
 */
export function useVirtual(
  scroller: RefObject<HTMLElement | null>,
  {
    count,
    rowHeight,
    above = 0,
    overscan = 12,
  }: { count: number; rowHeight: number; above?: number; overscan?: number },
): Virtual {
  const [, changed] = useReducer((times: number) => times + 1, 0);
  const options = {
    count,
    estimateSize: () => rowHeight,
    getScrollElement: () => scroller.current,
    observeElementRect,
    observeElementOffset,
    scrollToFn: elementScroll,
    // What stands over the rows moves them down, and hides none of them above.
    scrollPaddingEnd: above,
    overscan,
    onChange: () => changed(undefined),
  };
  const [virtualizer] = useState(() => new Virtualizer<HTMLElement, Element>(options));
  virtualizer.setOptions(options);
  useEffect(() => virtualizer._didMount(), []);
  useLayoutEffect(() => virtualizer._willUpdate());
  useLayoutEffect(() => virtualizer.measure(), [rowHeight]);
  return {
    items: virtualizer.getVirtualItems(),
    total: virtualizer.getTotalSize(),
    scrollTo: (index) => virtualizer.scrollToIndex(index, { align: "auto" }),
  };
}
