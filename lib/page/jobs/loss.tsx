// What is lost when something is done with many jobs: added up while it is asked.
import { useEffect, useState } from "preact/hooks";
import { wordsOf } from "../farm-client";
import { counted, grouped } from "../words";
import { type Sum, sumOf } from "./acts";

export function Loss({ jobs, of }: { jobs: readonly number[]; of: "killed" | "rerun" | "deleted" }) {
  const [sum, setSum] = useState<Sum & { read: number }>();
  const [error, setError] = useState<unknown>();
  useEffect(() => {
    const closed = new AbortController();
    const read = async () => {
      for await (const so of sumOf(jobs, closed.signal)) setSum(so);
    };
    read().catch(setError);
    return () => closed.abort();
  }, []);
  if (error !== undefined) return <p class="problem">They could not be counted: {wordsOf(error)}</p>;
  if (!sum) return <p role="status">Counting…</p>;
  const { frames, finished, running, read } = sum;
  const isAre = (count: number, what: string) => `${counted(count, what)} ${count === 1 ? "is" : "are"}`;
  return (
    <div role="status">
      {of === "deleted" && (
        <p>
          {counted(sum.jobs, "job")} with {counted(frames, "frame")}, {grouped(finished)} of them finished, and all logs
          are forgotten. Pictures stay where they are.
        </p>
      )}
      {of === "rerun" && (
        <p>
          {isAre(frames, "frame")} rendered again, {grouped(finished)} of which {finished === 1 ? "is" : "are"}{" "}
          finished.
        </p>
      )}
      <p>
        {running === 0 ? "Nothing of them runs." : `${isAre(running, "running task")} killed`}
        {running > 0 && (of === "killed" ? "; their frames wait again." : ".")}
      </p>
      {read < jobs.length && <p class="muted">Of the first {grouped(read)} jobs: still counting…</p>}
    </div>
  );
}
