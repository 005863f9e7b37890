// All slaves of the farm, as fresh as they are looked at: of a large farm the whole is read seldom, those in sight every few seconds.
import { useMemo, useRef } from "preact/hooks";
import type { Slave } from "../../client";
import { farm } from "../farm-client";
import type { News } from "../live";
import { useRead } from "../read";

/** So many are read as a whole each time. */
const few = 500;
const soonMs = 5000;
const seldomMs = 60_000;
const pageOf = 1000;

/** `slaves` by number; undefined before the first reading. `see` says which are in sight. */
export type Crowd = {
  slaves: ReadonlyMap<number, Slave> | undefined;
  error: unknown;
  see: (ids: readonly number[]) => void;
  again: () => void;
};

export function useCrowd(): Crowd {
  const sight = useRef<readonly number[]>([]);
  const touched = useRef(new Set<number>());
  const count = useRef(0);
  const isLarge = count.current > few;
  const touches = (news: News) => news.type !== "reset" && news.type.startsWith("slave.");
  const whole = useRead(readAll, ["slaves"], {
    everyMs: isLarge ? seldomMs : soonMs,
    on: (news) => (isLarge ? news.type === "slave.new" : touches(news)),
  });
  const part = useRead(
    isLarge
      ? async () => {
          const ids = [...new Set([...touched.current, ...sight.current])].slice(0, few);
          for (const id of ids) touched.current.delete(id);
          return ids.length === 0 ? [] : farm.slaves({ slaves: ids });
        }
      : undefined,
    ["slaves in sight"],
    {
      everyMs: soonMs,
      on(news) {
        if (!touches(news) || news.type === "reset" || news.slave === null) return false;
        touched.current.add(news.slave);
        return true;
      },
    },
  );
  const known = useRef<{ at: number | undefined; slaves: Map<number, Slave> }>({ at: undefined, slaves: new Map() });
  const slaves = useMemo(() => {
    if (whole.value === undefined) return undefined;
    if (known.current.at !== whole.at)
      known.current = { at: whole.at, slaves: new Map(whole.value.map((slave) => [slave.id, slave])) };
    const merged = known.current.slaves;
    if ((part.at ?? 0) > whole.at!) for (const slave of part.value ?? []) merged.set(slave.id, slave);
    count.current = merged.size;
    return new Map(merged);
  }, [whole.at, part.at]);
  const again = () => {
    for (const id of sight.current) touched.current.add(id);
    (isLarge ? part : whole).again();
  };
  const see = (ids: readonly number[]) => {
    sight.current = ids;
  };
  return { slaves, error: whole.error ?? part.error, see, again };
}

/** A page after the other: read at once, ten thousand would hold up the browser. */
async function readAll(): Promise<Slave[]> {
  const all: Slave[] = [];
  for (let cursor: string | undefined; ; ) {
    const page = await farm.slavePage({ limit: pageOf, ...(cursor !== undefined && { cursor }) });
    all.push(...page.slaves);
    cursor = page.next;
    if (cursor === undefined) return all;
  }
}
