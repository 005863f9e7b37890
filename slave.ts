#!/usr/bin/env bun
import { message } from "@optique/core/message";
import { runProgram } from "./lib/local/program";
import { slaveFlags } from "./lib/slave/flags";

await runProgram("slave", slaveFlags, Bun.argv.slice(2), {
  brief: message`Start a slave: it takes tasks from the master and runs their jobscripts.`,
  footer: message`Exit code: 0 stopped, 1 failed, 2 wrong usage.`,
});
