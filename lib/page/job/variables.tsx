// The variables of a job's jobscript, each with its value: values may have several lines.
import { useRef } from "preact/hooks";

/** `key` names the row while the form is open. */
export type Variable = { key: number; name: string; value: string };

export function variablesOf(env: Readonly<Record<string, string>>): Variable[] {
  return Object.entries(env).map(([name, value], key) => ({ key, name, value }));
}

/** What all variables are now, if that is not what they were; and what is wrong with them. */
export function withVariables(
  before: Readonly<Record<string, string>>,
  variables: readonly Variable[],
): { changed?: Record<string, string>; problem?: string } {
  const given = variables.filter(({ name, value }) => name.trim() !== "" || value !== "");
  if (given.some(({ name }) => name.trim() === "")) return { problem: "a variable has a value and no name" };
  const named = given.map(({ name, value }) => [name.trim(), value] as const);
  const after = Object.fromEntries(named);
  const names = Object.keys(after);
  if (names.length < named.length) return { problem: "two variables have the same name" };
  const isSame = names.length === Object.keys(before).length && names.every((name) => before[name] === after[name]);
  return isSame ? {} : { changed: after };
}

export function Variables({
  variables,
  change,
}: {
  variables: readonly Variable[];
  change: (variables: Variable[]) => void;
}) {
  const group = useRef<HTMLFieldSetElement>(null);
  const put = (key: number, part: Partial<Variable>) =>
    change(variables.map((one) => (one.key === key ? { ...one, ...part } : one)));
  return (
    <fieldset ref={group}>
      <legend>Variables of the jobscript</legend>
      {variables.map(({ key, name, value }, at) => (
        <div key={key} class="edit-variable">
          <input
            class="mono"
            aria-label={`Name of variable ${at + 1}`}
            placeholder="NAME"
            autocomplete="off"
            value={name}
            onInput={(event) => put(key, { name: event.currentTarget.value })}
          />
          <textarea
            class="mono"
            rows={Math.min(6, value.split("\n").length)}
            aria-label={`Value of ${name || `variable ${at + 1}`}`}
            value={value}
            onInput={(event) => put(key, { value: event.currentTarget.value })}
          />
          <button
            type="button"
            class="quiet"
            aria-label={`Remove ${name || `variable ${at + 1}`}`}
            onClick={() => change(variables.filter((one) => one.key !== key))}
          >
            ×
          </button>
        </div>
      ))}
      <button
        type="button"
        onClick={() => {
          change([...variables, { key: Math.max(0, ...variables.map(({ key }) => key + 1)), name: "", value: "" }]);
          setTimeout(() => group.current?.querySelector<HTMLElement>(".edit-variable:last-of-type input")?.focus());
        }}
      >
        Add a variable
      </button>
    </fieldset>
  );
}
