// One field of a form: its label, what may be written, and what is wrong with what was.
export type EntryProps = {
  name: string;
  label: string;
  hint?: string;
  type?: "datetime-local";
  /** One of these, where there are some; no text where nothing is chosen. */
  choices?: readonly string[] | undefined;
  text: string;
  problem?: string | undefined;
  change: (text: string) => void;
};

export function Entry({ name, label, hint, type, choices, text, problem, change }: EntryProps) {
  const id = `edit-${name}`;
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ");
  const same = {
    id,
    value: text,
    "aria-invalid": problem === undefined ? undefined : ("true" as const),
    "aria-describedby": described || undefined,
  };
  return (
    <div class="edit-entry">
      <label for={id}>{label}</label>
      {choices ? (
        <select {...same} onChange={(event) => change(event.currentTarget.value)}>
          {!choices.includes(text) && <option value={text}>{text}</option>}
          {choices.map((choice) => (
            <option key={choice} value={choice}>
              {choice}
            </option>
          ))}
        </select>
      ) : type ? (
        <input {...same} type={type} onInput={(event) => change(event.currentTarget.value)} />
      ) : (
        <input {...same} autocomplete="off" onInput={(event) => change(event.currentTarget.value)} />
      )}
      {hint && (
        <span id={`${id}-hint`} class="hint">
          {hint}
        </span>
      )}
      {problem && (
        <span id={`${id}-problem`} class="problem" role="alert">
          {problem}
        </span>
      )}
    </div>
  );
}
