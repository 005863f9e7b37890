// How the farm was: frames per hour, waiting work and slots over time.
import { useMemo } from "preact/hooks";
import { farm, wordsOf } from "../farm-client";
import { Chart, type Line } from "../parts/chart";
import { hrefOf } from "../place";
import { useRead } from "../read";
import { grouped } from "../words";
import { lastAndMost, type Series, seriesOf } from "./series";

const periods = [
  { hours: 1, word: "1 h", says: "hour" },
  { hours: 6, word: "6 h", says: "6 hours" },
  { hours: 24, word: "24 h", says: "24 hours" },
  { hours: 168, word: "7 d", says: "7 days" },
] as const;

type Name = Exclude<keyof Series, "times">;
type Shown = { title: string; lines: readonly (Line & { of: Name })[] };

const charts: readonly Shown[] = [
  {
    title: "Frames per hour",
    lines: [
      { of: "perHour", label: "finished", colour: "finished", fill: true },
      { of: "failedPerHour", label: "failed runs", colour: "failed" },
    ],
  },
  { title: "Waiting tasks", lines: [{ of: "waiting", label: "waiting", colour: "muted", fill: true }] },
  {
    title: "Slots",
    lines: [
      { of: "busy", label: "busy", colour: "running", fill: true },
      { of: "free", label: "idle", colour: "muted" },
      { of: "closed", label: "disabled", colour: "stopped" },
      { of: "lost", label: "lost", colour: "failed" },
    ],
  },
];

/** `hours`: as the address has it. */
export function Past({ hours: asked }: { hours: string | undefined }) {
  const period = periods.find(({ hours }) => `${hours}` === asked) ?? periods[1];
  const { hours } = period;
  const { value, error } = useRead(() => farm.farmHistory(hours), ["history", hours], { everyMs: 30_000 });
  const series = useMemo(() => value && seriesOf(value, hours, Date.now()), [value]);
  return (
    <section class="panel farm-past" aria-label="The last hours">
      <div class="farm-line">
        <h2>The last {period.says}</h2>
        <nav class="farm-periods" aria-label="Period">
          {periods.map(({ hours, word }) => (
            <a key={word} href={hrefOf(["farm"], { hours })} aria-current={hours === period.hours ? "true" : undefined}>
              {word}
            </a>
          ))}
        </nav>
      </div>
      {!value && error !== undefined && <p class="problem">{wordsOf(error)}</p>}
      {value?.points.length === 0 && (
        <p class="muted">Nothing is known of that time: masters write it down each minute.</p>
      )}
      <div class="farm-charts">
        {series &&
          value?.points.length !== 0 &&
          charts.map((shown) => <History key={shown.title} {...shown} series={series} says={period.says} />)}
      </div>
    </section>
  );
}

function History({ title, lines, series, says }: Shown & { series: Series; says: string }) {
  const values = useMemo(() => lines.map(({ of }) => series[of]), [series]);
  const words = lines.map(({ of, label }) => {
    const { last, most } = lastAndMost(series[of]);
    return `${label} ${last === null ? "not known" : grouped(Math.round(last))}, at most ${grouped(Math.round(most))}`;
  });
  return (
    <div>
      <h3>{title}</h3>
      <Chart
        label={`${title} in the last ${says}: ${words.join("; ")}`}
        times={series.times}
        lines={lines}
        values={values}
        height={120}
      />
    </div>
  );
}
