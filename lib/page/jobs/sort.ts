// What the list of jobs is sorted by, and which news may change who is in it, and where. Pure.
import type { NumbersWanted } from "../../client";
import type { News } from "../live";
import type { Wish } from "./filter";

export type SortName = "id" | "name" | "owner" | "priority" | "state" | "submitted";
export type Sort = { by: SortName; falls: boolean };

/** By which way it is sorted first: the newest and the most important job stand on top. */
const fallsFirst: Record<SortName, boolean> = {
  id: true,
  name: false,
  owner: false,
  priority: true,
  state: false,
  submitted: true,
};

/** Reads `name` or `-name`; newest first where it is neither. */
export function parseSort(text: string | undefined): Sort {
  const by = text?.replace(/^-/, "") ?? "";
  return Object.hasOwn(fallsFirst, by)
    ? { by: by as SortName, falls: text!.startsWith("-") }
    : { by: "id", falls: true };
}

/** As the farm and the address have it. */
export function formatSort({ by, falls }: Sort): NonNullable<NumbersWanted["sort"]> {
  return falls ? `-${by}` : by;
}

/** What it is sorted by after a person asks for this: the other way round if it is already. */
export function sortedBy(sort: Sort, by: SortName): Sort {
  return sort.by === by ? { by, falls: !sort.falls } : { by, falls: fallsFirst[by] };
}

/** Whether after this news a list may have other jobs, or another order. */
export function changesList({ type }: Pick<News, "type">, wish: Wish, { by }: Sort): boolean {
  if (type === "job.submitted" || type === "job.deleted") return true;
  if (type === "job.state") return by === "state" || wish.state !== undefined;
  if (type !== "job.changed") return false;
  return (
    by === "name" ||
    by === "owner" ||
    by === "priority" ||
    wish.owner !== undefined ||
    wish.pool !== undefined ||
    wish.name !== undefined
  );
}
