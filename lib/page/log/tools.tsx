// What can be done with a log that is open.
import { bytes } from "../words";
import { foundWords } from "./find-field";
import type { LogName } from "./looking";
import type { Search } from "./search";

export type ToolsProps = {
  log: LogName;
  size: number | undefined;
  open: boolean;
  follows: boolean;
  wrap: boolean;
  errors: { search?: Search; begun?: boolean; isGuess?: boolean };
  toStart: () => void;
  toEnd: () => void;
  toError: () => void;
  follow: () => void;
  setWrap: () => void;
  link: () => void;
};

export function Tools({ log, size, open, follows, wrap, errors, ...act }: ToolsProps) {
  const { search, begun, isGuess } = errors;
  const { job, frame, attempt } = log;
  return (
    <div class="log-tools" role="toolbar" aria-label="Log">
      <button type="button" disabled={!search} onClick={act.toError} title="e">
        {begun ? "Next error" : "First error"}
      </button>
      {search?.runs && (
        <button type="button" aria-label="Stop looking for errors" onClick={() => search.stop()}>
          Stop
        </button>
      )}
      {search && begun && (
        <span class="log-found" role="status">
          {foundWords(search, isGuess ? "suspicious line" : "error")}
        </span>
      )}
      <button type="button" onClick={act.toStart} title="g or Home">
        Start
      </button>
      <button type="button" onClick={act.toEnd} title="G or End">
        End
      </button>
      {open && (
        <button type="button" aria-pressed={follows} onClick={act.follow} title="f">
          {follows ? "Following" : "Follow"}
        </button>
      )}
      <button type="button" aria-pressed={wrap} onClick={act.setWrap} title="w">
        Wrap
      </button>
      <button type="button" onClick={act.link}>
        Copy link
      </button>
      <a
        class="button"
        href={`/jobs/${encodeURIComponent(job)}/logs/${encodeURIComponent(frame)}?attempt=${encodeURIComponent(attempt)}`}
        download={`job-${job}-frame-${frame}-attempt-${attempt}.log`}
      >
        Download{size !== undefined && <span class="muted">{bytes(size)}</span>}
      </a>
    </div>
  );
}
