// Why a job, or one frame of it, is not running; and what can be done about it.
import { useState } from "preact/hooks";
import type { JobDetail, Reason } from "../../client";
import { farm, wordsOf } from "../farm-client";
import { goTo, hrefOf, usePlace } from "../place";
import { useRead } from "../read";
import { grouped } from "../words";
import { JobCures, SlaveCures } from "./cures";
import { ofJob } from "./of-job";
import "./panels.css";

export function WhyNot({ job }: { job: JobDetail }) {
  const place = usePlace();
  const [asked, setAsked] = useState(place.query.why ?? "");
  const frame = /^-?\d{1,9}$/.test(place.query.why ?? "") ? Number(place.query.why) : undefined;
  const {
    value: why,
    error,
    again,
  } = useRead(() => farm.why(job.id, frame), ["why", job.id, frame], {
    on: ofJob(job.id),
    // What slaves do tells no event of the job.
    everyMs: 15_000,
    restMs: 2000,
  });
  const ask = (text: string) => {
    setAsked(text);
    goTo(hrefOf(place.path, { ...place.query, why: text }), { replace: true });
  };
  const lines = why?.text.split("\n") ?? [];
  return (
    <section class="panel why" aria-labelledby="why-title">
      <h2 id="why-title">Why is it not running?</h2>
      <form
        class="why-ask"
        onSubmit={(event) => {
          event.preventDefault();
          ask(asked.trim());
        }}
      >
        <label for="why-frame">Frame</label>
        <input
          id="why-frame"
          inputMode="numeric"
          autocomplete="off"
          size={8}
          placeholder="any"
          pattern="-?\d{1,9}"
          value={asked}
          onInput={(event) => setAsked(event.currentTarget.value)}
        />
        <button type="submit">Ask</button>
        {frame !== undefined && (
          <button type="button" class="quiet" onClick={() => ask("")}>
            The whole job
          </button>
        )}
      </form>
      {error !== undefined && <p class="problem">{wordsOf(error)}</p>}
      <div aria-live="polite">
        {lines.map((line, at) => (
          <p key={at} class={at === 0 ? "why-first" : ""}>
            {line}
          </p>
        ))}
      </div>
      <JobCures job={job} frame={frame} done={again} />
      {why && why.reasons.length > 0 && (
        <ul class="why-reasons">
          {why.reasons.map((reason) => (
            <Because key={reason.because} reason={reason} job={job.id} done={again} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Because({ reason, job, done }: { reason: Reason; job: number; done: () => void }) {
  const { count, text, slaves, because } = reason;
  return (
    <li>
      {slaves.map((slave, at) => (
        <span key={slave}>
          {at > 0 && ", "}
          <a href={hrefOf(["slaves", slave])}>{slave}</a>
        </span>
      ))}
      {count > slaves.length && ` and ${grouped(count - slaves.length)} more`} {text}
      <SlaveCures because={because} slaves={slaves} job={job} done={done} />
    </li>
  );
}
