import { readFileSync } from "node:fs";
import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { argument, option } from "@optique/core/primitives";
import { choice, string } from "@optique/core/valueparser";
import type { Client } from "../../client";
import type { Notice } from "../../events";
import { PlainError } from "../../local/program";
import { noticeStyles } from "../../notices";
import { clientCommand, terminalWidth } from "../command";
import { oneJob, ownerName } from "../given";
import { address, reasonList, usualReasons } from "../notices";
import { type Column, count, plain, table } from "../table";
import { present, value } from "../value";

const columns: Column<Notice>[] = [
  { title: "NOTICE", of: ({ id }) => `${id}`, right: true },
  { title: "TO", of: ({ to }) => plain(to), flexible: true },
  { title: "STYLE", of: ({ style, signed }) => (signed ? `${style}, signed` : style) },
  { title: "ON", of: ({ on }) => on.join(",") },
  { title: "OF", of: whatOf },
  { title: "PROBLEM", of: ({ problem }) => plain(problem ?? ""), flexible: true },
];

function whatOf({ job, owner }: Notice): string {
  if (job !== null) return `job ${job}`;
  return owner === null ? "the farm" : `jobs of ${plain(owner) || "(nobody)"}`;
}

/** An address, or the number of a notice. */
const target = value<string | number>({
  metavar: "ADDRESS|NOTICE",
  placeholder: "",
  async read(text) {
    if (/^\d{1,9}$/.test(text)) return Number(text);
    const read = await address.parse(text);
    if (read.success) return read.value;
    throw new Error(`'${text}': write mailto:ana@studio.example, https://..., or the number of a notice`);
  },
  suggest: async (client) => (await client.notices()).map(({ id, to }) => ({ text: `${id}`, says: to })),
});

export const notify = clientCommand(
  "notify",
  {
    does: message`List who is told what happens; add somebody, remove a notice, send a test.`,
    more: message`By mail, where the master has DRQUEUE_SMTP and DRQUEUE_MAIL_FROM, or to a web hook. Reasons: finished, failed, error (the first of a job), attention (a job stopped itself), lost and sick (slaves).`,
    examples: [
      "notify",
      "notify add mailto:ana@studio.example --owner ana --on finished,failed,error",
      "notify add https://hooks.slack.com/services/T0/B0/xyz --on failed,attention,lost,sick",
      "notify test mailto:ana@studio.example",
      "notify remove 3",
    ],
  },
  object({
    action: optional(
      argument(choice(["add", "remove", "test"], { metavar: "ACTION" }), {
        description: message`add, remove or test.`,
      }),
    ),
    target: optional(argument(target, { description: message`An address, or the number of a notice.` })),
    on: optional(option("--on", reasonList, { description: message`What of; else finished and failed.` })),
    owner: optional(option("--owner", ownerName, { description: message`Only of jobs of this owner.` })),
    job: optional(option("--job", oneJob, { description: message`Only of this job.` })),
    style: optional(
      option("--style", choice(noticeStyles), {
        description: message`How a web hook wants it; else told by its address.`,
      }),
    ),
    secretFile: optional(
      option("--secret-file", string({ metavar: "FILE" }), {
        description: message`File with the key by which messages to a web hook are signed.`,
      }),
    ),
  }),
  async (client, { action, target, on, owner, job, style, secretFile }, print) => {
    const given = present({ on, owner, job, style, secretFile });
    if (action === undefined || action === "remove") refuseOptions(given, action);
    if (action === undefined) {
      const found = await client.notices();
      print(found, () =>
        found.length === 0
          ? "nobody is told: add somebody with drqueue notify add mailto:ana@studio.example"
          : table(found, columns, terminalWidth()),
      );
      return;
    }
    if (target === undefined) throw new PlainError(missing[action], 2);
    if (action === "remove") return remove(client, target, print);
    const secret = secretFile === undefined ? undefined : readSecret(secretFile);
    if (action === "test") {
      if (typeof target === "number") refuseOptions(given, action);
      await client.testNotice(typeof target === "number" ? target : { to: target, ...present({ style, secret }) });
      print(
        { sent: true },
        () => `${typeof target === "number" ? `notice ${target}` : plain(target)}: a test message has arrived`,
      );
      return;
    }
    if (typeof target === "number")
      throw new PlainError(`'${target}' is not an address: write mailto:ana@studio.example, or https://...`, 2);
    const added = await client.addNotice({
      to: target,
      on: on ?? usualReasons,
      ...present({ owner, job, style, secret }),
    });
    print(added, () => `notice ${added.id}: ${plain(added.to)} is told of ${whatOf(added)} on ${added.on.join(", ")}`);
  },
);

const missing = {
  add: "say who is to be told: notify add mailto:ana@studio.example",
  remove: "say which notice: notify remove 3",
  test: "say where to: notify test mailto:ana@studio.example, or the number of a notice",
};

async function remove(
  client: Client,
  target: string | number,
  print: (value: unknown, text: () => string) => void,
): Promise<undefined> {
  if (typeof target !== "number")
    throw new PlainError(`'${target}' is not the number of a notice: drqueue notify lists them`, 2);
  const gone = await client.removeNotice(target);
  print(gone, () => `notice ${count(gone.id)}: ${plain(gone.to)} is no longer told`);
}

function refuseOptions(given: object, action: "remove" | "test" | undefined): void {
  const [name] = Object.keys(given);
  if (name === undefined) return;
  const flag = name === "secretFile" ? "secret-file" : name;
  throw new PlainError(
    action === undefined
      ? `--${flag} is for notify add`
      : `--${flag} is for an address, not for the number of a notice`,
    2,
  );
}

function readSecret(file: string): string {
  try {
    return readFileSync(file, "utf8").trim();
  } catch (error) {
    throw new PlainError(`--secret-file: ${(error as Error).message}`, 2);
  }
}
