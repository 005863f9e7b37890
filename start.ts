#!/usr/bin/env bun
import { message } from "@optique/core/message";
import { runProgram } from "./lib/local/program";
import { startFlags } from "./lib/start/flags";

await runProgram(
  "npm start --",
  startFlags,
  Bun.argv.slice(2),
  message`Start a farm on this machine: a master, a slave, and an example to render.`,
);
