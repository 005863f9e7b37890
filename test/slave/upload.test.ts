// The way of logs from a slave to the store: what is sent, in which order, what is remembered, and what goes when there is too much.
import { afterEach, beforeEach, expect, test } from "bun:test";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClientError } from "../../lib/client";
import { markFolder } from "../../lib/local/log-marker";
import { type UploadOptions, Uploads } from "../../lib/slave/upload";
import { UploadList } from "../../lib/slave/upload-list";
import { type LogUpload, type LogUploadAnswer, mostWeight, pieceBytes } from "../../lib/uploads";
import { runName } from "../../lib/wire";
import { until } from "../farm";

let folder: string;
let logs: string;
let started: Uploads[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "drqueue-upload-"));
  logs = join(folder, "logs");
  mkdirSync(join(logs, "000001.shot"), { recursive: true });
  started = [];
});
afterEach(async () => {
  for (const one of started) await one.finish(0);
  rmSync(folder, { recursive: true, force: true });
});

/** A store that keeps what it gets in memory. */
class Store {
  readonly sent: LogUpload[] = [];
  readonly logs = new Map<string, Buffer>();
  readonly stored = new Set<string>();
  /** What is done before it answers; throwing, it is not reached. */
  before: (upload: LogUpload) => void = () => {};

  send = async (upload: LogUpload): Promise<LogUploadAnswer> => {
    this.before(upload);
    this.sent.push(upload);
    return {
      logs: upload.pieces.map(({ job, task, attempt, at, data, end }) => {
        const name = runName({ job, task, attempt });
        const held = this.logs.get(name) ?? Buffer.alloc(0);
        const bytes = data === "" ? Buffer.alloc(0) : Buffer.from(Bun.zstdDecompressSync(Buffer.from(data, "base64")));
        const now = at === held.length ? Buffer.concat([held, bytes]) : held;
        this.logs.set(name, now);
        if (end && now.length === end.size) this.stored.add(name);
        return {
          job,
          task,
          attempt,
          state: this.stored.has(name) ? ("stored" as const) : ("more" as const),
          at: now.length,
        };
      }),
    };
  };
}

const waits = { gatherMs: 20, firstMs: 10, mostMs: 50, busyMs: 10, sharedMs: 0 };
function uploads(store: Store, more: Partial<UploadOptions> = {}): Uploads {
  const made = new Uploads({
    folder,
    logs,
    capMb: 64,
    mostMb: 1024,
    keepMs: undefined,
    store: () => "8b6f4f4e-2f0a-4c52-9d38-2f1f5e9b7f11",
    busy: () => false,
    send: store.send,
    key: () => "key",
    waits,
    ...more,
  });
  started.push(made);
  return made;
}

const pathOf = (task: number) => `000001.shot/${`${task}`.padStart(4, "0")}.1.log`;
/** The log of a task, as one whose end the master knows. */
function ended(task: number, text: string | Uint8Array = `log ${task}\n`) {
  writeFileSync(join(logs, pathOf(task)), text);
  return { run: { job: 1, task, attempt: 1 }, log: pathOf(task) };
}
const arrived = (store: Store, many: number) =>
  until(async () => store.stored.size === many || undefined, `${many} logs to arrive`);
const noise = (bytes: number) => {
  const made = new Uint8Array(bytes);
  for (let at = 0; at < bytes; at += 65_536) crypto.getRandomValues(made.subarray(at, at + 65_536));
  return made;
};

test("many small logs go in one request", async () => {
  const store = new Store();
  uploads(store).add(Array.from({ length: 200 }, (_, task) => ended(task)));
  await arrived(store, 200);
  expect(store.sent.length).toBe(1);
  expect(store.logs.get("1.7.1")!.toString()).toBe("log 7\n");
});

test("no request is larger than a master takes, whatever the logs hold", async () => {
  const store = new Store();
  store.before = (upload) => expect(JSON.stringify(upload).length).toBeLessThan(1024 * 1024);
  uploads(store).add(Array.from({ length: 12 }, (_, task) => ended(task, noise(task % 2 ? pieceBytes : 200_000))));
  await arrived(store, 12);
  const sizes = store.sent.map((upload) => JSON.stringify(upload).length);
  expect(Math.max(...sizes)).toBeGreaterThan(mostWeight / 2);
});

test("a large log arrives while small ones pass it by", async () => {
  const store = new Store();
  const large = noise(20 * pieceBytes + 17);
  const up = uploads(store);
  up.add([ended(0, large)]);
  await until(async () => (store.logs.get("1.0.1")?.length ?? 0) > 0 || undefined, "the first piece");
  up.add([ended(1)]);
  await arrived(store, 2);
  expect([...store.stored].sort()).toEqual(["1.0.1", "1.1.1"]);
  expect(store.logs.get("1.0.1")!.equals(large)).toBe(true);
});

test("what waits is known to the next life of the slave, which goes on where it was", async () => {
  const store = new Store();
  const large = noise(6 * pieceBytes);
  store.before = ({ pieces }) => {
    if (pieces[0]!.at >= 3 * pieceBytes) throw new ClientError("away");
  };
  const first = uploads(store);
  first.add([ended(0, large)]);
  await until(async () => store.logs.get("1.0.1")?.length === 3 * pieceBytes || undefined, "half of it");
  await first.finish(0);
  store.before = () => {};
  const before = store.sent.length;
  uploads(store);
  await arrived(store, 1);
  expect(store.logs.get("1.0.1")!.equals(large)).toBe(true);
  // It asks where to go on, and sends the other half.
  expect(store.sent.length - before).toBe(4);
});

test("results go first", async () => {
  const store = new Store();
  let busy = true;
  const up = uploads(store, { busy: () => busy });
  up.add([ended(0)]);
  await Bun.sleep(100);
  expect(store.sent.length).toBe(0);
  busy = false;
  await arrived(store, 1);
});

test("a master that is away, or has no room, is asked again", async () => {
  const store = new Store();
  let tries = 0;
  store.before = () => {
    if (tries++ < 5) throw new ClientError("no room", 503);
  };
  uploads(store).add([ended(0)]);
  await arrived(store, 1);
});

test("where the log folder is the master's own, nothing is sent and nothing removed", async () => {
  const { store: id } = markFolder(logs, "farm");
  const store = new Store();
  const up = uploads(store, { store: () => id, mostMb: 0 });
  up.add([ended(0)]);
  expect(up.waiting).toBe(0);
  expect(existsSync(join(logs, pathOf(0)))).toBe(true);
});

test("a master without a store gets nothing, and the log stays", async () => {
  const store = new Store();
  const up = uploads(store, { store: () => undefined, mostMb: 0 });
  up.add([ended(0)]);
  expect([up.waiting, existsSync(join(logs, pathOf(0)))]).toEqual([0, true]);
});

test("copies of what is stored go first when there is too much, the oldest of them first", async () => {
  const store = new Store();
  const up = uploads(store, { mostMb: 1 });
  const half = () => "x".repeat(400 * 1024);
  up.add([ended(0, half()), ended(1, half())]);
  await arrived(store, 2);
  up.add([ended(2, half())]);
  await arrived(store, 3);
  expect([0, 1, 2].map((task) => existsSync(join(logs, pathOf(task))))).toEqual([false, true, true]);
});

test("of logs that wait for a master that stays away the oldest go, never those that have room", async () => {
  const store = new Store();
  store.before = () => {
    throw new ClientError("away");
  };
  const up = uploads(store, { mostMb: 1 });
  for (let task = 0; task < 5; task++) up.add([ended(task, noise(300 * 1024))]);
  expect([0, 1, 2, 3, 4].map((task) => existsSync(join(logs, pathOf(task))))).toEqual([false, false, true, true, true]);
  expect(up.waiting).toBe(3);
});

test("what a jobscript has put in the place of its log is not sent, and holds up nothing", async () => {
  const store = new Store();
  writeFileSync(join(folder, "secret"), "secret");
  symlinkSync(join(folder, "secret"), join(logs, pathOf(0)));
  Bun.spawnSync(["mkfifo", join(logs, pathOf(1))]);
  mkdirSync(join(logs, pathOf(2)));
  const up = uploads(store);
  const placed = [0, 1, 2].map((task) => ({ run: { job: 1, task, attempt: 1 }, log: pathOf(task) }));
  up.add([...placed, ended(3)]);
  await arrived(store, 1);
  expect([...store.logs.keys()]).toEqual(["1.3.1"]);
  expect(up.waiting).toBe(0);
});

test("a log that becomes shorter while it is sent is begun anew, and not for ever", async () => {
  const store = new Store();
  const up = uploads(store);
  let tries = 0;
  store.before = ({ pieces }) => {
    if (pieces[0]!.data === "") tries++;
    store.logs.delete("1.0.1");
    if (pieces[0]!.at > 0) writeFileSync(join(logs, pathOf(0)), noise(3 * pieceBytes - tries));
  };
  up.add([ended(0, noise(3 * pieceBytes))]);
  await until(async () => up.waiting === 0 || undefined, "it to be given up");
  expect(store.stored.size).toBe(0);
});

test("the logs of a deleted job wait no more", async () => {
  const store = new Store();
  const up = uploads(store, { busy: () => true });
  up.add([ended(0), { ...ended(1), run: { job: 2, task: 1, attempt: 1 } }]);
  up.forgetJob(1);
  expect(up.waiting).toBe(1);
});

test("a list that was not written to its end is read as far as it goes", () => {
  const list = new UploadList(folder);
  const log = (task: number) => ({ job: 1, task, attempt: 1, path: pathOf(task), bytes: 10, at: 0 });
  list.add([log(1), log(2), log(3)]);
  list.keep([log(1)], 5);
  list.drop([log(2)]);
  appendFileSync(join(folder, "uploads"), "+ 1.4.1 10 0 000001.sh");
  const again = new UploadList(folder);
  expect([...again.waiting.keys()]).toEqual(["1.3.1"]);
  expect([...again.stored.values()]).toEqual([{ ...log(1), at: 5 }]);
  expect(again.bytes).toBe(20);
  appendFileSync(join(folder, "uploads"), "+ 1.5.1 10 0 ../../secret\nnonsense\n");
  expect(new UploadList(folder).count).toBe(2);
});

test("a list that is added to for ever stays as small as what is on it", () => {
  const list = new UploadList(folder);
  for (let round = 0; round < 60; round++) {
    const some = Array.from({ length: 500 }, (_, at) => {
      const task = round * 500 + at;
      return { job: 1, task, attempt: 1, path: pathOf(task), bytes: 10, at: 0 };
    });
    list.add(some);
    list.drop(some);
  }
  expect(readFileSync(join(folder, "uploads"), "utf8").split("\n").length).toBeLessThan(25_000);
  expect(new UploadList(folder).count).toBe(0);
});
