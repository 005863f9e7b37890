// Pictures of a job for as long as a part of the page shows them.
import { useEffect, useMemo, useReducer, useRef } from "preact/hooks";
import { farm, wordsOf } from "../farm-client";
import { type Board, frameOf } from "../job/cells";
import { Loads } from "./loads";
import { isFinished } from "./playing";

/**
 * The pictures of a job by place, each made by `made` of its bytes. `width`: px, or as they are. `cells`: what is not finished any more
 * is let go, as its picture becomes another one.
 */
export function useLoads<T>(
  { job, board, cells }: { job: number; board: Board; cells: Uint8Array },
  width: number | undefined,
  { made, free, most }: { made: (picture: Blob) => Promise<T>; free: (value: T) => void; most: number },
): Loads<T> {
  const [, changed] = useReducer((times: number) => times + 1, 0);
  const drawn = useRef(0);
  const loads = useMemo(
    () =>
      new Loads<T>({
        load: async (at, signal) => {
          const answer = await farm.picture(job, frameOf(board, at), { ...(width !== undefined && { width }), signal });
          return made(await answer.blob());
        },
        free,
        problemOf: wordsOf,
        // Many may come between two frames of the screen.
        changed: () => {
          cancelAnimationFrame(drawn.current);
          drawn.current = requestAnimationFrame(() => changed(undefined));
        },
        most,
      }),
    [job, board, width],
  );
  useEffect(
    () => () => {
      loads.close();
      cancelAnimationFrame(drawn.current);
    },
    [loads],
  );
  useMemo(() => {
    for (const at of [...loads.keys]) if (!isFinished(cells, at)) loads.forget(at);
  }, [loads, cells]);
  return loads;
}
