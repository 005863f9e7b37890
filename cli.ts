#!/usr/bin/env bun
import { runCli } from "./lib/cli/run";
import { masterFlags } from "./lib/master/flags";
import { slaveFlags } from "./lib/slave/flags";

await runCli(Bun.argv.slice(2), { master: masterFlags, slave: slaveFlags });
