// Keeps a log open while it is looked at: where to begin, and whether what is written is followed.
import { useEffect, useState } from "preact/hooks";
import type { LogName } from "./looking";
import { LogReader } from "./reader";

/** A log that could not be opened is tried again so often, ms. */
const retryMs = 2000;

/** `fromEnd`: whether it begins with the end. `again`: reads anew whether the run still writes. */
export function useFollowed(log: LogName, open: boolean, fromEnd: boolean, changed: () => void, again: () => void) {
  const [reader] = useState(() => new LogReader(log, changed));
  const [follows, setFollows] = useState(fromEnd);
  const [looks, setLooks] = useState(document.visibilityState !== "hidden");
  const [tries, setTries] = useState(0);
  const isRead = reader.size !== undefined;

  useEffect(() => {
    const seen = () => setLooks(document.visibilityState !== "hidden");
    document.addEventListener("visibilitychange", seen);
    if (fromEnd) void reader.go("end");
    return () => {
      document.removeEventListener("visibilitychange", seen);
      reader.close();
    };
  }, []);
  useEffect(() => {
    if (isRead || !looks) return;
    // Its slave may come back, or be about to begin it.
    const every = setInterval(() => {
      if (reader.problem !== undefined) void reader.go("end");
    }, retryMs);
    return () => clearInterval(every);
  }, [isRead, looks]);
  useEffect(() => {
    if (!follows || !open || !looks || !isRead) return;
    let isOver = false;
    const follow = async () => {
      // What was written while nobody looked may be a lot: the end is what counts.
      if (reader.has("after") && !(await reader.go("end"))) return;
      if (!isOver) await reader.follow(() => setTries((tries) => tries + 1));
    };
    void follow();
    return () => {
      isOver = true;
      reader.rest();
    };
  }, [follows, open, looks, isRead, tries]);
  useEffect(() => {
    if (tries > 0) again();
  }, [tries]);
  useEffect(() => {
    if (open || !isRead) return;
    const finish = async () => {
      // What is kept of a log that was too long is another one than what was written.
      if ((await reader.isAnother()) || (follows && reader.has("after"))) await reader.go("end");
    };
    finish().catch(() => {});
  }, [open]);
  return {
    reader,
    follows,
    setFollows,
    /** Reads it once more from where it is looked at. */
    async retry(at: number): Promise<void> {
      await reader.go(follows ? "end" : at);
      setTries((tries) => tries + 1);
    },
  };
}
