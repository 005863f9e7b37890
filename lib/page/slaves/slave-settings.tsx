// The settings of a slave, changed through its own port.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { Slave } from "../../client";
import { parseHours } from "../../hours";
import { changeSlaves } from "./change";
import { type Problems, readSettings, type Written, writtenOf } from "./settings-text";
import { Week } from "./week";

type TextField = Exclude<keyof Written, "paths" | "hours">;

const fields: readonly { name: TextField; label: string; hint: string }[] = [
  { name: "slots", label: "Slots", hint: "Tasks at a time." },
  { name: "pools", label: "Pools", hint: "Whose tasks it takes; with commas between." },
  { name: "leaveMb", label: "Leave memory", hint: "Free for other programs, as 500M or 4G." },
  {
    name: "loadLimit",
    label: "Load of a slot",
    hint: "The load of other programs takes slots away, one for each of this; nothing: it does not.",
  },
  { name: "gpus", label: "GPUs", hint: "Nothing: counted by nvidia-smi." },
];

export function SlaveSettings({ slave, again }: { slave: Slave; again: () => void }) {
  const [draft, setDraft] = useState<Partial<Written>>({});
  const [busy, setBusy] = useState(false);
  const written = { ...writtenOf(slave.settings), ...draft };
  const { change, problems } = readSettings(written, slave.settings);
  const isChanged = Object.keys(draft).length > 0;
  const canSave = Object.keys(change).length > 0 && Object.keys(problems).length === 0 && !busy;
  const set = (part: Partial<Written>) => setDraft({ ...draft, ...part });
  const save = async (event: Event) => {
    event.preventDefault();
    if (!canSave) return;
    setBusy(true);
    if (await changeSlaves([slave], change, `changed: ${Object.keys(change).join(", ")}`)) setDraft({});
    setBusy(false);
    again();
  };
  return (
    <section class="panel" aria-label="Settings">
      <h2>Settings</h2>
      {slave.state !== "online" && (
        <p class="muted">As it told them last. They are its own: nobody can change them while it is away.</p>
      )}
      <form class="slave-form" onSubmit={save}>
        {fields.map(({ name, label, hint }) => (
          <Field key={name} name={name} label={label} hint={hint} problems={problems}>
            <input
              id={`slave-${name}`}
              value={written[name]}
              aria-describedby={`slave-${name}-hint`}
              aria-invalid={problems[name] !== undefined}
              autocomplete="off"
              onInput={(event) => set({ [name]: event.currentTarget.value })}
            />
          </Field>
        ))}
        <Field
          name="hours"
          label="Hours"
          hint="When it works by its own clock, as mon-fri 19:00-08:00, sat-sun; nothing: always."
          problems={problems}
        >
          <input
            id="slave-hours"
            value={written.hours}
            placeholder="always"
            aria-describedby="slave-hours-hint"
            aria-invalid={problems.hours !== undefined}
            autocomplete="off"
            onInput={(event) => set({ hours: event.currentTarget.value })}
          />
          {problems.hours === undefined && <Week hours={parseHours(written.hours)} />}
        </Field>
        <span class="label">Paths</span>
        <div>
          <Paths paths={written.paths} change={(paths) => set({ paths })} />
          <p class="hint">Folders that have another name here than elsewhere in the farm.</p>
          {problems.paths !== undefined && <p class="problem">{problems.paths}</p>}
        </div>
        <span />
        <div>
          <button type="submit" class="primary" disabled={!canSave}>
            Save
          </button>{" "}
          {isChanged && (
            <button type="button" onClick={() => setDraft({})}>
              Discard
            </button>
          )}
        </div>
      </form>
    </section>
  );
}

function Field({
  name,
  label,
  hint,
  problems,
  children,
}: {
  name: keyof Written;
  label: string;
  hint: string;
  problems: Problems;
  children: ComponentChildren;
}) {
  return (
    <>
      <label for={`slave-${name}`}>{label}</label>
      <div>
        {children}
        <p id={`slave-${name}-hint`} class={problems[name] === undefined ? "hint" : "problem"} aria-live="polite">
          {problems[name] ?? hint}
        </p>
      </div>
    </>
  );
}

function Paths({ paths, change }: { paths: Written["paths"]; change: (paths: Written["paths"]) => void }) {
  const replace = (at: number, part: Partial<Written["paths"][number]>) =>
    change(paths.map((pair, index) => (index === at ? { ...pair, ...part } : pair)));
  return (
    <div class="slave-paths">
      {paths.map(({ farm, here }, at) => (
        <div key={at}>
          <input
            value={farm}
            aria-label={`Path ${at + 1} in the farm`}
            placeholder="/mnt/show"
            onInput={(event) => replace(at, { farm: event.currentTarget.value })}
          />
          <span class="muted">is</span>
          <input
            value={here}
            aria-label={`Path ${at + 1} here`}
            placeholder="S:\show"
            onInput={(event) => replace(at, { here: event.currentTarget.value })}
          />
          <button
            type="button"
            class="quiet"
            aria-label={`Remove path ${at + 1}`}
            onClick={() => change(paths.filter((_, index) => index !== at))}
          >
            ×
          </button>
        </div>
      ))}
      <span>
        <button type="button" onClick={() => change([...paths, { farm: "", here: "" }])} disabled={paths.length >= 100}>
          Add a path
        </button>
      </span>
    </div>
  );
}
