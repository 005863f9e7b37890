// How a slave is and what keeps it from work, in words.
import type { Slave, SlaveRuns } from "../../client";
import { farm, wordsOf } from "../farm-client";
import { hrefOf } from "../place";
import { useRead } from "../read";
import { ago, counted, duration } from "../words";
import { takenByOthers, wayOf } from "./way";

export function SlaveStateWords({ slave, runs }: { slave: Slave; runs: SlaveRuns | undefined }) {
  const taken = takenByOthers(slave);
  return (
    <section class="panel slave-state whole" aria-label="State">
      <Main slave={slave} runs={runs} />
      {slave.stuck > 0 && (
        <p class="problem">
          {counted(slave.stuck, "run")} whose processes cannot be ended {slave.stuck === 1 ? "keeps its" : "keep their"}{" "}
          slots, memory and GPUs: the kill is repeated; a restart of the machine helps for sure.
        </p>
      )}
      {taken > 0 && <p>{counted(taken, "slot")} taken by the load of other programs.</p>}
      {slave.state === "online" && <Why slave={slave} />}
    </section>
  );
}

function Main({ slave, runs }: { slave: Slave; runs: SlaveRuns | undefined }) {
  const now = Date.now();
  const since = `${new Date(slave.seenAt).toLocaleString()} (${ago(slave.seenAt, now)})`;
  const tasks = runs?.running.length ?? slave.running;
  const slots = `${slave.running} of ${counted(slave.settings.slots, "slot")} busy`;
  switch (wayOf(slave)) {
    case "lost":
      return (
        <p class="problem">
          Lost: not heard of since {since}. What it ran was given back to the queue. All below is as it was then.
        </p>
      );
    case "gone":
      return <p>Gone: it took its leave, and was heard of last {since}. All below is as it was then.</p>;
    case "sick":
      return (
        <p class="problem">
          Sick since {new Date(slave.sickSince!).toLocaleString()} ({ago(slave.sickSince!, now)}): tasks of several jobs
          failed here that others can render
          {slave.suspects.length > 0 && (
            <>
              , jobs{" "}
              {slave.suspects.map((job, at) => (
                <span key={job}>
                  {at > 0 && ", "}
                  <a href={hrefOf(["jobs", job])}>{job}</a>
                </span>
              ))}
            </>
          )}
          . It gets no tasks; after an hour it is tried again.
        </p>
      );
    case "problem":
      return <p class="problem">In trouble: {slave.problem}</p>;
    case "disabled":
      return <p>Disabled: it takes no tasks. {slots}.</p>;
    case "draining":
      return tasks === 0 ? (
        <p>Drained: nothing runs here any more, and it may be switched off.</p>
      ) : (
        <p>
          On its way out: it takes no more tasks and waits for {counted(tasks, "task")} to end{longest(runs)}.
        </p>
      );
    case "off_hours":
      return <p>Off hours: by its own clock it works {slave.settings.hours}.</p>;
    default:
      return <p>Online: {slots}.</p>;
  }
}

/** What a slave that drains waits for. */
export function longest(runs: SlaveRuns | undefined): string {
  const [first] = runs?.running ?? [];
  if (!first) return "";
  const part = first.progress === null ? "" : `, ${first.progress} %`;
  return `; the oldest is frame ${first.frames} of job ${first.job}, for ${duration(first.seconds)}${part}`;
}

/** Why it runs no more than it does. */
function Why({ slave }: { slave: Slave }) {
  const { value, error } = useRead(() => farm.whySlave(`${slave.id}`), ["why slave", slave.id, wayOf(slave)], {
    everyMs: 10_000,
    on: (news) => news.type !== "reset" && news.slave === slave.id,
  });
  if (error !== undefined) return <p class="problem">{wordsOf(error)}</p>;
  return (
    <>
      {value?.text.split("\n").map((line) => (
        <p key={line} class="muted">
          {line}
        </p>
      ))}
    </>
  );
}
