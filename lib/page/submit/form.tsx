// The form: what a person writes, what is wrong with it, and what becomes of it.
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { KindInfo } from "../../client";
import { hrefOf } from "../place";
import { tell } from "../told";
import { Actions } from "./actions";
import { Also } from "./also";
import { type Draft, nothing, problemsIn, submissionOf } from "./draft";
import { Field } from "./field";
import { framesSaid } from "./frames-said";
import { keepDraft, keptOwner } from "./kept";
import { Jobscript, Words } from "./preview";
import { command, ofFrames, ofJob, type Section, type Setting, sections } from "./settings";
import { Suggestions, suggested } from "./suggestions";

/** `kind`: undefined for a command. `from`: the job that it is like. `before`: what is written to begin with. */
export function Form({
  kind,
  from,
  before,
}: {
  kind: KindInfo | undefined;
  from: number | undefined;
  before: () => Draft;
}) {
  const [draft, setDraft] = useState(before);
  // What is missing is said when somebody tried to submit, which is counted.
  const [tries, setTries] = useState(0);
  const [refused, setRefused] = useState<Record<string, string>>({});
  const [told, setTold] = useState<string>();
  const { job, wrong, missing } = useMemo(() => submissionOf(draft, kind), [draft, kind]);
  const ofKind = told === undefined || !kind ? {} : problemsIn(told, kind);
  const problems: Record<string, string> = {
    ...(tries > 0 && missing),
    ...(typeof ofKind === "object" && ofKind),
    ...refused,
    ...wrong,
  };
  const { frames = "1", block = 1, order = "forward" } = job;
  const said = useMemo(() => framesSaid(frames, block, order), [frames, block, order]);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (tries > 0) place.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [tries]);

  const write = (next: Draft, name?: string) => {
    setDraft(next);
    keepDraft(from, next);
    setRefused(({ [name ?? ""]: _, ...others }) => others);
    // Asked anew in a moment.
    if (name?.startsWith("fields.")) setTold(undefined);
  };
  const asked = (setting: Setting) => {
    const { name, label, hint, as } = setting;
    return (
      <Field
        key={name}
        id={`submit-${name}`}
        {...{ label, hint, as }}
        usual={name === "name" ? job.name : setting.usual}
        needed={name === "command"}
        list={suggested(name)}
        value={draft.texts[name] ?? ""}
        problem={problems[name]}
        write={(text) => write({ ...draft, texts: { ...draft.texts, [name]: text } }, name)}
      />
    );
  };
  const clear = () => {
    write({ ...nothing, texts: { owner: keptOwner() } });
    tell({ text: "The form is empty.", undo: async () => write(draft) });
  };

  return (
    <div class="submit" ref={place}>
      <div class="head">
        <h1>{from === undefined ? (kind?.title ?? "Command") : `Job ${from} again`}</h1>
        {from !== undefined && <a href={hrefOf(["jobs", from])}>Job {from}</a>}
        <a href={hrefOf(["submit"])}>Other kind</a>
        <button type="button" class="quiet" onClick={clear}>
          Clear
        </button>
      </div>
      <p class="hint">{kind?.about ?? "Any program with its arguments, run once for each task, without a shell."}</p>
      <Suggestions />
      <div class="submit-columns">
        <div class="submit-fields">
          <div class="submit-group panel">
            {kind
              ? kind.fields.map(({ name, label, hint, type, choices, required, path, default: usual }) => (
                  <Field
                    key={name}
                    id={`submit-field-${name}`}
                    {...{ label, hint }}
                    usual={usual === undefined ? undefined : `${usual}`}
                    as={type === "choice" ? choices : type === "number" ? type : undefined}
                    needed={required}
                    mono={path}
                    value={draft.fields[name] ?? ""}
                    problem={problems[`fields.${name}`]}
                    write={(text) => write({ ...draft, fields: { ...draft.fields, [name]: text } }, `fields.${name}`)}
                  />
                ))
              : asked(command)}
          </div>
          <div class="submit-group panel">
            {ofFrames.map(asked)}
            <output class="submit-frames" for={ofFrames.map(({ name }) => `submit-${name}`).join(" ")}>
              {ofFrames.some(({ name }) => wrong[name] !== undefined) ? "" : said}
            </output>
            {ofJob.map(asked)}
          </div>
          {sections.map((section) => (
            <Folded key={section.title} section={section} draft={draft} problems={problems}>
              {section.settings.map(asked)}
            </Folded>
          ))}
        </div>
        <div class="submit-aside">
          <Actions
            job={job}
            kind={kind}
            from={from}
            isWhole={Object.keys(wrong).length + Object.keys(missing).length === 0}
            tried={() => setTries((times) => times + 1)}
            refused={setRefused}
          />
          <Also rest={draft.rest} write={(rest) => write({ ...draft, rest })} />
          {kind ? (
            <Jobscript kind={kind} fields={job.fields ?? {}} told={setTold} />
          ) : (
            <Words line={draft.texts.command ?? ""} />
          )}
        </div>
      </div>
    </div>
  );
}

/** Settings that fewer people want: open where something is written, or wrong. */
function Folded({
  section: { title, settings },
  draft: { texts },
  problems,
  children,
}: {
  section: Section;
  draft: Draft;
  problems: Record<string, string>;
  children: ComponentChildren;
}) {
  const written = settings.filter(({ name }) => (texts[name] ?? "") !== "").length;
  const [isOpen, setIsOpen] = useState(written > 0);
  const isWrong = settings.some(({ name }) => problems[name] !== undefined);
  return (
    <details class="panel" open={isOpen || isWrong} onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>
        {title}
        {written > 0 && <span class="muted"> · {written} set</span>}
      </summary>
      <div class="submit-group">{children}</div>
    </details>
  );
}
