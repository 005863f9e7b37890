// One thing that the form asks for: its label, where it is written, a hint, and what is wrong with it.
import type { Setting } from "./settings";

/** `list`: the id of a datalist with what may be meant. `needed`: it must be given. `problem`: with a caret it has several lines. */
export type Asked = {
  id: string;
  label: string;
  hint: string;
  value: string;
  usual?: string | undefined;
  as?: Setting["as"] | undefined;
  list?: string | undefined;
  needed?: boolean;
  mono?: boolean;
  problem: string | undefined;
  write: (text: string) => void;
};

export function Field({ id, label, hint, needed, problem, ...asked }: Asked) {
  const control = (
    <Control
      id={id}
      problem={problem}
      describedBy={problem === undefined ? `${id}-hint` : `${id}-problem ${id}-hint`}
      {...asked}
    />
  );
  return (
    <div class={asked.as === "lines" ? "submit-field wide" : "submit-field"}>
      <label for={id}>
        {label}
        {needed && <span class="muted"> (needed)</span>}
      </label>
      {control}
      {problem !== undefined && <Problem id={`${id}-problem`} text={problem} />}
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    </div>
  );
}

/** Below the first line stands a text with a caret. */
function Problem({ id, text }: { id: string; text: string }) {
  const [first, ...lines] = text.split("\n");
  return (
    <div class="problem" id={id}>
      {first}
      {lines.length > 0 && <pre>{lines.join("\n")}</pre>}
    </div>
  );
}

type Control = Omit<Asked, "label" | "hint" | "needed"> & { describedBy: string };

function Control({ id, value, usual, as, list, mono, problem, write, describedBy }: Control) {
  const said = {
    id,
    "aria-describedby": describedBy,
    "aria-invalid": problem !== undefined,
    ...(mono && { class: "mono" }),
  };
  if (as === "switch")
    return (
      <input
        {...said}
        type="checkbox"
        checked={value !== ""}
        onChange={(event) => write(event.currentTarget.checked ? "yes" : "")}
      />
    );
  if (as === "lines")
    return (
      <textarea
        {...said}
        class="mono"
        rows={Math.min(12, Math.max(2, value.split("\n").length))}
        placeholder={usual}
        spellcheck={false}
        value={value}
        onInput={(event) => write(event.currentTarget.value)}
      />
    );
  if (Array.isArray(as))
    return (
      <select {...said} value={value} onChange={(event) => write(event.currentTarget.value)}>
        <option value="">{usual === undefined ? "" : `${usual} (as usual)`}</option>
        {as
          .filter((one) => one !== usual || one === value)
          .map((one) => (
            <option key={one} value={one}>
              {one}
            </option>
          ))}
      </select>
    );
  return (
    <input
      {...said}
      type={as === "point" ? "datetime-local" : "text"}
      inputMode={as === "number" ? "numeric" : undefined}
      placeholder={usual}
      list={list}
      spellcheck={false}
      autocomplete="off"
      value={value}
      onInput={(event) => write(event.currentTarget.value)}
    />
  );
}
