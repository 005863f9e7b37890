import { expect, test } from "bun:test";
import fc from "fast-check";
import { BackupLines, pack } from "../../lib/local/backup-file";
import { type BackupPiece, readBackup, readPlain } from "../../lib/local/backup-read";

const header = { release: "0.2.0", postgres: "18.4", at: "2026-11-22T20:00:00.000Z", migrations: [], sequences: [] };
type Tables = Record<string, string[]>;

function* written(tables: Tables): Generator<Uint8Array> {
  const lines = new BackupLines();
  yield lines.header(header);
  for (const [table, rows] of Object.entries(tables)) {
    yield lines.table(table, ["a", "b"]);
    for (const row of rows) yield lines.rows(Buffer.from(`${row}\n`));
    yield lines.endTable();
  }
  yield lines.end();
}

const whole = (tables: Tables) => Buffer.concat([...written(tables)]);

async function* cutInto(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** What is read, with the rows of each table together. */
async function read(pieces: AsyncIterable<BackupPiece>): Promise<Tables> {
  const found: Tables = {};
  let text = "";
  for await (const piece of pieces) {
    if (piece.kind === "rows") text += Buffer.from(piece.bytes).toString();
    if (piece.kind !== "tableEnd") continue;
    found[piece.table] = text.split("\n").slice(0, -1);
    expect(piece.rows).toBe(found[piece.table]!.length);
    text = "";
  }
  return found;
}

const packed = async (bytes: Uint8Array) => {
  const parts = await Array.fromAsync(pack(cutInto(bytes, 100)));
  return Buffer.concat(parts);
};
const unpack = (bytes: Uint8Array) => read(readBackup(new Blob([bytes as BlobPart]).stream()));

const rows = fc.array(
  fc.constantFrom("1\t2", "", "\\\\.", "\\\\.\t\\N", "x\\n\\\\.\\n", "\\\\", "ü\t{}", '{"table":"job"}', "\\x"),
  { maxLength: 8 },
);

test("however it is cut into pieces, the same rows are read", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.record({ job: rows, run: rows, farm: rows }),
      fc.integer({ min: 1, max: 60 }),
      async (tables, size) => {
        expect(await read(readPlain(cutInto(whole(tables), size)))).toEqual(tables);
      },
    ),
  );
  expect(await unpack(await packed(whole({ job: ["1\t2"] })))).toEqual({ job: ["1\t2"] });
});

test("one that was cut off anywhere, or changed anywhere, is refused in one line", async () => {
  const bytes = whole({ job: ["1\t2", "3\t4"], run: [] });
  for (let at = 0; at < bytes.length; at++) {
    await expect(read(readPlain(cutInto(bytes.subarray(0, at), 64)))).rejects.toThrow(
      /^(the backup is cut off|this is not a backup)/,
    );
    const changed = Buffer.from(bytes);
    changed[at] = changed[at]! ^ 1;
    await expect(read(readPlain(cutInto(changed, 64)))).rejects.toThrow(
      /^(the backup is (damaged|cut off)|this is not a backup|.*newer)[^\n]*$/,
    );
  }
  const file = await packed(bytes);
  for (let at = 0; at < file.length; at += 7)
    await expect(unpack(file.subarray(0, at))).rejects.toThrow(/^(the backup is cut off|this is not a backup)/);
  await expect(unpack(Buffer.concat([file, file]))).rejects.toThrow("the backup is damaged");
});

test("what is no backup is refused by name", async () => {
  for (const bytes of ["", "hello", "PK\u0003\u0004", "\0".repeat(5000)])
    await expect(unpack(Buffer.from(bytes))).rejects.toThrow("this is not a backup of DrQueue");
  await expect(unpack(await packed(Buffer.from("one\ntwo\n")))).rejects.toThrow("this is not a backup of DrQueue");
});

test("one of a format to come names the release that reads it", async () => {
  const line = JSON.stringify({ ...header, drqueue: "backup", format: 2, release: "9.1" });
  await expect(unpack(await packed(Buffer.from(`${line}\n`)))).rejects.toThrow(/is of DrQueue 9\.1, .* newer one/);
});
