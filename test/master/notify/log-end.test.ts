// A message has the end of a log from wherever that is.
import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LogStore } from "../../../lib/master/logs/store";
import { logEnd } from "../../../lib/master/notify/log-end";
import { handOut, met, slave, stagedQueue, submitted } from "../../queue/stage";

const queue = await stagedQueue();

test("the last lines of a log come from the store when its slave has gone", async () => {
  const logs = mkdtempSync(join(tmpdir(), "drqueue-end-"));
  try {
    const job = await submitted(queue, { name: "shot" });
    await handOut(queue, slave(await met(queue, "s1", undefined, { port: 1 }), 1));
    await queue.sql`update run set ended_at = now()`;
    const run = { job, frame: 1, attempt: 1 };
    const end = () => logEnd(queue, { logs, token: "token" }, run, AbortSignal.timeout(5000));
    expect(await end()).toEqual([]);
    const lines = Array.from({ length: 500 }, (_, at) => `line ${at}`);
    const log = Buffer.from(`# job ${job} shot\n${lines.join("\n")}\n\n# ended now, exit 1\n`);
    const sha256 = new Bun.CryptoHasher("sha256").update(log).digest("hex");
    const data = Buffer.from(Bun.zstdCompressSync(log)).toString("base64");
    const path = "000001.shot/0001.1.log";
    await new LogStore(logs).take([{ path, at: 0, data, end: { size: log.length, sha256 } }]);
    expect(await end()).toEqual(lines.slice(-10));
  } finally {
    rmSync(logs, { recursive: true });
  }
});
