// Where a job's pictures are: said by a person, where nobody has said it yet or it has changed.
import { useState } from "preact/hooks";
import type { JobDetail } from "../../client";
import { patternProblem } from "../../pictures";
import { wordsOf } from "../farm-client";
import { changeJob } from "../job/of-job";
import { tell } from "../told";

/** `done` is called once it is changed, or is not to be. */
export function Pattern({ job, done }: { job: JobDetail; done: () => void }) {
  const [text, setText] = useState(job.pictures ?? "");
  const [problem, setProblem] = useState("");
  const save = async (event: Event) => {
    event.preventDefault();
    const pictures = text.trim() || null;
    const wrong = pictures === null ? undefined : patternProblem(pictures);
    if (wrong) return setProblem(wrong);
    try {
      await changeJob(job.id, { pictures });
    } catch (error) {
      return setProblem(wordsOf(error));
    }
    tell({
      text: pictures === null ? "It does not say any more where its pictures are" : `Pictures are at ${pictures}`,
      undo: () => changeJob(job.id, { pictures: job.pictures }),
    });
    done();
  };
  return (
    <form class="panel pictures-pattern" onSubmit={save}>
      <label for="pictures-pattern">Where its pictures are</label>
      <input
        id="pictures-pattern"
        class="mono"
        value={text}
        placeholder="/mnt/x/shot.####.png"
        spellcheck={false}
        aria-invalid={problem !== ""}
        aria-describedby="pictures-pattern-hint"
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <p id="pictures-pattern-hint" class="hint">
        The path as the farm writes it; <code>####</code>, <code>%04d</code> or <code>{"{frame}"}</code> stand for the
        frame.
      </p>
      {problem !== "" && (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <div class="choices">
        {job.pictures !== null && (
          <button type="button" onClick={done}>
            Cancel
          </button>
        )}
        <button type="submit" class="primary">
          Save
        </button>
      </div>
    </form>
  );
}
