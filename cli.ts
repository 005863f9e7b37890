#!/usr/bin/env bun
import { runCli } from "./lib/cli/run";
import { masterFlags } from "./lib/master/flags";
import { backupHere, restoreHere } from "./lib/master/here";
import { slaveFlags } from "./lib/slave/flags";

await runCli(Bun.argv.slice(2), {
  master: masterFlags,
  slave: slaveFlags,
  here: { backup: backupHere, restore: restoreHere },
});
