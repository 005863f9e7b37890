import { object } from "@optique/core/constructs";
import { message } from "@optique/core/message";
import { optional } from "@optique/core/modifiers";
import { argument, flag } from "@optique/core/primitives";
import { string } from "@optique/core/valueparser";
import { PlainError } from "../../local/program";
import { openTarget } from "../backup-target";
import { clientCommand, type Print } from "../command";
import { Line, megabytes } from "../line";
import { count, moment, span } from "../table";
import type { Here } from "./restore";

type Given = { file: string; force: true | undefined };

export const backup = (here: Here) =>
  clientCommand<Given>(
    "backup",
    {
      does: message`Write a backup of the whole farm into a file: jobs, frames, runs, slaves, notices, the token.`,
      more: message`It is made by the master, while the farm works, and is of one moment; without a master by the database of the data folder, or of DATABASE_URL. Keep it from others: it has the farm's token. It does not hold logs, pictures, jobscripts, the folder of kinds, and settings of slaves, which are theirs. While a large one is made Postgres keeps what is replaced: do not let it wait for days. It is packed by zstd.`,
      examples: [
        "backup /mnt/backup/farm.backup",
        "backup --force farm.backup",
        "backup - | ssh safe 'cat > farm.backup'",
      ],
    },
    object({
      file: argument(string({ metavar: "FILE" }), {
        description: message`Where to; ${"-"} is standard output.`,
        errors: { endOfInput: message`name a file: backup farm.backup.` },
      }),
      force: optional(flag("--force", { description: message`Replace a file that is there.` })),
    }),
    async (client, given, print) => {
      const { body } = await client.backup();
      if (!body) throw new PlainError("the master sent no backup: look into its log");
      await keep(body, given, print);
    },
    async (given, { data, masters, print }) => {
      const packed = masters ? undefined : await here.backup(data);
      if (packed) await keep(packed, given, print);
      return packed !== undefined;
    },
  );

/** Writes it down while it is read, as restore would: what is kept has been looked at to its end. */
async function keep(packed: ReadableStream<Uint8Array>, { file, force }: Given, print: Print): Promise<void> {
  const { readBackup } = await import("../../local/backup-read");
  const begun = performance.now();
  const target = await openTarget(file, force === true).catch(async (error) => {
    await packed.cancel();
    throw error;
  });
  for (const [signal, code] of [
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)
    process.once(signal, () => {
      target.drop();
      process.exit(code);
    });
  let bytes = 0;
  const written = packed.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      async transform(part, on) {
        await target.write(part);
        bytes += part.length;
        on.enqueue(part);
      },
    }),
  );
  const line = new Line(print.json);
  try {
    let at = "";
    let rows = 0;
    for await (const piece of readBackup(written)) {
      if (piece.kind === "header") at = piece.header.at;
      else if (piece.kind === "table") line.tell(() => `${count(rows)} rows, ${megabytes(bytes)}: ${piece.table}`);
      else if (piece.kind === "tableEnd") rows += piece.rows;
      else if (piece.kind === "rows") line.tell(() => `${count(rows)} rows, ${megabytes(bytes)}`);
      else {
        await target.keep();
        line.end();
        const seconds = (performance.now() - begun) / 1000;
        const told = `${file === "-" ? "written" : file}: ${count(piece.rows.job ?? 0)} jobs, ${count(rows)} rows, ${megabytes(bytes)} in ${span(seconds)}, as of ${moment(at)}`;
        if (file === "-") process.stderr.write(`${told}\n`);
        else print({ file, at, rows: piece.rows, bytes, seconds }, () => told);
      }
    }
  } catch (error) {
    target.drop();
    line.end();
    const { message: why, code } = error as Error & { code?: string };
    if (!(error instanceof PlainError) && code && /ECONN|Connection|ABORT/i.test(code))
      throw new PlainError(`the master's answer broke off (${why}): the backup is dropped, look into the master's log`);
    throw error;
  }
}
