// All settings of a job that can be changed; only what was changed is sent.
import { useRef, useState } from "preact/hooks";
import type { JobChange, JobDetail } from "../../client";
import { wordsOf } from "../farm-client";
import { tell } from "../told";
import { Blocked } from "./blocked";
import { Entry } from "./entry";
import { changeOf, fieldMeant, labelOf, replacedBy, sections, textsOf } from "./fields";
import { fieldTexts, KindFields } from "./kind-fields";
import { changeJob } from "./of-job";
import "./edit.css";
import { type Variable, Variables, variablesOf, withVariables } from "./variables";

export function Edit({ job: latest, close }: { job: JobDetail; close: () => void }) {
  // As it was when the form was opened: what others change meanwhile is not taken back by sending it.
  const [job] = useState(latest);
  const [texts, setTexts] = useState(() => textsOf(job));
  const [fields, setFields] = useState(() => fieldTexts(job));
  const [variables, setVariables] = useState<Variable[]>(() => variablesOf(job.env));
  const [problems, setProblems] = useState<Record<string, string>>({});
  const [problem, setProblem] = useState("");
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  const refuse = (found: Record<string, string>, whole: string) => {
    setProblems(found);
    setProblem(whole);
    // The first of them, once it is drawn.
    setTimeout(() => form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus());
  };
  const save = async (event: Event) => {
    event.preventDefault();
    const own = changeOf(job, texts);
    const env = withVariables(job.env, variables);
    const changedFields = Object.entries(fields).filter(([name, text]) => text !== (fieldTexts(job)[name] ?? ""));
    if (Object.keys(own.problems).length > 0 || env.problem !== undefined)
      return refuse(own.problems, env.problem ?? "");
    const change: JobChange = {
      ...own.change,
      ...(env.changed && { env: env.changed }),
      ...(changedFields.length > 0 && { fields: Object.fromEntries(changedFields) }),
    };
    const settings = Object.keys(change);
    if (settings.length === 0) return close();
    setBusy(true);
    try {
      await changeJob(job.id, change);
    } catch (error) {
      const message = wordsOf(error);
      const meant = fieldMeant(message);
      refuse(meant ? { [meant.name]: meant.says } : {}, meant ? "" : message);
      setBusy(false);
      return;
    }
    const before = replacedBy(job, change);
    tell({
      text: `Changed ${settings.map(labelOf).join(", ")} of job ${job.id}`,
      undo: () => changeJob(job.id, before),
    });
    close();
  };

  return (
    <section class="panel edit" aria-labelledby="edit-title">
      <h2 id="edit-title">Change job {job.id}</h2>
      <form ref={form} onSubmit={save} noValidate>
        {sections.map(({ title, fields }) => (
          <fieldset key={title}>
            <legend>{title}</legend>
            <div class="edit-fields">
              {fields.map((field) => (
                <Entry
                  key={field.name}
                  {...field}
                  text={texts[field.name]!}
                  problem={problems[field.name]}
                  change={(text) => setTexts((before) => ({ ...before, [field.name]: text }))}
                />
              ))}
            </div>
          </fieldset>
        ))}
        {job.kind !== null && (
          <KindFields
            kind={job.kind}
            texts={fields}
            change={(name, text) => setFields((before) => ({ ...before, [name]: text }))}
          />
        )}
        <Variables variables={variables} change={setVariables} />
        {problem !== "" && (
          <p class="problem" role="alert">
            {problem}
          </p>
        )}
        <p class="hint">It counts from the next task that is handed out; what runs goes on as it is.</p>
        <div class="choices edit-choices">
          <button type="button" onClick={close}>
            Cancel
          </button>
          <button type="submit" class="primary" disabled={busy}>
            Save
          </button>
        </div>
      </form>
      <Blocked job={latest} />
    </section>
  );
}
