// How long the tasks of a job took: a histogram, the slowest frames, the slaves that did them.
import type { JobDetail, JobTimes } from "../../client";
import { farm, wordsOf } from "../farm-client";
import { hrefOf } from "../place";
import { useRead } from "../read";
import { counted, grouped } from "../words";
import { exact } from "./exact";
import { ofJob } from "./of-job";
import "./panels.css";

/** Jobs finish tasks all the time, and their times change little by each, ms. */
const restMs = 10_000;

export function Times({ job }: { job: JobDetail }) {
  const { value: times, error } = useRead(() => farm.jobTimes(job.id), ["times", job.id], {
    on: ofJob(job.id),
    restMs,
  });
  return (
    <section class="panel times" aria-labelledby="times-title">
      <h2 id="times-title">Times</h2>
      {error !== undefined && <p class="problem">{wordsOf(error)}</p>}
      {times &&
        (times.runs > 0 ? <Histogram times={times} job={job} /> : <p class="muted">Nothing has finished yet.</p>)}
      {times && times.slowest.length > 0 && <Slowest times={times} job={job} />}
      {times && times.slaves.length > 0 && <Slaves slaves={times.slaves} />}
    </section>
  );
}

function Histogram({ times: { buckets, runs, sampled }, job }: { times: JobTimes; job: JobDetail }) {
  const most = Math.max(...buckets.map((bucket) => bucket.runs));
  const highest = buckets.find((bucket) => bucket.runs === most)!;
  const spanOf = ({ from, to }: { from: number; to: number }) => `${exact(from)} to ${exact(to)}`;
  const width = buckets[0]!.to - buckets[0]!.from;
  const every = Math.max(1, Math.ceil(buckets.length / 4));
  return (
    <>
      <p class="muted">
        {counted(runs, "run")}
        {sampled && ", an even part of all"}
        {job.block > 1 && `, each of up to ${job.block} frames`}
      </p>
      <div
        class="times-bars"
        role="img"
        aria-label={`Histogram of ${counted(runs, "run")}: most often ${spanOf(highest)}`}
      >
        {buckets.map((bucket) => (
          <span key={bucket.from} title={`${spanOf(bucket)}: ${counted(bucket.runs, "run")}`}>
            <i
              class={bucket.to - bucket.from > width * 1.5 ? "far" : ""}
              // A single run of thousands is to be seen as well.
              style={{ height: bucket.runs === 0 ? "0" : `max(2px, ${(bucket.runs / most) * 100}%)` }}
            />
          </span>
        ))}
      </div>
      <div class="times-axis" aria-hidden="true">
        {buckets.map(({ from }, at) =>
          at % every === 0 && at < buckets.length * 0.72 ? (
            <span key={from} style={{ left: `${(at / buckets.length) * 100}%` }}>
              {exact(from)}
            </span>
          ) : null,
        )}
        <span class="last">{exact(buckets.at(-1)!.to)}</span>
      </div>
      <table class="visually-hidden">
        <caption>Runs by how long they took</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Runs</th>
          </tr>
        </thead>
        <tbody>
          {buckets.map((bucket) => (
            <tr key={bucket.from}>
              <th scope="row">{spanOf(bucket)}</th>
              <td>{grouped(bucket.runs)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Slowest({ times: { slowest }, job }: { times: JobTimes; job: JobDetail }) {
  const mean = job.frameSeconds === null ? undefined : job.frameSeconds * job.block;
  return (
    <div class="wide">
      <table class="plain">
        <caption>Slowest frames</caption>
        <thead>
          <tr>
            <th scope="col">Frame</th>
            <th scope="col">Slave</th>
            <th scope="col" class="right">
              Took
            </th>
            <th scope="col" class="right">
              Of the mean
            </th>
          </tr>
        </thead>
        <tbody>
          {slowest.map(({ frame, attempt, slave, seconds }) => (
            <tr key={`${frame} ${attempt}`}>
              <td>
                <a href={hrefOf(["jobs", job.id, "log", frame], { attempt })} title="Its log">
                  {frame}
                </a>
              </td>
              <td>{slave === null ? "" : <a href={hrefOf(["slaves", slave])}>{slave}</a>}</td>
              <td class="right">{exact(seconds)}</td>
              <td class="right">{mean ? `${(seconds / mean).toFixed(1)}×` : ""}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Slaves({ slaves }: { slaves: JobTimes["slaves"] }) {
  return (
    <div class="wide long">
      <table class="plain">
        <caption>Slaves that did it</caption>
        <thead>
          <tr>
            <th scope="col">Slave</th>
            <th scope="col" class="right">
              Finished
            </th>
            <th scope="col" class="right">
              Failed
            </th>
            <th scope="col" class="right">
              Mean
            </th>
          </tr>
        </thead>
        <tbody>
          {slaves.map(({ slave, finished, failed, meanSeconds }) => (
            <tr key={slave}>
              <td>
                <a href={hrefOf(["slaves", slave])}>{slave}</a>
              </td>
              <td class="right">{grouped(finished)}</td>
              <td class={failed > 0 ? "right problem" : "right"}>{grouped(failed)}</td>
              <td class="right">{meanSeconds === null ? "" : exact(meanSeconds)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
