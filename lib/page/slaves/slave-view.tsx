// One slave: how it is, what it does, its settings.
import { useRef } from "preact/hooks";
import type { SettingsChange, Slave } from "../../client";
import { ask } from "../asked";
import { farm, wordsOf } from "../farm-client";
import { hrefOf, type Place } from "../place";
import { useRead } from "../read";
import { ago, counted, memory } from "../words";
import { callWell, changeSlaves } from "./change";
import { Way } from "./columns";
import { SlaveHistoryCharts } from "./slave-history";
import { FailedTasks, RunningTasks } from "./slave-runs";
import { SlaveSettings } from "./slave-settings";
import { longest, SlaveStateWords } from "./slave-state";
import "./slaves.css";

const everyMs = 5000;

export function SlaveView({ place }: { place: Place }) {
  const ref = place.path[1]!;
  // In the path of a request these would be steps, not names.
  const isName = ref !== "." && ref !== "..";
  const id = useRef<number | undefined>(undefined);
  const {
    value: slave,
    error,
    again,
  } = useRead(isName ? () => farm.slave(ref) : undefined, ["slave", ref], {
    everyMs,
    on: (news) => news.type !== "reset" && news.slave === id.current,
  });
  id.current = slave?.id;
  if (!isName) return <p class="problem">There is no slave {ref}.</p>;
  if (!slave) return error === undefined ? null : <p class="problem">{wordsOf(error)}</p>;
  return <Shown key={slave.id} slave={slave} error={error} again={again} />;
}

function Shown({ slave, error, again }: { slave: Slave; error: unknown; again: () => void }) {
  const jobs = useRef<ReadonlySet<number>>(new Set());
  const runs = useRead(() => farm.slaveRuns(`${slave.id}`), ["slave runs", slave.id], {
    everyMs,
    restMs: 2000,
    // Nobody tells what begins on which slave: what happens to its jobs, and to any as a whole, may have to do with it.
    on: (news) =>
      news.type === "job.state" ||
      news.type === "job.error" ||
      (news.type === "job.progress" && jobs.current.has(news.job!)),
  });
  jobs.current = new Set(runs.value?.running.map(({ job }) => job));
  const { enabled, drain } = slave.settings;
  const change = async (wish: SettingsChange, done: string) => {
    await changeSlaves([slave], wish, done);
    again();
  };
  const takeOut = async () => {
    const tasks = runs.value?.running.length ?? slave.running;
    const text =
      tasks === 0
        ? "Nothing runs here: it may be switched off at once."
        : `It takes no more tasks and waits for ${counted(tasks, "task")} to end${longest(runs.value)}. Then it may be switched off.`;
    if (await ask({ title: `Take ${slave.name} out of the farm?`, text, yes: "Drain" }))
      await change({ drain: true }, "is on its way out");
  };
  return (
    <div class="slave">
      <div class="head">
        <h1>{slave.name}</h1>
        <Way slave={slave} />
        <div class="actions">
          {slave.sickSince !== null && (
            <button type="button" class="primary" onClick={() => void callWell([slave]).then(again)}>
              Call it well
            </button>
          )}
          {drain ? (
            <button type="button" onClick={() => change({ drain: false }, "stays in the farm")}>
              Undrain
            </button>
          ) : (
            <button type="button" onClick={takeOut} title="Take it out of the farm after its tasks">
              Drain
            </button>
          )}
          {enabled ? (
            <button type="button" onClick={() => change({ enabled: false }, "disabled")}>
              Disable
            </button>
          ) : (
            <button type="button" class="primary" onClick={() => change({ enabled: true, drain }, "enabled")}>
              Enable
            </button>
          )}
        </div>
      </div>
      <Namesakes slave={slave} />
      {error !== undefined && <p class="problem whole">{wordsOf(error)}</p>}
      <SlaveStateWords slave={slave} runs={runs.value} />
      <div class="column">
        {runs.error !== undefined && <p class="problem">{wordsOf(runs.error)}</p>}
        {runs.value && <RunningTasks slave={slave} runs={runs.value} again={runs.again} />}
        {runs.value && <FailedTasks runs={runs.value} />}
        <Facts slave={slave} />
      </div>
      <div class="column">
        <SlaveHistoryCharts slave={slave} />
        <SlaveSettings slave={slave} again={again} />
      </div>
    </div>
  );
}

/** Others of the same name, which their numbers tell apart. */
function Namesakes({ slave }: { slave: Slave }) {
  const { value } = useRead(() => farm.slaves({ name: slave.name, limit: 100 }), ["namesakes", slave.name], {
    on: (news) => news.type === "slave.new",
  });
  const others = value?.filter(({ id, name }) => name === slave.name && id !== slave.id) ?? [];
  if (others.length === 0) return null;
  return (
    <p class="whole">
      {others.length === 1 ? "Another slave has" : `${others.length} others have`} this name; this one has number{" "}
      {slave.id}:{" "}
      {others.map((other, at) => (
        <span key={other.id}>
          {at > 0 && ", "}
          <a href={hrefOf(["slaves", other.id])}>number {other.id}</a> <Way slave={other} />
        </span>
      ))}
    </p>
  );
}

function Facts({ slave }: { slave: Slave }) {
  const facts: [string, string][] = [
    ["Number", `${slave.id}`],
    ["System", `${slave.os}, ${counted(slave.cpus, "CPU")}`],
    ["CPU", slave.cpu],
    ["Load", [slave.load, slave.load5, slave.load15].map((load) => load.toFixed(2)).join(", ")],
    [
      "Memory",
      `${memory(slave.freeMemoryMb)} of ${memory(slave.memoryMb)} free, ${memory(slave.memoryLeftMb)} for new tasks`,
    ],
    ["GPUs", slave.gpus === 0 ? "" : `${slave.gpusLeft} of ${slave.gpus} free`],
    ["Address", `${slave.address}:${slave.port}`],
    ["Version", slave.version],
    ["Seen", slave.state === "online" ? "now" : `${ago(slave.seenAt, Date.now())}`],
  ];
  return (
    <section class="panel" aria-label="Facts">
      <h2>Facts</h2>
      <dl class="facts">
        {facts
          .filter(([, value]) => value !== "")
          .map(([name, value]) => [<dt key={name}>{name}</dt>, <dd key={`${name} is`}>{value}</dd>])}
      </dl>
    </section>
  );
}
