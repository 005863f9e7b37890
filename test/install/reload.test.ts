// What `systemctl reload` does to a slave, by the line that its unit has for it.
import { expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { unit } from "../../lib/install/systemd";
import { startFarm, until } from "../farm";
import { readUnit } from "./units";

test.skipIf(process.platform === "win32")(
  "a slave that is told to reload leaves with its tasks going on, and its next life ends them",
  async () => {
    const settings = Object.fromEntries(
      readUnit(unit({ role: "slave", program: ["/drqueue"], flags: [], user: "render" })).Service!,
    );
    const [, signal] = /^\/bin\/kill -(\w+) \$MAINPID$/.exec(settings.ExecReload!) ?? [];
    await using farm = await startFarm();
    const gate = `${farm.folder}/gate`;
    const job = await farm.submit({
      command: ["sh", "-c", `echo begun >> ${farm.folder}/ledger; until [ -e ${gate} ]; do sleep 0.05; done`],
    });
    await until(async () => existsSync(`${farm.folder}/ledger`) || undefined, "the task to begin");
    expect(await farm.slave("s1").end(`SIG${signal}` as NodeJS.Signals)).toBe(0);
    await farm.startSlave("s1");
    await Bun.write(gate, "");
    expect((await farm.ended(job)).frameCounts.finished).toBe(1);
    expect((await farm.frame(job, 1)).attempt).toBe(1);
    expect(await Bun.file(`${farm.folder}/ledger`).text()).toBe("begun\n");
  },
);
