// What the table of slaves shows of each.
import type { ComponentChildren } from "preact";
import type { Slave } from "../../client";
import { hrefOf } from "../place";
import { ago, memory } from "../words";
import type { SortKey } from "./filter";
import { takenByOthers, wayOf, wordFor } from "./way";

/** `kept`: when it is left out, `always` never, on a `wide` window only, or already on a `middle` one. */
export type Column = {
  key: SortKey;
  title: string;
  shown: "always" | "middle" | "wide";
  right?: boolean;
  of: (slave: Slave, at: Seen) => ComponentChildren;
};

/** `ref`: by what it is reached. `now`: in ms. */
export type Seen = { ref: string; now: number };

export const columns: readonly Column[] = [
  {
    key: "name",
    title: "Name",
    shown: "always",
    of: ({ name }, { ref }) => (
      <a href={hrefOf(["slaves", ref])} title={name} tabIndex={-1}>
        {name}
      </a>
    ),
  },
  { key: "state", title: "State", shown: "always", of: (slave) => <Way slave={slave} /> },
  { key: "tasks", title: "Slots", shown: "always", right: true, of: (slave) => <Slots slave={slave} /> },
  {
    key: "load",
    title: "Load",
    shown: "middle",
    right: true,
    of: ({ load, cpus }) => <Meter text={load.toFixed(1)} part={load / cpus} title={`${cpus} CPUs`} />,
  },
  {
    key: "memory",
    title: "Memory free",
    shown: "middle",
    right: true,
    of: ({ freeMemoryMb: free, memoryMb: all }) => (
      <Meter
        text={`${memory(free)} of ${memory(all)}`}
        part={1 - free / all}
        title="The bar is what is used"
        kind={free / all < 0.1 ? "high" : ""}
      />
    ),
  },
  { key: "pools", title: "Pools", shown: "middle", of: ({ settings }) => <Text text={settings.pools.join(", ")} /> },
  { key: "os", title: "System", shown: "wide", of: ({ os }) => os },
  { key: "version", title: "Version", shown: "wide", of: ({ version }) => <Text text={version} /> },
  {
    key: "seen",
    title: "Seen",
    shown: "wide",
    of: ({ state, seenAt }, { now }) => (state === "online" ? "now" : ago(seenAt, now)),
  },
  { key: "problem", title: "Problem", shown: "wide", of: ({ problem }) => problem && <Text text={problem} /> },
];

/** How a slave is: a word in its colour. */
export function Way({ slave }: { slave: Slave }) {
  return (
    <span class={`badge ${wayOf(slave)}`} title={slave.problem ?? undefined}>
      {wordFor(slave)}
    </span>
  );
}

function Slots({ slave }: { slave: Slave }) {
  const { running, stuck, settings } = slave;
  const taken = takenByOthers(slave);
  const more = [
    taken > 0 ? `${taken} taken by the load of other programs` : "",
    stuck > 0 ? `${stuck} with processes that cannot be ended` : "",
  ].filter((text) => text !== "");
  const title = [`${running} of ${settings.slots} slots busy`, ...more].join(", ");
  return (
    <Meter
      text={`${running}/${settings.slots}${more.length > 0 ? " !" : ""}`}
      part={settings.slots === 0 ? 0 : running / settings.slots}
      title={title}
      kind="busy"
    />
  );
}

/** A number with a small bar of how much of all it is, 0 to 1. `kind`: its colour. */
function Meter({ text, part, title, kind = "" }: { text: string; part: number; title: string; kind?: string }) {
  const full = Math.min(1, Math.max(0, Number.isFinite(part) ? part : 0));
  return (
    <span class="slaves-meter" title={title}>
      {text}
      <i class={kind} style={{ backgroundSize: `${full * 100}% 100%` }} aria-hidden="true" />
    </span>
  );
}

function Text({ text }: { text: string }) {
  return <span title={text}>{text}</span>;
}
