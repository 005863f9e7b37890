#!/usr/bin/env bun
import { message } from "@optique/core/message";
import { runProgram } from "./lib/local/program";
import { masterFlags } from "./lib/master/flags";

await runProgram("master", masterFlags, Bun.argv.slice(2), {
  brief: message`Start a master: it holds jobs and slaves and hands out tasks.`,
  footer: message`Exit code: 0 stopped, 1 failed, 2 wrong usage.`,
});
