// `npm start`: its flags.
import { object } from "@optique/core/constructs";
import { message, text } from "@optique/core/message";
import { map, optional, withDefault } from "@optique/core/modifiers";
import { flag, option } from "@optique/core/primitives";
import { integer, string } from "@optique/core/valueparser";
import { dataFolder } from "../local/folder";
import { journalFlags } from "../local/journal-flags";
import type { Step } from "../local/program";
import { ports } from "../ports";
import { startFarm } from "./farm";

const port = (name: "--port" | "--slave-port", whose: string, usual: number) =>
  withDefault(
    option(name, integer({ min: 0, max: 65535, metavar: "PORT" }), {
      description: message`Port of the ${text(whose)}; 0 takes a free one.`,
    }),
    usual,
  );

const flags = object({
  once: optional(
    flag("--once", { description: message`End when the example is rendered; exit code 0 only if every frame was.` }),
  ),
  data: optional(
    option("--data", string({ metavar: "FOLDER" }), {
      description: message`Data folder; else DRQUEUE_DATA, else the system's or user's own.`,
    }),
  ),
  port: port("--port", "master", ports.master),
  slavePort: port("--slave-port", "slave", ports.slave),
  ...journalFlags,
});

/** The flags of `npm start`, read into the step that does it. */
export const startFlags = map(
  flags,
  ({ once, data, logFormat, logLevel, ...rest }): Step =>
    () =>
      startFarm({
        once: once === true,
        data: dataFolder(data),
        log: [...(logFormat ? ["--log-format", logFormat] : []), ...(logLevel ? ["--log-level", logLevel] : [])],
        ...rest,
      }),
);
