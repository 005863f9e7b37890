// Whether a slave's log folder is the master's as well.
import { readMarker } from "../local/log-marker";

/** Tells of a master's folder whether it is this one; looked at anew after a while, since shared storage may come and go. */
export function sharing(logs: string, freshMs: number): (store: string) => boolean {
  let known: { store: string; is: boolean; until: number } | undefined;
  return (store) => {
    const now = performance.now();
    if (known?.store !== store || now > known.until)
      known = { store, is: readMarker(logs)?.store === store, until: now + freshMs };
    return known.is;
  };
}
