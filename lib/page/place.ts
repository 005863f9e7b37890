// Where in the page a person is, as the address says behind its #: so that it can be kept, sent and gone back to.
import { useEffect, useState } from "preact/hooks";

/** Words of the path, and what stands behind the question mark. */
export type Place = { path: readonly string[]; query: Readonly<Record<string, string>> };

/** Reads what stands behind the #. */
export function placeOf(hash: string): Place {
  const [, path = "", query = ""] = /^#?\/?([^?]*)\??(.*)$/s.exec(hash) ?? [];
  const words = path.split("/").filter((word) => word !== "");
  return { path: words.map(decoded), query: Object.fromEntries(new URLSearchParams(query)) };
}

/** The address of a place; what of the query is empty is left out. */
export function hrefOf(
  path: readonly (string | number)[],
  query: Record<string, string | number | undefined> = {},
): string {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== "");
  const text = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return `#/${path.map((word) => encodeURIComponent(`${word}`.toWellFormed())).join("/")}${text && `?${text}`}`;
}

/** Goes to a place; with `replace` there is no way back to the one before. */
export function goTo(href: string, { replace = false } = {}): void {
  if (replace) {
    history.replaceState(null, "", href);
    window.dispatchEvent(new Event("hashchange"));
  } else location.hash = href;
}

/** The place, as it changes. */
export function usePlace(): Place {
  const [place, setPlace] = useState(() => placeOf(location.hash));
  useEffect(() => {
    const changed = () => setPlace(placeOf(location.hash));
    window.addEventListener("hashchange", changed);
    return () => window.removeEventListener("hashchange", changed);
  }, []);
  return place;
}

function decoded(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    return word;
  }
}
