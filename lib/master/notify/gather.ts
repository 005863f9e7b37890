// Adds to a message what its event does not say: numbers of the job, failed runs, the ends of their logs.
import type { Told } from "../../notices";
import { numbersOf } from "../../queue/numbers";
import type { Queue } from "../../queue/open";
import type { LogPlaces } from "../logs/read";
import { logEnd } from "./log-end";

/** So long the logs of failed runs are waited for, ms. */
const logMs = 4000;

/** The message with all that can be told now. Of a deleted job it stays as it was. Throws only when the database does. */
export async function gather(queue: Queue, places: LogPlaces, told: Told): Promise<Told> {
  if (!told.job) return told;
  const { id } = told.job;
  const found = await numbersOf(queue, id, new Date(), { failures: told.reason !== "finished" });
  if (!found) return told;
  const { numbers, failures } = found;
  const signal = AbortSignal.timeout(logMs);
  const late = new Promise<string[]>((tell) => signal.addEventListener("abort", () => tell([]), { once: true }));
  const withLogs = await Promise.all(
    failures.map(async (failure) => {
      const log = logEnd(queue, places, { job: id, ...failure }, signal);
      return { ...failure, log: await Promise.race([log, late]) };
    }),
  );
  return { ...told, job: { ...told.job, numbers }, ...(withLogs.length > 0 && { failures: withLogs }) };
}
