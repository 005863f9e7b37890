// What a person does with the frames that they picked.
import { useState } from "preact/hooks";
import type { Done, JobDetail } from "../../client";
import { ask, Dialog } from "../asked";
import { farm } from "../farm-client";
import { hrefOf } from "../place";
import { attempt, tell } from "../told";
import { counted, grouped } from "../words";
import { type Board, cellStates, frameOf } from "./cells";
import { countsText } from "./frame-facts";
import { doTo } from "./of-job";
import { Runs } from "./runs";
import { countsIn, firstIn, framesAsked, framesText, outOf, type Selection } from "./selection";

/** The longest text of frames that is shown, characters. */
const longest = 48;

export type Picked = { job: JobDetail; board: Board; cells: Uint8Array; picked: Selection };

/** The bar of what is picked. `clear`: picks nothing. */
export function FrameActs({ job, board, cells, picked, clear }: Picked & { clear(): void }) {
  const [runsOf, setRunsOf] = useState<number>();
  const counts = countsIn(cells, picked);
  const count = counts.reduce((sum, one) => sum + one, 0);
  const of = (state: (typeof cellStates)[number]) => counts[cellStates.indexOf(state)]!;
  const text = framesText(board, picked);
  const asked = () => framesAsked(board, picked);
  const logOf = firstIn(cells, picked, "failed") ?? firstIn(cells, picked, "running") ?? picked[0]![0];
  const frames = counted(count, "frame");
  const act = (does: () => Promise<Done>, word: string, undo?: () => Promise<Done>) =>
    attempt(async () => {
      const { tasks, killing } = await doTo(job.id, does);
      const killed = killing > 0 ? `, ${counted(killing, "run")} being killed first` : "";
      const text = `${counted(tasks, job.block === 1 ? "frame" : "task")} ${word}${killed}`;
      tell({ text, undo: undo && (() => doTo(job.id, undo)) });
    });

  const requeue = async () => {
    if (of("finished") + of("running") > 0) {
      const sure = await ask({
        title: `Requeue ${frames}?`,
        text: <Losing finished={of("finished")} running={of("running")} />,
        yes: "Requeue",
        danger: true,
      });
      if (!sure) return;
    }
    await act(() => farm.requeue(job.id, asked()), "wait again");
  };
  const finish = async () => {
    if (of("running") > 0) {
      const sure = await ask({
        title: `Call ${frames} finished?`,
        text: `${counted(of("running"), "running frame is", "running frames are")} killed and not rendered any more.`,
        yes: "Finish",
        danger: true,
      });
      if (!sure) return;
    }
    const back = outOf(cells, picked, ["finished", "running"]);
    const undo = back.length === 0 ? undefined : () => farm.requeue(job.id, framesAsked(board, back));
    await act(() => farm.finish(job.id, asked()), "called finished", undo);
  };
  const kill = async () => {
    const sure = await ask({
      title: `Kill ${counted(of("running"), "running frame")}?`,
      text: "What they rendered so far is lost; they wait again.",
      yes: "Kill",
      danger: true,
    });
    if (sure) await act(() => farm.kill(job.id, asked()), "wait again");
  };
  const copy = () => attempt(() => navigator.clipboard.writeText(text).then(() => tell({ text: "Copied" })));

  return (
    <>
      <p class="picked-text" role="status">
        <b title={text.slice(0, 1000)}>
          {count === 1 ? "frame" : "frames"} {text.length > longest ? `${text.slice(0, longest)}…` : text}
        </b>{" "}
        ({frames}: {countsText(counts)}
        {job.block > 1 && `; tasks of ${grouped(job.block)} frames`})
      </p>
      <div class="picked-acts">
        <button type="button" onClick={requeue}>
          Requeue
        </button>
        <button type="button" onClick={finish} disabled={of("finished") === count}>
          Finish
        </button>
        <button type="button" class="danger" onClick={kill} disabled={of("running") === 0}>
          Kill
        </button>
        <a class="button" href={hrefOf(["jobs", job.id, "log", frameOf(board, logOf)])}>
          {count === 1 ? "Log" : `Log of ${frameOf(board, logOf)}`}
        </a>
        {count <= job.block && (
          <button type="button" onClick={() => setRunsOf(frameOf(board, picked[0]![0]))}>
            Runs
          </button>
        )}
        <button type="button" onClick={copy}>
          Copy
        </button>
        <button type="button" class="quiet" onClick={clear}>
          Clear
        </button>
      </div>
      {runsOf !== undefined && (
        <Dialog title={`Frame ${runsOf} of ${job.name}`} close={() => setRunsOf(undefined)}>
          <Runs job={job} frame={runsOf} />
          <div class="choices">
            <button type="button" onClick={() => setRunsOf(undefined)} autofocus>
              Close
            </button>
          </div>
        </Dialog>
      )}
    </>
  );
}

/** What is lost when frames are rendered again. */
export function Losing({ finished, running }: { finished: number; running: number }) {
  return (
    <>
      {finished > 0 && <p>{counted(finished, "finished frame is", "finished frames are")} rendered again.</p>}
      {running > 0 && <p>{counted(running, "running frame is", "running frames are")} killed first.</p>}
    </>
  );
}
