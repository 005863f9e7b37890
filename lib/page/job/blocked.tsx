// Slaves that a person, or their own failures, keep from a job.
import { useState } from "preact/hooks";
import type { JobDetail } from "../../client";
import { farm, wordsOf } from "../farm-client";
import { hrefOf } from "../place";
import { attempt, tell } from "../told";
import { counted } from "../words";
import { doTo } from "./of-job";

export function Blocked({ job }: { job: JobDetail }) {
  const [name, setName] = useState("");
  const [problem, setProblem] = useState("");
  const block = (slave: string) => doTo(job.id, () => farm.block(job.id, [slave]));
  const unblock = (slave: string) => doTo(job.id, () => farm.unblock(job.id, [slave]));
  const send = async (event: Event) => {
    event.preventDefault();
    const slave = name.trim();
    if (slave === "") return setProblem("write the name of a slave");
    try {
      await block(slave);
      tell({ text: `${slave} gets no more of job ${job.id}`, undo: () => unblock(slave) });
      setName("");
      setProblem("");
    } catch (error) {
      setProblem(wordsOf(error));
    }
  };
  const kept = [
    ...job.blocked.map((slave) => ({ slave, why: "blocked by a person" })),
    ...job.setAside.map(({ slave, failures }) => ({ slave, why: `set aside after ${counted(failures, "failure")}` })),
  ];
  return (
    <form class="edit-blocked" onSubmit={send} noValidate>
      <h3>Slaves that get nothing of it</h3>
      {kept.length === 0 && <p class="muted">None is kept from it.</p>}
      <ul>
        {kept.map(({ slave, why }) => (
          <li key={`${slave} ${why}`}>
            <a href={hrefOf(["slaves", slave])}>{slave}</a>: {why}{" "}
            <button
              type="button"
              aria-label={`Unblock ${slave}`}
              onClick={() =>
                attempt(async () => {
                  await unblock(slave);
                  tell({ text: `${slave} may work on job ${job.id} again`, undo: () => block(slave) });
                })
              }
            >
              Unblock
            </button>
          </li>
        ))}
      </ul>
      <div class="edit-block">
        <label for="edit-block">Block slave</label>
        <input
          id="edit-block"
          autocomplete="off"
          value={name}
          aria-invalid={problem === "" ? undefined : "true"}
          aria-describedby={problem === "" ? undefined : "edit-block-problem"}
          onInput={(event) => setName(event.currentTarget.value)}
        />
        <button type="submit">Block</button>
      </div>
      {problem !== "" && (
        <p id="edit-block-problem" class="problem" role="alert">
          {problem}
        </p>
      )}
    </form>
  );
}
