// Lines and areas over time: uPlot in the colours of the theme.
import { useEffect, useRef } from "preact/hooks";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";

/** `colour`: the name of a colour of the theme, as `running`. `fill`: an area below the line. */
export type Line = { label: string; colour: string; fill?: boolean };

/** `times` in ms; `values`: one list a line, null where nothing is known. `height` in px. `unit` stands behind numbers. */
export type ChartProps = {
  label: string;
  times: readonly number[];
  lines: readonly Line[];
  values: readonly (readonly (number | null)[])[];
  height?: number;
  unit?: string;
};

export function Chart({ label, times, lines, values, height = 160, unit = "" }: ChartProps) {
  const place = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const data = [times.map((ms) => ms / 1000), ...values] as unknown as uPlot.AlignedData;
  const latest = useRef(data);
  latest.current = data;
  const shape = JSON.stringify([lines, height, unit]);
  useEffect(() => {
    const element = place.current!;
    const draw = () => {
      plot.current?.destroy();
      plot.current = new uPlot(optionsOf(element, lines, height, unit), latest.current, element);
    };
    draw();
    const sized = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height }));
    sized.observe(element);
    window.addEventListener("drqueue:theme", draw);
    return () => {
      sized.disconnect();
      window.removeEventListener("drqueue:theme", draw);
      plot.current?.destroy();
      plot.current = null;
    };
  }, [shape]);
  useEffect(() => plot.current?.setData(data), [times, values]);
  return <div ref={place} class="chart" role="img" aria-label={label} />;
}

function optionsOf(element: HTMLElement, lines: readonly Line[], height: number, unit: string): uPlot.Options {
  const style = getComputedStyle(element);
  const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const axis = { stroke: colour("muted"), grid: { stroke: colour("line"), width: 1 }, ticks: { show: false } };
  return {
    width: element.clientWidth || 300,
    height,
    cursor: { y: false },
    legend: { live: true },
    scales: { y: { range: (_plot, _least, most) => [0, Math.max(1, (most ?? 0) * 1.1)] } },
    axes: [
      { ...axis, size: 32, values: times },
      { ...axis, size: 56, values: (_plot, marks) => marks.map((mark) => `${mark}${unit}`) },
    ],
    series: [
      { label: "at", value: (_plot, at) => (at === null ? "" : moment.format(at * 1000)) },
      ...lines.map(({ label, colour: name, fill }) => ({
        label,
        stroke: colour(name),
        width: 1.5,
        points: { show: false },
        ...(fill && { fill: `${colour(name)}33` }),
      })),
    ],
  };
}

const shown = { month: "short", day: "numeric" } as const;
const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
const day = new Intl.DateTimeFormat(undefined, shown);
const hour = new Intl.DateTimeFormat(undefined, clock);
const moment = new Intl.DateTimeFormat(undefined, { ...shown, ...clock });

/** Marks of the time axis, in s: the hour, or the day where that begins. */
function times(_plot: uPlot, marks: readonly number[]): string[] {
  return marks.map((mark) => {
    const at = new Date(mark * 1000);
    return (at.getHours() + at.getMinutes() === 0 ? day : hour).format(at);
  });
}
