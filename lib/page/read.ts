// What a part of the page shows of the farm: read when it begins to look, and again when something happened to it.
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { isSignedOut } from "./farm-client";
import { live, type News } from "./live";

/**
 * `value`: as it was read last, at the time `at` (ms). `error`: why it could not be read again; the value is then an old one.
 * `again` reads it now.
 */
export type Read<T> = { value: T | undefined; error: unknown; at: number | undefined; again: () => void };

/**
 * `on`: whether this news says that it may have changed; all is, when events were missed. `everyMs`: it is read again so often in any
 * case while the page is looked at. `restMs`: not sooner than so long after the time before.
 */
export type ReadOptions = { on?: (news: News) => boolean; everyMs?: number; restMs?: number };

/** Reads something of the farm, anew when `key` changes. While `read` is undefined nothing is read. */
export function useRead<T>(
  read: (() => Promise<T>) | undefined,
  key: readonly unknown[],
  { on, everyMs, restMs = 1000 }: ReadOptions = {},
): Read<T> {
  const [shown, setShown] = useState<Omit<Read<T>, "again"> & { key: string }>(() => nothing(""));
  const name = JSON.stringify(key);
  const latest = useRef({ read, on, restMs });
  latest.current = { read, on, restMs };
  const again = useRef(() => {});

  useEffect(() => {
    if (!latest.current.read) return;
    let over = false;
    let busy = false;
    let wanted = false;
    let readAt = Number.NEGATIVE_INFINITY;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async () => {
      timer = undefined;
      busy = true;
      wanted = false;
      readAt = performance.now();
      try {
        const value = await latest.current.read!();
        if (!over) setShown({ key: name, value, error: undefined, at: Date.now() });
      } catch (error) {
        if (!over) setShown((before) => ({ ...(before.key === name ? before : nothing<T>(name)), error }));
        if (isSignedOut(error)) window.dispatchEvent(new Event("drqueue:signed-out"));
      }
      busy = false;
      if (wanted) soon();
    };
    const soon = () => {
      wanted = true;
      if (over || busy || timer !== undefined || document.visibilityState === "hidden") return;
      timer = setTimeout(look, Math.max(0, readAt + latest.current.restMs - performance.now()));
    };
    again.current = () => {
      readAt = Number.NEGATIVE_INFINITY;
      if (timer !== undefined) clearTimeout(timer);
      timer = undefined;
      soon();
    };
    void look();
    const unfollow = live.follow((news) => {
      if (news.type === "reset" || latest.current.on?.(news)) soon();
    });
    const every = everyMs === undefined ? undefined : setInterval(soon, everyMs);
    const seen = () => {
      if (document.visibilityState !== "hidden" && (wanted || everyMs !== undefined)) soon();
    };
    document.addEventListener("visibilitychange", seen);
    return () => {
      over = true;
      unfollow();
      if (timer !== undefined) clearTimeout(timer);
      clearInterval(every);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [name, everyMs, read === undefined]);

  const shownNow = shown.key === name ? shown : nothing<T>(name);
  return {
    value: shownNow.value,
    error: shownNow.error,
    at: shownNow.at,
    again: useCallback(() => again.current(), []),
  };
}

function nothing<T>(key: string): Omit<Read<T>, "again"> & { key: string } {
  return { key, value: undefined, error: undefined, at: undefined };
}
