// Load, tasks and memory of a slave over the last hour, as it remembers.
import { useMemo } from "preact/hooks";
import { ClientError, type Slave, type SlaveHistory } from "../../client";
import { farm, wordsOf } from "../farm-client";
import { Chart, type Line } from "../parts/chart";
import { useRead } from "../read";

const loads: readonly Line[] = [
  { label: "Load", colour: "running", fill: true },
  { label: "Tasks", colour: "finished" },
];
const memories: readonly Line[] = [{ label: "Memory in use", colour: "stopped", fill: true }];

export function SlaveHistoryCharts({ slave }: { slave: Slave }) {
  const { value, error } = useRead(
    slave.state === "online" ? () => farm.slaveHistory(`${slave.id}`) : undefined,
    ["slave history", slave.id],
    { everyMs: 30_000 },
  );
  const drawn = useMemo(() => value && drawnOf(value, slave.memoryMb), [value, slave.memoryMb]);
  const isEarlier = error instanceof ClientError && error.status === 404;
  return (
    <section class="panel" aria-label="Last hour">
      <h2>Last hour</h2>
      {slave.state !== "online" && <p class="muted">The slave remembers it, and is away.</p>}
      {isEarlier && <p class="muted">This slave is of an earlier release and remembers no history.</p>}
      {error !== undefined && !isEarlier && <p class="problem">{wordsOf(error)}</p>}
      {drawn && (
        <>
          <Chart
            label={`Load and running tasks over the last hour; ${slave.cpus} CPUs`}
            times={drawn.times}
            lines={loads}
            values={drawn.loads}
            height={150}
          />
          <Chart
            label="Memory in use over the last hour, GB"
            times={drawn.times}
            lines={memories}
            values={drawn.memories}
            height={130}
            unit=" GB"
          />
        </>
      )}
    </section>
  );
}

/** As charts take it: an hour wide, and where the slave was not there the lines have a gap. */
export function drawnOf({ stepMs, points }: SlaveHistory, memoryMb: number) {
  const times: number[] = [];
  const known: (SlaveHistory["points"][number] | null)[] = [];
  const hourAgo = Date.parse(points.at(-1)?.at ?? "") - 3_600_000;
  if (Date.parse(points[0]?.at ?? "") > hourAgo) {
    times.push(hourAgo);
    known.push(null);
  }
  for (const point of points) {
    const at = Date.parse(point.at);
    const before = times.at(-1);
    if (before !== undefined && known.at(-1) && at - before > stepMs * 2.5) {
      times.push(before + stepMs);
      known.push(null);
    }
    times.push(at);
    known.push(point);
  }
  const gigabytes = (mb: number) => Math.round((mb / 1024) * 100) / 100;
  return {
    times,
    loads: [
      known.map((point) => point && Math.round(point.load * 100) / 100),
      known.map((point) => point?.running ?? null),
    ],
    memories: [known.map((point) => point && gigabytes(Math.max(0, memoryMb - point.freeMemoryMb)))],
  };
}
