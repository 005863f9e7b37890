// The fields of a job's kind, as its form shows them.
import type { JobDetail } from "../../client";
import { farm, wordsOf } from "../farm-client";
import { useRead } from "../read";
import { Entry } from "./entry";

/** The values of a job's fields as texts. */
export function fieldTexts(job: JobDetail): Record<string, string> {
  return Object.fromEntries(Object.entries(job.fields ?? {}).map(([name, value]) => [name, `${value}`]));
}

export function KindFields({
  kind,
  texts,
  change,
}: {
  kind: string;
  texts: Readonly<Record<string, string>>;
  change: (name: string, text: string) => void;
}) {
  const { value: known, error } = useRead(() => farm.kind(kind), ["kind", kind]);
  const named = known?.fields ?? [];
  // A studio may have taken fields from its kind since.
  const others = Object.keys(texts).filter((name) => !named.some((field) => field.name === name));
  return (
    <fieldset>
      <legend>{known?.title ?? kind}</legend>
      {error !== undefined && <p class="problem">{wordsOf(error)}</p>}
      <p class="hint">
        The jobscript stays as it is: values of fields that it has can be changed, and no others brought in.
      </p>
      <div class="edit-fields">
        {named.map(({ name, label, hint, choices }) => (
          <Entry
            key={name}
            name={`field-${name}`}
            label={label}
            hint={hint}
            choices={choices && (texts[name] === undefined ? ["", ...choices] : choices)}
            text={texts[name] ?? ""}
            change={(text) => change(name, text)}
          />
        ))}
        {others.map((name) => (
          <Entry
            key={name}
            name={`field-${name}`}
            label={name}
            text={texts[name]!}
            change={(text) => change(name, text)}
          />
        ))}
      </div>
    </fieldset>
  );
}
