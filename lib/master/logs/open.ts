// The log folder of a master: it is marked, so that slaves find out whether they share it, and kept tidy.
import { getLogger } from "@logtape/logtape";
import { markFolder } from "../../local/log-marker";
import type { Queue } from "../../queue/open";
import type { Rules } from "./removed";
import { keepTidy } from "./retention";
import { LogStore } from "./store";

const journal = getLogger(["drqueue", "logs"]);

/** `id`: what slaves are told. Both are missing where the master may not write. */
export type LogFolder = { id: string | undefined; store: LogStore | undefined; stop(): void };

/** Opens the log folder of a master. What is in the folder of another farm is not removed, whatever the rules say. */
export function openLogFolder(queue: Queue, folder: string, token: string, rules: Rules): LogFolder {
  const farm = new Bun.CryptoHasher("sha256").update(`drqueue logs ${token}`).digest("hex").slice(0, 16);
  try {
    const marker = markFolder(folder, farm);
    const ours = marker.farm === farm;
    if (!ours)
      journal.warn("{folder} has the logs of another farm too: nothing is removed from it by age or size", { folder });
    const tidy = ours ? keepTidy(queue, folder, rules) : undefined;
    return { id: marker.store, store: new LogStore(folder), stop: () => tidy?.stop() };
  } catch (error) {
    journal.warn("logs of slaves with other log folders stay with them: {error}", { error: (error as Error).message });
    return { id: undefined, store: undefined, stop() {} };
  }
}
