import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { map, optional } from "@optique/core/modifiers";
import { argument, command, flag, option } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { dataFolder } from "../../local/folder";
import { PlainError, type Step } from "../../local/program";
import { type Command, helpOf, printer } from "../command";
import { Line, megabytes } from "../line";
import { count, moment, span } from "../table";

/** What came back from a backup. */
type Restored = {
  header: { at: string; release: string };
  rows: Record<string, number>;
  running: number;
  numbers: { job: number; attempt: number };
};

/** What is done where a master is at home, without it. */
export type Here = {
  /** A backup, packed; undefined when it is the master that has to be asked. */
  backup(data: string): Promise<ReadableStream<Uint8Array> | undefined>;
  restore(data: string, packed: ReadableStream<Uint8Array>): Promise<Restored>;
};

export const restore = (here: Here): Command =>
  command(
    "restore",
    map(
      object({
        file: argument(string({ metavar: "FILE" }), {
          description: message`The backup; ${"-"} is standard input.`,
          errors: { endOfInput: message`name a backup: restore farm.backup.` },
        }),
        data: optional(
          option("--data", string({ metavar: "FOLDER" }), {
            description: message`The master's data folder; else DRQUEUE_DATA, else the usual one.`,
          }),
        ),
        json: optional(flag("--json", { description: message`Print JSON, for programs.` })),
      }),
      ({ file, data, json }): Step =>
        async () => {
          const folder = dataFolder(data);
          const begun = performance.now();
          const { header, rows, running, numbers } = await here.restore(folder, await openBackup(file, json === true));
          const total = Object.values(rows).reduce((sum, one) => sum + one, 0);
          const lines = [
            `the farm is as it was at ${moment(header.at)}: ${count(rows.job ?? 0)} jobs, ${count(total)} rows in ${span((performance.now() - begun) / 1000)}`,
            running > 0
              ? `${count(running)} tasks ran at that moment: slaves that still run them go on, the others begin again`
              : "",
            `what ended later is rendered again; job numbers go on at ${numbers.job}, attempts at these jobs at ${numbers.attempt}`,
            `start the master: drqueue master${data ? ` --data ${folder}` : ""}`,
          ];
          printer(json === true)({ at: header.at, release: header.release, rows, running, numbers }, () =>
            lines.filter((line) => line !== "").join("\n"),
          );
          return 0;
        },
    ),
    helpOf({
      does: message`Bring a farm back from a backup, into a new data folder or the empty database of DATABASE_URL.`,
      more: message`Stop the master first. All comes back or nothing. What ended after the backup is rendered again; numbers of jobs, slaves and attempts that were given out since then are passed over. Messages that were on their way may come a second time. Logs, pictures, jobscripts and the folder of kinds are in no backup: point the master to them as before (--logs, --scripts, --kinds).`,
      examples: ["restore /mnt/backup/farm.backup", "restore farm.backup --data /srv/drqueue"],
    }),
  ) as Command;

async function openBackup(file: string, quiet: boolean): Promise<ReadableStream<Uint8Array>> {
  if (file === "-") {
    if (process.stdin.isTTY === true) throw new PlainError("a backup does not come from a terminal: name a file", 2);
    return Bun.stdin.stream();
  }
  const found = Bun.file(file);
  const about = await found.stat().catch((error: NodeJS.ErrnoException) => {
    throw new PlainError(
      error.code === "ENOENT"
        ? `there is no file ${file}`
        : `may not read ${file} (${error.code}): choose another user`,
    );
  });
  if (!about.isFile()) throw new PlainError(`${file} is not a file: name one that drqueue backup wrote`);
  const line = new Line(quiet);
  let bytes = 0;
  return found.stream().pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform(part, on) {
        bytes += part.length;
        line.tell(() => `${Math.floor((bytes / about.size) * 100)} % of ${megabytes(about.size)} read`);
        on.enqueue(part);
      },
      flush: () => line.end(),
    }),
  );
}
