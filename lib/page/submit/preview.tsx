// What would be sent, before it is: the jobscript that the kind writes, or the words of the command.
import { useEffect, useState } from "preact/hooks";
import { ClientError, type KindInfo, type NewJob } from "../../client";
import { farm, wordsOf } from "../farm-client";
import { splitLine } from "./command-line";

/** A person writes on for so long before the farm is asked, ms. */
const restMs = 300;

type Shell = "sh" | "cmd";

/** `told`: what the farm finds wrong with the fields, in its own words; undefined when nothing is. */
export function Jobscript({
  kind,
  fields,
  told,
}: {
  kind: KindInfo;
  fields: NonNullable<NewJob["fields"]>;
  told: (detail: string | undefined) => void;
}) {
  const [shell, setShell] = useState<Shell>("sh");
  const [script, setScript] = useState<string>();
  const [problem, setProblem] = useState<string>();
  const key = JSON.stringify([kind.name, fields, shell]);
  const lacks = kind.fields.filter(({ name, required }) => required && fields[name] === undefined);
  useEffect(() => {
    if (lacks.length > 0) {
      told(undefined);
      return;
    }
    let over = false;
    const ask = async () => {
      try {
        const script = await farm.jobscript(kind.name, fields, shell);
        if (over) return;
        setScript(script);
        setProblem(undefined);
        told(undefined);
      } catch (error) {
        if (over) return;
        setProblem(wordsOf(error));
        told(error instanceof ClientError && error.status === 400 ? error.message : undefined);
      }
    };
    const soon = setTimeout(ask, restMs);
    return () => {
      over = true;
      clearTimeout(soon);
    };
  }, [key]);
  return (
    <section class="panel" aria-labelledby="submit-jobscript">
      <div class="submit-script-head">
        <h2 id="submit-jobscript">Jobscript</h2>
        <label class="visually-hidden" for="submit-shell">
          Written for
        </label>
        <select id="submit-shell" value={shell} onChange={(event) => setShell(event.currentTarget.value as Shell)}>
          <option value="sh">Linux and macOS</option>
          <option value="cmd">Windows</option>
        </select>
      </div>
      {lacks.length > 0 ? (
        <p class="muted">Shown when {lacks.map(({ label }) => label).join(" and ")} is given.</p>
      ) : problem !== undefined ? (
        <p class="problem">{problem}</p>
      ) : script === undefined ? (
        <p class="muted">…</p>
      ) : (
        <textarea
          class="submit-script mono"
          aria-label="Text of the jobscript"
          readonly
          rows={Math.min(28, script.split("\n").length + 1)}
          wrap="off"
          value={script}
        />
      )}
    </section>
  );
}

/** The words that a line is cut into. */
export function Words({ line }: { line: string }) {
  let words: readonly string[] = [];
  let sign: string | undefined;
  try {
    ({ words, sign } = splitLine(line));
  } catch {
    // Said at the line itself.
  }
  return (
    <section class="panel" aria-labelledby="submit-words">
      <h2 id="submit-words">What is run</h2>
      {words.length === 0 ? (
        <p class="muted">The words of the command are shown here.</p>
      ) : (
        <ol class="submit-words">
          {words.map((word, at) => (
            <li key={at}>
              <code>{word}</code>
            </li>
          ))}
        </ol>
      )}
      {sign !== undefined && (
        <p class="hint">
          No shell reads this: <code>{sign}</code> is passed on as it stands. For what only a shell does, write{" "}
          <code>sh -c '…'</code>.
        </p>
      )}
    </section>
  );
}
