// What happens in a farm, as those are told who follow it: over HTTP as it happens, by mail, at a web address.
import { z } from "zod";
import { noticeReasons, noticeStyles } from "./notices";
import { count, line, text, time } from "./wire";

export type { NoticeReason, NoticeStyle } from "./notices";

/** `job.progress` comes at most once a second for each job, all others when they happen. */
export const eventTypes = [
  "job.submitted",
  "job.state",
  "job.changed",
  "job.error",
  "job.progress",
  "job.deleted",
  "slave.new",
  "slave.state",
  "slave.sick",
  "slave.well",
  "slave.changed",
] as const;
export type EventType = (typeof eventTypes)[number];

/** The place of an event: pass it on to go on behind it. */
export const eventId = z.string().regex(/^\d{1,20}-\d{1,19}$/, "not the id of an event");

export const FarmEvent = z
  .object({
    id: eventId.describe("Goes on from here: Last-Event-ID"),
    at: time,
    type: z.enum(eventTypes),
    job: count.nullable(),
    slave: count.nullable(),
    data: z
      .record(z.string(), z.unknown())
      .describe(
        "name, owner, state, from (the state before); of progress the tasks by state; of job.error nothing more",
      ),
  })
  .describe("Something that happened")
  .meta({ id: "FarmEvent" });
export type FarmEvent = z.infer<typeof FarmEvent>;

// Nothing that would begin a second address, a name, or a header.
const mailAddress = /^mailto:[^\s@<>()[\],;:"\\?&\p{C}]+@[^\s@<>()[\],;:"\\?&\p{C}]+$/u;

const to = text(1000).refine(
  (address) => mailAddress.test(address) || (/^https?:\/\/[^\s]+$/.test(address) && URL.canParse(address)),
  "write mailto:ana@studio.example, or the address of a web hook, https://...",
);

export const NewNotice = z
  .strictObject({
    to: to.describe("mailto:ana@studio.example, or the address of a web hook"),
    on: z.array(z.enum(noticeReasons)).min(1).max(6).default(["finished", "failed"]).describe("What of"),
    job: z.int().min(1).optional().describe("Only of this job"),
    owner: line(100).optional().describe("Only of jobs of this owner"),
    style: z.enum(noticeStyles).optional().describe("How a web hook wants it; else told by its address"),
    secret: text(200)
      .min(8)
      .optional()
      .describe("Key of the signature in x-drqueue-signature, HMAC-SHA256 of the body"),
  })
  .describe("Somebody who is to be told")
  .meta({ id: "NewNotice" });
export type NewNotice = z.infer<typeof NewNotice>;

export const Notice = z
  .object({
    id: count,
    to: z.string(),
    on: z.array(z.enum(noticeReasons)),
    job: count.nullable(),
    owner: z.string().nullable(),
    style: z.enum(noticeStyles),
    signed: z.boolean().describe("Whether it has a secret"),
    problem: z.string().nullable().describe("Why the last message did not arrive; null when it did, or there was none"),
  })
  .describe("Somebody who is told")
  .meta({ id: "Notice" });
export type Notice = z.infer<typeof Notice>;
