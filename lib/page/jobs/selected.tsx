// What can be done with the jobs that are selected: a bar of buttons, told before where something is lost, taken back where it can be.
import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { ask } from "../asked";
import { isSignedOut } from "../farm-client";
import { tell } from "../told";
import { counted, grouped } from "../words";
import { type Act, acts, complaint, deleteAct, poolAct, priorityAct, takeAll, takeBack } from "./acts";
import { Loss } from "./loss";
import { type Asked, ValueForm, wanted } from "./value-form";

/** What is under way: with how many of so many jobs it was tried. */
type UnderWay = { doing: string; tried: number; of: number };

/**
 * `children` stand there while nothing is selected. `missing`: how many of the selected are not in the list any more. `done` is told of
 * jobs with which something was done, and whether they are gone. `remove`: what asks to delete is put there, for the key.
 */
export type SelectedProps = {
  selected: ReadonlySet<number>;
  missing: number;
  clear: () => void;
  done: (jobs: readonly number[], gone: boolean) => void;
  remove: { current: () => void };
  children: ComponentChildren;
};

export function SelectedJobs({ selected, missing, clear, done, remove, children }: SelectedProps) {
  const [underWay, setUnderWay] = useState<UnderWay>();
  const [form, setForm] = useState<Asked>();
  const cancel = useRef<AbortController | undefined>(undefined);
  const jobs = () => [...selected];
  const count = counted(selected.size, "job");

  const take = async (act: Act) => {
    const all = jobs();
    const cancelled = new AbortController();
    cancel.current = cancelled;
    const progress = (tried: number) => setUnderWay({ doing: act.doing, tried, of: all.length });
    progress(0);
    const taken = await takeAll(act, all, progress, cancelled.signal);
    setUnderWay(undefined);
    if (isSignedOut(taken.error)) window.dispatchEvent(new Event("drqueue:signed-out"));
    done(taken.done, act.step.do === "delete");
    const undo = async () => {
      const back = await takeBack(taken.back);
      done(
        taken.back.flatMap((one) => one.jobs),
        false,
      );
      tell({ text: `Taken back for ${counted(back, "job")}` });
    };
    const killing = taken.killing > 0 ? `, ${counted(taken.killing, "task")} being killed` : "";
    const moved = act.step.do === "requeue" ? `: ${counted(taken.tasks, "failed task")} to be tried again` : "";
    const same =
      taken.unchanged > 0 ? ` (${grouped(taken.unchanged)} ${taken.unchanged === 1 ? "was" : "were"} already)` : "";
    if (taken.done.length + taken.unchanged > 0)
      tell({
        text: `${counted(taken.done.length, "job")} ${act.done}${moved}${killing}${same}`,
        undo: taken.back.length > 0 ? undo : undefined,
      });
    const bad = complaint(taken);
    if (bad !== undefined) tell({ text: bad, bad: true });
  };
  const sure = async (act: Act, verb: string, lost: "killed" | "rerun") => {
    const title = `${verb} ${count}?`;
    if (await ask({ title, text: <Loss jobs={jobs()} of={lost} />, yes: `${verb} ${count}`, danger: true }))
      await take(act);
  };
  remove.current = async () => {
    if (selected.size === 0 || underWay) return;
    let dependents: "refuse" | "cascade" | "release" = "refuse";
    const text = (
      <>
        <Loss jobs={jobs()} of="deleted" />
        <p>
          <label for="jobs-dependents">Other jobs that wait for them: </label>
          <select
            id="jobs-dependents"
            onChange={(event) => {
              dependents = event.currentTarget.value as typeof dependents;
            }}
          >
            <option value="refuse">keep the one they wait for</option>
            <option value="release">start without</option>
            <option value="cascade">delete as well</option>
          </select>
        </p>
      </>
    );
    if (await ask({ title: `Delete ${count}?`, text, yes: `Delete ${count}`, danger: true }))
      await take(deleteAct(dependents));
  };
  if (underWay)
    return (
      <div class="jobs-bar" role="status">
        <label for="jobs-under-way">
          {underWay.doing} {grouped(underWay.tried)} of {counted(underWay.of, "job")}
        </label>
        <progress id="jobs-under-way" max={underWay.of} value={underWay.tried} />
        <button type="button" onClick={() => cancel.current?.abort()}>
          Cancel the rest
        </button>
      </div>
    );
  if (selected.size === 0) return <>{children}</>;
  return (
    <div class="jobs-bar" role="toolbar" aria-label="Selected jobs">
      <b role="status">
        {count} selected{missing > 0 && `, ${grouped(missing)} not in this list any more`}
      </b>
      <button type="button" onClick={() => take(acts.stop)}>
        Stop
      </button>
      <button type="button" onClick={() => sure(acts.kill, "Stop and kill", "killed")}>
        Stop and kill…
      </button>
      <button type="button" onClick={() => take(acts.proceed)}>
        Continue
      </button>
      <button type="button" onClick={() => take(acts.requeue)}>
        Requeue failed
      </button>
      <button type="button" onClick={() => setForm(wanted.priority)}>
        Priority…
      </button>
      <button type="button" onClick={() => setForm(wanted.pool)}>
        Pool…
      </button>
      <button type="button" onClick={() => sure(acts.rerun, "Rerun", "rerun")}>
        Rerun…
      </button>
      <button type="button" class="danger" onClick={() => remove.current()}>
        Delete…
      </button>
      <button type="button" class="quiet" onClick={clear}>
        Select none
      </button>
      {form && (
        <ValueForm
          asked={form}
          count={count}
          close={() => setForm(undefined)}
          send={(value) => void take(form === wanted.priority ? priorityAct(Number(value)) : poolAct(value))}
        />
      )}
    </div>
  );
}
