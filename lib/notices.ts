// Notices: which events people are told of, in which style, what a message holds, and when one that did not arrive is sent again.
import type { JobState } from "./states";

/** What a person can be told of. `error`: the first failed run of a job. `attention`: a job stopped itself and waits for a person. */
export const noticeReasons = ["finished", "failed", "error", "attention", "lost", "sick"] as const;
export type NoticeReason = (typeof noticeReasons)[number];

/** How a message is written: a mail, or the body that a web address wants. */
export const noticeStyles = ["mail", "json", "slack", "discord", "teams"] as const;
export type NoticeStyle = (typeof noticeStyles)[number];

/** Reasons that belong to a job; the others belong to the farm. */
export const jobReasons = ["finished", "failed", "error", "attention"] as const satisfies readonly NoticeReason[];

/** What is told, before it is put into the words of a style. As it is, the body of style `json`. */
export type Told = {
  reason: NoticeReason | "test";
  /** When it happened. */
  at: string;
  job?: ToldJob;
  slaves?: { name: string; problem: string | null }[];
  failures?: ToldFailure[];
};

/** A job in a message. `numbers` are missing when it was deleted before they were read. */
export type ToldJob = { id: number; name: string; owner: string; state: JobState; stopReason: string | null } & {
  numbers?: JobNumbers;
};

export type JobNumbers = {
  frames: { total: number; finished: number; failed: number };
  /** From the start of its first task until now or its end. */
  seconds: number | null;
  secondsPerFrame: number | null;
  /** The task that took longest, by its first frame. */
  slowest: { frame: number; seconds: number } | null;
  failedFrames: string;
  /** Who ran tasks of it, those with the most first; `moreSlaves` are not named. */
  slaves: { name: string; runs: number }[];
  moreSlaves: number;
};

/** A run that failed, with the last lines of its log. */
export type ToldFailure = {
  frame: number;
  attempt: number;
  slave: string;
  code: number | null;
  message: string | null;
  log: string[];
};

/** So many frames that failed are told, with so many lines of each log. */
export const mostFailures = 5;
export const mostLogLines = 10;

/** What an event is to people; undefined when they are not told of it. */
export function reasonOf(event: { type: string; data: Record<string, unknown> }): NoticeReason | undefined {
  const { state, stopReason } = event.data;
  if (event.type === "job.error") return "error";
  if (event.type === "slave.sick") return "sick";
  if (event.type === "slave.state" && state === "lost") return "lost";
  if (event.type !== "job.state") return undefined;
  if (state === "finished" || state === "failed") return state;
  return state === "stopped" && typeof stopReason === "string" ? "attention" : undefined;
}

/** The style for an address: that of the service it belongs to, unless one is given. Throws when they do not go together. */
export function styleFor(to: string, given?: NoticeStyle): NoticeStyle {
  const isMail = to.startsWith("mailto:");
  if (given !== undefined && (given === "mail") !== isMail)
    throw new Error(
      isMail
        ? `style ${given} is for web hooks, not for mail`
        : "style mail is for addresses as mailto:ana@studio.example",
    );
  if (isMail) return "mail";
  if (!URL.canParse(to)) throw new Error("this is not the address of a web hook: write https://host/path");
  return given ?? styleOfHost(new URL(to).hostname);
}

function styleOfHost(host: string): NoticeStyle {
  if (/^hooks\.slack(-gov)?\.com$/.test(host)) return "slack";
  if (/^((ptb|canary)\.)?discord(app)?\.com$/.test(host)) return "discord";
  // Workflows (Power Automate), and the connectors that they replace.
  const teams =
    /(^|\.)(logic\.azure\.com|powerplatform\.com|powerautomate\.com|webhook\.office\.com|flow\.microsoft\.com)$/;
  return teams.test(host) ? "teams" : "json";
}

/** How long a message is tried, and how long a message that arrived or was given up is remembered, ms. */
export const giveUpMs = 24 * 3_600_000;
export const rememberMs = 7 * 24 * 3_600_000;

const longestWaitMs = 3_600_000;

/** Wait after the try of this number, from 1, ms: doubled each time, an hour at most. */
export function waitAfter(tries: number, firstMs: number): number {
  return Math.min(longestWaitMs, firstMs * 2 ** Math.min(tries - 1, 30));
}
