// Numbers for Prometheus: what every program tells of itself, and the route at which all of it is read.
import { createRoute, type OpenAPIHono, z } from "@hono/zod-openapi";
import Counter from "prom-client/lib/counter";
import Gauge from "prom-client/lib/gauge";
import Histogram from "prom-client/lib/histogram";
import addMemory from "prom-client/lib/metrics/osMemoryHeap";
import addCpuTime from "prom-client/lib/metrics/processCpuTotal";
import addMostFiles from "prom-client/lib/metrics/processMaxFileDescriptors";
import addOpenFiles from "prom-client/lib/metrics/processOpenFileDescriptors";
import addStartTime from "prom-client/lib/metrics/processStartTime";
import Registry from "prom-client/lib/registry";
import { version } from "./program";

/** Zero for each: what there is none of is told as well. */
export function zeros<T extends string>(names: readonly T[]): Record<T, number> {
  return Object.fromEntries(names.map((name) => [name, 0])) as Record<T, number>;
}

/** Between two looks at how late the event loop is, ms. */
const lookMs = 250;

/** Metrics of one process. Labels have few values: pools, states, routes, never jobs or slaves. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly registers = [this.registry];

  constructor() {
    for (const add of [addMemory, addCpuTime, addStartTime, addOpenFiles, addMostFiles]) add(this.registry);
    // All that the engine has reserved of its address space: gigabytes that nobody uses.
    this.registry.removeSingleMetric("process_heap_bytes");
    this.gaugeBy("drqueue_build_info", "This release.", "version", () => ({ [version]: 1 }));
    this.watchEventLoop();
  }

  /** A count that only grows. */
  counter<L extends string = never>(name: string, help: string, ...labelNames: L[]): Counter<L> {
    return new Counter({ name, help, labelNames, registers: this.registers });
  }

  /** A histogram; its name says the unit. */
  histogram<L extends string = never>(name: string, help: string, buckets: number[], ...labelNames: L[]): Histogram<L> {
    return new Histogram({ name, help, buckets, labelNames, registers: this.registers });
  }

  /** A number that is read when it is asked for; undefined leaves it out. */
  gauge(name: string, help: string, read: () => number | undefined): void {
    new Gauge({
      name,
      help,
      registers: this.registers,
      collect() {
        const value = read();
        if (value === undefined) this.remove();
        else this.set(value);
      },
    });
  }

  /** One with a label: a number for each of its values. */
  gaugeBy(name: string, help: string, label: string, read: () => Readonly<Record<string, number>> | undefined): void {
    this.gauges(name, help, [label], () =>
      Object.entries(read() ?? {}).map(([one, value]) => [{ [label]: one }, value]),
    );
  }

  /** One with several labels. */
  gauges<L extends string>(
    name: string,
    help: string,
    labelNames: L[],
    read: () => [Record<L, string>, number][],
  ): void {
    new Gauge({
      name,
      help,
      labelNames,
      registers: this.registers,
      collect() {
        this.reset();
        for (const [labels, value] of read()) this.set(labels, value);
      },
    });
  }

  /** All of them as Prometheus reads them. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  private watchEventLoop(): void {
    const delay = this.histogram(
      "drqueue_event_loop_delay_seconds",
      "How late a timer is: what a request waits for the work of others.",
      [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
    );
    let due = performance.now() + lookMs;
    const timer = setInterval(() => {
      const now = performance.now();
      delay.observe(Math.max(0, now - due) / 1000);
      due = now + lookMs;
    }, lookMs);
    timer.unref();
  }
}

/** Adds /metrics. `refresh`: brings up to date, quickly, what cannot be read in an instant. */
export function addMetricsRoute(app: OpenAPIHono, metrics: Metrics, refresh = async () => {}): void {
  app.openapi(
    createRoute({
      method: "get",
      path: "/metrics",
      operationId: "metrics",
      summary:
        "Numbers for Prometheus, which sends the farm's token where its scrape configuration says `authorization`",
      tags: ["about"],
      responses: {
        200: { description: "Prometheus text", content: { "text/plain": { schema: z.string() } } },
      },
    }),
    async () => {
      await refresh();
      return new Response(await metrics.text(), {
        headers: { "content-type": Registry.PROMETHEUS_CONTENT_TYPE },
      }) as never;
    },
  );
}
