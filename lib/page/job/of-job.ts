// What happens to one job, and what the page does to it.
import type { Done, JobChange } from "../../client";
import { farm } from "../farm-client";
import { live, type News } from "../live";

/** Whether news are about the job. */
export const ofJob =
  (id: number) =>
  (news: News): boolean =>
    news.type !== "reset" && news.job === id;

/** Does something to a job; whatever shows it is read again. Throws what refuses it. */
export async function doTo(id: number, act: () => Promise<Done>): Promise<Done> {
  const done = await act();
  live.changed(id);
  return done;
}

/** Changes settings of a job. Throws what refuses it. */
export function changeJob(id: number, change: JobChange): Promise<Done> {
  return doTo(id, () => farm.change(id, change));
}
