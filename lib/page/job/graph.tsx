// The jobs that this one waits for and those that wait for it, as a small graph; what it waits for can be changed.
import { useLayoutEffect, useRef } from "preact/hooks";
import type { JobDetail, JobGraph } from "../../client";
import { farm, wordsOf } from "../farm-client";
import { State } from "../parts/state";
import { hrefOf } from "../place";
import { useRead } from "../read";
import { layersOf } from "./layers";
import "./panels.css";
import { WaitsFor } from "./waits-for";

/** Sizes of what is drawn, px. */
const node = { width: 144, height: 44 };
const gap = { across: 70, down: 12 };

/** With more lines words would stand upon each other; lines are told apart by how they are drawn as well. */
const mostWords = 30;

export function Graph({ job }: { job: JobDetail }) {
  const drawn = useRef<ReadonlySet<number>>(new Set());
  const { value: graph, error } = useRead(
    () => farm.jobGraph(job.id),
    ["graph", job.id, ...job.needs.map(({ job, until }) => `${job} ${until}`), job.neededBy.length],
    { on: (news) => news.type === "job.state" && drawn.current.has(news.job!) },
  );
  drawn.current = new Set(graph?.jobs.map(({ id }) => id));
  const isAlone = job.needs.length === 0 && job.neededBy.length === 0;
  return (
    <section class="panel graph" aria-labelledby="graph-title">
      <h2 id="graph-title">Dependencies</h2>
      {error !== undefined && <p class="problem">{wordsOf(error)}</p>}
      {isAlone && <p class="muted">It waits for no job, and no job waits for it.</p>}
      {!isAlone && graph && <Drawn graph={graph} self={job.id} />}
      <WaitsFor job={job} nameOf={(id) => graph?.jobs.find((one) => one.id === id)?.name} />
    </section>
  );
}

type Point = { x: number; y: number };

function Drawn({ graph, self }: { graph: JobGraph; self: number }) {
  const layers = layersOf(
    graph.jobs.map(({ id }) => id),
    graph.needs,
  );
  const height = Math.max(...layers.map((column) => column.length)) * (node.height + gap.down) - gap.down;
  const width = layers.length * (node.width + gap.across) - gap.across;
  const places = new Map<number, Point>(
    layers.flatMap((column, at) => {
      const above = (height - (column.length * (node.height + gap.down) - gap.down)) / 2;
      return column.map((id, row): [number, Point] => [
        id,
        { x: at * (node.width + gap.across), y: above + row * (node.height + gap.down) },
      ]);
    }),
  );
  const room = useRef<HTMLDivElement>(null);
  // The job itself is in sight first, however many columns there are.
  useLayoutEffect(() => {
    const { x, y } = places.get(self) ?? { x: 0, y: 0 };
    const { clientWidth, clientHeight } = room.current!;
    room.current!.scrollTo(x + (node.width - clientWidth) / 2, y + (node.height - clientHeight) / 2);
  }, [self]);
  return (
    <>
      <div class="graph-room" ref={room}>
        <div class="graph-plan" style={{ width: `${width}px`, height: `${height}px` }}>
          <svg width={width} height={height} aria-hidden="true">
            {graph.needs.map((bond) => (
              <Line
                key={`${bond.job} ${bond.needs}`}
                from={places.get(bond.needs)!}
                to={places.get(bond.job)!}
                until={bond.until}
                hasWord={graph.needs.length <= mostWords}
              />
            ))}
          </svg>
          {graph.jobs.map(({ id, name, state }) => {
            const { x, y } = places.get(id)!;
            return (
              <a
                key={id}
                class={`graph-node ${state}`}
                href={hrefOf(["jobs", id])}
                aria-current={id === self ? "true" : undefined}
                title={name}
                style={{ left: `${x}px`, top: `${y}px`, width: `${node.width}px`, height: `${node.height}px` }}
              >
                <span class="name">
                  {id} <bdi>{name}</bdi>
                </span>
                <State state={state} />
              </a>
            );
          })}
        </div>
      </div>
      <p class="hint">
        A line says until when is waited: <b>finished</b> with all frames, <b>ended</b> in any way (dashed), or frame by{" "}
        <b>frame</b> (dotted).
        {graph.more && " There are more jobs than are drawn here: these are the nearest."}
      </p>
    </>
  );
}

function Line({
  from,
  to,
  until,
  hasWord,
}: {
  from: Point;
  to: Point;
  until: JobGraph["needs"][number]["until"];
  hasWord: boolean;
}) {
  const start = { x: from.x + node.width, y: from.y + node.height / 2 };
  const end = { x: to.x, y: to.y + node.height / 2 };
  const bend = gap.across / 2;
  // The word stands in front of the job that waits: lines over several columns pass behind others.
  const word = { x: end.x - gap.across / 2, y: end.y + (start.y - end.y) * (end.x - start.x > gap.across ? 0 : 0.5) };
  return (
    <g class={`graph-line ${until}`}>
      <path d={`M${start.x} ${start.y} C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`} />
      <path class="head" d={`M${end.x - 7} ${end.y - 4} L${end.x} ${end.y} L${end.x - 7} ${end.y + 4}`} />
      {hasWord && (
        <text x={word.x} y={word.y + 4} text-anchor="middle">
          {until}
        </text>
      )}
    </g>
  );
}
