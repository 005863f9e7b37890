// Whose log it is: the slave, when it ran and how it ended.
import type { Run } from "../../client";
import { describeCode } from "../../logs";
import { State } from "../parts/state";
import { hrefOf } from "../place";
import { duration } from "../words";

export function RunFacts({ run }: { run: Run }) {
  const { attempt, outcome, slave, startedAt, endedAt, seconds, code, message } = run;
  const wrong = message ?? (code === null || code === 0 ? "" : `exit ${describeCode(code)}`);
  return (
    <p class="log-facts">
      <State state={outcome ?? "running"} />
      <span>
        attempt {attempt} on {slave === null ? "a slave that is gone" : <a href={hrefOf(["slaves", slave])}>{slave}</a>}
      </span>
      <span>
        <time dateTime={startedAt}>{new Date(startedAt).toLocaleString()}</time>
        {endedAt !== null && `, ${duration(seconds)}`}
      </span>
      {wrong !== "" && <span class={outcome === "failed" ? "problem" : undefined}>{wrong}</span>}
    </p>
  );
}
