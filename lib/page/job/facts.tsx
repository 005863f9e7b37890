// What a job was given.
import type { ComponentChildren } from "preact";
import type { JobDetail } from "../../client";
import { duration, grouped, memory } from "../words";

export function Facts({ job }: { job: JobDetail }) {
  const seconds = (ms: number | null) => (ms === null ? undefined : duration(ms / 1000));
  const facts: [string, ComponentChildren][] = [
    ["Frames", job.frames.length > 300 ? `${job.frames.slice(0, 300)}…` : job.frames],
    ["Tasks", job.block === 1 ? "one a frame" : `${grouped(job.taskCounts.total)} of ${grouped(job.block)} frames`],
    ["Order", job.order],
    ["Command", <code key="command">{job.command.join(" ")}</code>],
    ["Working folder", job.folder],
    ["Pictures", job.pictures],
    ["Logs", job.logFolder],
    ["Mean time", job.frameSeconds === null ? undefined : `${duration(job.frameSeconds)} a frame`],
    ["Slowest", job.slowest && `frame ${job.slowest.frame}, ${duration(job.slowest.seconds)}`],
    ["Retries", `${job.retries}`],
    ["Stops itself after", job.maxFailures > 0 ? `${grouped(job.maxFailures)} failed tasks` : undefined],
    ["Memory", job.memoryMb > 0 ? memory(job.memoryMb) : undefined],
    ["GPUs", job.gpus > 0 ? `${job.gpus}` : undefined],
    [
      "Licences",
      Object.entries(job.licences)
        .map(([name, count]) => `${count} × ${name}`)
        .join(", "),
    ],
    ["Systems", job.os],
    ["Most at a time", job.maxSlots === null ? undefined : grouped(job.maxSlots)],
    ["Most on one slave", job.maxPerSlave === null ? undefined : grouped(job.maxPerSlave)],
    ["Not before", job.notBefore && new Date(job.notBefore).toLocaleString()],
    ["A frame may take", seconds(job.frameTimeoutMs)],
    ["May be silent for", seconds(job.silenceMs)],
    ["Kept from", job.blocked.join(", ")],
    ["Set aside", job.setAside.map(({ slave, failures }) => `${slave} (${failures} failures)`).join(", ")],
    ["Deleted after its end", seconds(job.deleteAfterMs)],
  ];
  const given = [...Object.entries(job.fields ?? {}), ...Object.entries(job.env)];
  return (
    <section class="panel" aria-labelledby="facts-title">
      <h2 id="facts-title">Settings</h2>
      <dl class="facts">
        {facts
          .filter(([, value]) => value !== undefined && value !== null && value !== "")
          .map(([name, value]) => (
            <Fact key={name} name={name}>
              {value}
            </Fact>
          ))}
        {given.map(([name, value]) => (
          <Fact key={`given ${name}`} name={name}>
            <code>{`${value}`}</code>
          </Fact>
        ))}
      </dl>
    </section>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </>
  );
}
