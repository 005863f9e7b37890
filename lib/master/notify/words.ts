// A message in words: subject, text, HTML. What comes from elsewhere (names, logs) is shown as it reads and never does anything.
import type { Told, ToldFailure, ToldJob } from "../../notices";

const longest = { name: 120, subject: 200, reason: 300, line: 240 };
const mostSlavesNamed = 5;

/** The subject: one line. */
export function subjectOf(told: Told): string {
  return cut(`[DrQueue] ${headline(told)}`, longest.subject);
}

/** What happened, in a line without the mark in front. */
export function headline({ reason, job, slaves = [] }: Told): string {
  const named = job ? `job ${job.id} ${name(job.name)}` : "a job";
  const frames = job?.numbers?.frames;
  const names = slaves.map((slave) => name(slave.name));
  const some = names.slice(0, mostSlavesNamed).join(", ") + (names.length > mostSlavesNamed ? ", ..." : "");
  switch (reason) {
    case "finished":
      return `${named} is finished`;
    case "failed":
      return `${named} failed${frames ? `: ${number(frames.failed)} of ${number(frames.total)} frames` : ""}`;
    case "error":
      return `${named} has its first error`;
    case "attention":
      return `${named} stopped itself: ${oneLine(job?.stopReason ?? "", longest.reason)}`;
    case "lost":
      return names.length === 1 ? `slave ${some} is lost` : `${names.length} slaves are lost: ${some}`;
    case "sick":
      return `slave ${some} is sick`;
    case "test":
      return "a test message";
  }
}

/** Names and values under each other, as far as they are known. */
export function factsOf({ reason, job, slaves = [] }: Told): [name: string, value: string][] {
  const facts: [string, string][] = [];
  if (job) facts.push(...factsOfJob(job));
  for (const slave of slaves)
    facts.push(["Slave", name(slave.name) + (slave.problem ? `: ${oneLine(slave.problem, longest.reason)}` : "")]);
  if (reason === "lost") facts.push(["Meaning", "not heard of any more; other slaves get its tasks"]);
  if (reason === "sick")
    facts.push(["Meaning", "it failed tasks of three jobs that others can render, and gets none for an hour"]);
  if (reason === "test") facts.push(["Meaning", "messages of this farm arrive here"]);
  return facts;
}

function factsOfJob({ id, name: called, owner, stopReason, numbers }: ToldJob): [string, string][] {
  const facts: [string, string][] = [["Job", `${id} ${name(called)}`]];
  if (owner !== "") facts.push(["Owner", name(owner)]);
  if (stopReason !== null) facts.push(["Stopped", oneLine(stopReason, longest.reason)]);
  if (!numbers) return facts;
  const { frames, seconds, secondsPerFrame, slowest, failedFrames, slaves, moreSlaves } = numbers;
  facts.push([
    "Frames",
    `${number(frames.finished)} finished, ${number(frames.failed)} failed, of ${number(frames.total)}`,
  ]);
  if (failedFrames !== "") facts.push(["Failed", oneLine(failedFrames, longest.line)]);
  if (seconds !== null) facts.push(["Took", span(seconds)]);
  if (secondsPerFrame !== null) facts.push(["Average", `${span(secondsPerFrame)} a frame`]);
  if (slowest !== null) facts.push(["Slowest", `frame ${slowest.frame}, ${span(slowest.seconds)}`]);
  if (slaves.length > 0) {
    const named = slaves.map(({ name: slave, runs }) => `${name(slave)} (${number(runs)})`).join(", ");
    facts.push(["Slaves", named + (moreSlaves > 0 ? ` and ${number(moreSlaves)} more` : "")]);
  }
  return facts;
}

/** One line about a run that failed. */
export function failureLine({ frame, attempt, slave, code, message }: ToldFailure): string {
  const why = message === null ? (code === null ? "failed" : `exit ${code}`) : oneLine(message, longest.reason);
  return `frame ${frame} on ${name(slave)}, attempt ${attempt}: ${why}`;
}

/** The last lines of a log as they may be shown. */
export function logLines({ log }: ToldFailure): string[] {
  return log.map((line) => oneLine(line, longest.line, false));
}

/** Commands that tell more. */
export function commandsFor({ reason, job, slaves = [], failures = [] }: Told): string[] {
  if (job) {
    const log = failures[0] ? [`drqueue log ${job.id} ${failures[0].frame}`] : [];
    if (reason === "finished") return [`drqueue job ${job.id}`];
    const next = reason === "attention" ? [`drqueue continue ${job.id}`] : [];
    return [`drqueue frames ${job.id}`, ...log, ...(reason === "failed" ? [`drqueue requeue ${job.id}`] : next)];
  }
  const [first] = slaves;
  if (!first) return ["drqueue notify"];
  // Names with blanks or worse are left for the person to look up.
  const named = slaves.length === 1 && /^[\w.-]{1,60}$/.test(first.name) ? first.name : undefined;
  if (!named) return ["drqueue slaves"];
  return reason === "sick" ? [`drqueue why --slave ${named}`, `drqueue clear ${named}`] : [`drqueue slave ${named}`];
}

/** The whole message as plain text. */
export function textOf(told: Told): string {
  return [`${capital(headline(told))}.`, "", ...linesOf(told)].join("\n");
}

/** The same without its first line. */
export function linesOf(told: Told): string[] {
  const facts = factsOf(told);
  const widest = Math.max(0, ...facts.map(([name]) => name.length));
  const failures = (told.failures ?? []).flatMap((one) => [
    failureLine(one),
    ...logLines(one).map((line) => `    ${line}`),
  ]);
  return [
    ...facts.map(([name, value]) => `${name.padEnd(widest)}  ${value}`),
    ...(failures.length > 0 ? ["", ...failures] : []),
    "",
    "Look further:",
    ...commandsFor(told).map((command) => `  ${command}`),
  ];
}

/** The whole message as HTML. */
export function htmlOf(told: Told): string {
  const rows = factsOf(told).map(
    ([name, value]) =>
      `<tr><td style="color:#666;padding:2px 16px 2px 0">${escaped(name)}</td><td>${escaped(value)}</td></tr>`,
  );
  const failures = (told.failures ?? []).map((one) => {
    const log = logLines(one);
    const shown = log.length > 0 ? `<pre style="${mono}">${escaped(log.join("\n"))}</pre>` : "";
    return `<p>${escaped(capital(failureLine(one)))}</p>${shown}`;
  });
  const commands = `<p>Look further:</p><pre style="${mono}">${escaped(commandsFor(told).join("\n"))}</pre>`;
  return [
    `<!doctype html><html><body style="font-family:sans-serif"><h3>${escaped(capital(headline(told)))}</h3>`,
    `<table>${rows.join("")}</table>`,
    ...failures,
    commands,
    "</body></html>",
  ].join("\n");
}

const mono = "background:#f4f4f4;padding:8px;font-family:monospace";

/** A text in one line, without what steers a terminal, a mail header, or the direction of reading. */
export function oneLine(text: string, most: number, trimmed = true): string {
  const plain = text
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, "")
    .replace(/[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/g, " ");
  return cut(trimmed ? plain.trim() : plain.trimEnd(), most);
}

/** The beginning of a text, `most` characters at most. */
export function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 3).toWellFormed()}...`;
}

/** A span of time as people read it. */
export function span(seconds: number): string {
  const two = (value: number) => `${value}`.padStart(2, "0");
  const whole = Math.round(seconds);
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  if (whole < 86_400) return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} m`;
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3600)} h`;
}

function name(text: string): string {
  return oneLine(text, longest.name) || "(no name)";
}

function number(value: number): string {
  return value.toLocaleString("en");
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function escaped(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
