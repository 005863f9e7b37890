// Who is to be told, as options give it: submit --notify, notify add.
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { multiple, optional } from "@optique/core/modifiers";
import type { InferValue } from "@optique/core/parser";
import { option } from "@optique/core/primitives";
import type { NewNotice } from "../events";
import { PlainError } from "../local/program";
import { jobReasons, type NoticeReason, noticeReasons } from "../notices";
import type { Submission } from "../submission";
import { value } from "./value";

/** Reasons with commas between. */
export const reasonList = value<NoticeReason[]>({
  metavar: "REASONS",
  placeholder: [],
  read(text) {
    const words = text.split(",");
    const wrong = words.find((word) => !(noticeReasons as readonly string[]).includes(word));
    if (wrong !== undefined) throw new Error(`'${wrong}' is none of ${noticeReasons.join(", ")}`);
    return [...new Set(words)] as NoticeReason[];
  },
  otherwise: async () => noticeReasons.map((reason) => ({ text: reason, says: says[reason] })),
  several: true,
});

const says: Record<NoticeReason, string> = {
  finished: "every frame is finished",
  failed: "it ended with failed frames",
  error: "its first failed run",
  attention: "it stopped itself and waits for a person",
  lost: "a slave is not heard of any more",
  sick: "a slave fails what others render",
};

/** Where messages go: `mailto:ana@studio.example`, or the address of a web hook. A bare mail address is taken for one. */
export const address = value<string>({
  metavar: "ADDRESS",
  placeholder: "",
  async read(text) {
    const to = /^[^\s@:/]+@[^\s@:/]+$/.test(text) ? `mailto:${text}` : text;
    const { NewNotice } = await import("../events");
    const read = NewNotice.shape.to.safeParse(to);
    if (!read.success) throw new Error(`'${text}': ${read.error.issues[0]!.message}`);
    return read.data;
  },
});

export const notifyOptions = object("Messages", {
  notify: multiple(
    option("--notify", address, {
      description: message`Who is told what becomes of it: ${"mailto:ana@studio.example"}, or a web hook; may be given several times.`,
    }),
  ),
  notifyOn: optional(
    option("--notify-on", reasonList, {
      description: message`What of: finished, failed, error (the first), attention (it stopped itself); else finished and failed.`,
    }),
  ),
});

/** Who is told of a job that is submitted. */
export function notifyOf({ notify, notifyOn }: InferValue<typeof notifyOptions>): Submission["notify"] {
  if (notifyOn && notify.length === 0) throw new PlainError("--notify-on is for --notify: say who is to be told", 2);
  const on = notifyOn ?? usualReasons;
  const strange = on.find((reason) => !(jobReasons as readonly string[]).includes(reason));
  if (strange)
    throw new PlainError(`--notify-on: '${strange}' is told of slaves: drqueue notify add ADDRESS --on ${strange}`, 2);
  return notify.map((to) => ({ to, on: on as Submission["notify"][number]["on"] }));
}

/** What people are told of unless they say otherwise. */
export const usualReasons: NewNotice["on"] = ["finished", "failed"];
