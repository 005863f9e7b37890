// Sending the job, once, however often and in whatever network a person presses the button; and where to go from there.
import { useEffect, useRef, useState } from "preact/hooks";
import { ClientError, type KindInfo, type NewJob } from "../../client";
import { randomKey } from "../../client/random-key";
import { farm, wordsOf } from "../farm-client";
import { useKeys } from "../keys";
import { hrefOf } from "../place";
import { problemsIn } from "./draft";
import { keepDraft, keepOwner } from "./kept";

type Sending = { job: string; key: string };

/** `isWhole`: nothing is wrong with it or missing; else `tried` says so. `refused`: what the farm finds wrong, by name. */
export function Actions({
  job,
  kind,
  from,
  isWhole,
  tried,
  refused,
}: {
  job: NewJob;
  kind: KindInfo | undefined;
  from: number | undefined;
  isWhole: boolean;
  tried: () => void;
  refused: (problems: Record<string, string>) => void;
}) {
  const [isUnderWay, setIsUnderWay] = useState(false);
  const [done, setDone] = useState<{ id: number; job: string }>();
  const [problem, setProblem] = useState<string>();
  const busy = useRef(false);
  // Of a job whose answer was lost it is not known whether it was stored: the same job goes out under the same key.
  const last = useRef<Sending | undefined>(undefined);
  const link = useRef<HTMLAnchorElement>(null);
  const text = JSON.stringify(job);
  const isDone = done !== undefined && done.job === text;
  useEffect(() => link.current?.focus(), [isDone]);
  useEffect(() => setProblem(undefined), [text]);

  const send = async () => {
    if (busy.current || isDone) return;
    if (!isWhole) return tried();
    busy.current = true;
    setIsUnderWay(true);
    setProblem(undefined);
    if (last.current?.job !== text) last.current = { job: text, key: randomKey() };
    try {
      const { id } = await farm.submit(job, { key: last.current.key });
      last.current = undefined;
      keepDraft(from, undefined);
      // Whose job was submitted again says nothing of who sits here.
      if (from === undefined) keepOwner(job.owner ?? "");
      setDone({ id, job: text });
    } catch (error) {
      const found =
        error instanceof ClientError && error.status === 400 ? problemsIn(error.message, kind) : wordsOf(error);
      if (typeof found === "string") setProblem(found);
      else {
        refused(found);
        tried();
      }
    }
    busy.current = false;
    setIsUnderWay(false);
  };
  const latest = useRef(send);
  latest.current = send;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey) || event.repeat) return;
      if (document.querySelector("dialog[open]")) return;
      event.preventDefault();
      void latest.current();
    };
    document.addEventListener("keydown", pressed);
    return () => document.removeEventListener("keydown", pressed);
  }, []);
  // It has a listener of its own, as it is pressed in fields too; here it stands for the list of keys.
  useKeys([{ key: "Ctrl+Enter", does: "Submit the job", act: () => {} }]);

  return (
    <div class="submit-actions panel">
      {isDone ? (
        <>
          <p role="status">Submitted as job {done.id}.</p>
          <a ref={link} class="button" href={hrefOf(["jobs", done.id])}>
            Go to job {done.id}
          </a>
          <button type="button" onClick={() => setDone(undefined)}>
            Another like it
          </button>
        </>
      ) : (
        <>
          <button type="button" class="primary" onClick={send} disabled={isUnderWay} title="Ctrl+Enter">
            {isUnderWay ? "Submitting …" : job.stopped ? "Submit stopped" : "Submit"}
          </button>
          {problem !== undefined && (
            <p class="problem" role="alert">
              {problem}
            </p>
          )}
        </>
      )}
    </div>
  );
}
