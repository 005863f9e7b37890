// Whether what the page shows is as the farm is now; since when it is not, in words.
import { useEffect, useState } from "preact/hooks";
import { useHearing } from "./live";
import { duration } from "./words";

/** Gone for a shorter time is not worth a word, ms. */
const patienceMs = 2000;

export function Freshness() {
  const hearing = useHearing();
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const every = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(every);
  }, []);
  const ageMs = now - hearing.since;
  const isOld = hearing.state === "away" && ageMs > patienceMs;
  return (
    <span class={isOld ? "freshness old" : "freshness"} role="status">
      {isOld
        ? `No master answers: what you see is ${duration(ageMs / 1000)} old`
        : hearing.state === "live"
          ? "Live"
          : ""}
    </span>
  );
}
