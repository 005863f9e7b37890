// What can be done at once about what keeps a job from running.
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { JobDetail } from "../../client";
import { farm } from "../farm-client";
import { hrefOf } from "../place";
import { attempt, tell } from "../told";
import { counted } from "../words";
import { changeJob, doTo } from "./of-job";

/** A button that does something and cannot be pressed twice meanwhile. */
function Cure({ act, children }: { act: () => Promise<unknown>; children: ComponentChildren }) {
  const [busy, setBusy] = useState(false);
  return (
    <button
      type="button"
      disabled={busy}
      onClick={async () => {
        setBusy(true);
        await attempt(act);
        setBusy(false);
      }}
    >
      {children}
    </button>
  );
}

/** What the job itself, or one frame of it, waits for a person to do. */
export function JobCures({ job, frame, done }: { job: JobDetail; frame: number | undefined; done: () => void }) {
  const { id, notBefore, frameCounts } = job;
  const failedNeeds = job.needs.filter(({ state, until }) => state === "failed" && until !== "ended");
  const cures = [
    job.stopped && (
      <Cure
        key="continue"
        act={async () => {
          await doTo(id, () => farm.continue(id));
          tell({ text: `Job ${id} goes on`, undo: () => doTo(id, () => farm.stop(id)) });
          done();
        }}
      >
        Continue job {id}
      </Cure>
    ),
    notBefore !== null && Date.parse(notBefore) > Date.now() && (
      <Cure
        key="early"
        act={async () => {
          await changeJob(id, { notBefore: null });
          tell({ text: `Job ${id} may start now`, undo: () => changeJob(id, { notBefore }) });
          done();
        }}
      >
        Let it start now
      </Cure>
    ),
    frameCounts.failed > 0 && frame === undefined && (
      <Cure
        key="requeue"
        act={async () => {
          const { tasks } = await doTo(id, () => farm.requeue(id));
          tell({ text: `${counted(tasks, "failed task")} of job ${id} wait again` });
          done();
        }}
      >
        Requeue {counted(frameCounts.failed, "failed frame")}
      </Cure>
    ),
    frameCounts.failed > 0 && frame !== undefined && (
      <Cure
        key="requeue one"
        act={async () => {
          const { frames } = await farm.frames(id, { frames: `${frame}` });
          if (frames[0]?.state !== "failed") return tell({ text: `Frame ${frame} has not failed`, bad: true });
          await doTo(id, () => farm.requeue(id, `${frame}`));
          tell({ text: `Frame ${frame} of job ${id} waits again` });
          done();
        }}
      >
        Requeue frame {frame} if it failed
      </Cure>
    ),
    frame !== undefined && (
      <a key="log" class="button" href={hrefOf(["jobs", id, "log", frame])}>
        Log of frame {frame}
      </a>
    ),
    ...failedNeeds.map((need) => (
      <a key={need.job} class="button" href={hrefOf(["jobs", need.job])}>
        Look at job {need.job}, which failed
      </a>
    )),
  ].filter(Boolean);
  return cures.length > 0 ? <div class="why-cures">{cures}</div> : null;
}

/** What keeps slaves from the job and can be taken away here; slaves' own settings are changed where they are shown. */
export function SlaveCures({
  because,
  slaves,
  job,
  done,
}: {
  because: string;
  slaves: readonly string[];
  job: number;
  done: () => void;
}) {
  const names = slaves.length === 1 ? slaves[0]! : counted(slaves.length, "slave");
  const cure = {
    sick: {
      does: `Call ${names} well`,
      async act() {
        for (const slave of slaves) await farm.clearSlave(slave);
        tell({ text: `${names} may work again` });
      },
    },
    blocked: {
      does: `Unblock ${names}`,
      async act() {
        await doTo(job, () => farm.unblock(job, [...slaves]));
        tell({ text: `${names} may work on job ${job}`, undo: () => doTo(job, () => farm.block(job, [...slaves])) });
      },
    },
    setAside: {
      does: `Let ${names} try again`,
      async act() {
        await doTo(job, () => farm.unblock(job, [...slaves]));
        tell({ text: `${names} may work on job ${job} again` });
      },
    },
  }[because];
  if (!cure) return null;
  return (
    <div class="why-cures">
      <Cure
        act={async () => {
          await cure.act();
          done();
        }}
      >
        {cure.does}
      </Cure>
    </div>
  );
}
