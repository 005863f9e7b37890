// Runs the command line while a test looks on: in a pipe, or in a terminal of its own.
import { resolve } from "node:path";
import type { Farm } from "../farm";
import { programOf } from "../program";

const project = resolve(import.meta.dir, "../..");

export type Live = {
  /** All it has printed so far, on stdout and stderr. */
  said(): string;
  /** Types into its terminal. */
  type(text: string): void;
  /** Its exit code, as a shell says it. */
  exited: Promise<number>;
  pid: number;
};

/** The environment in which the command line finds the farm. */
export function envOf(farm: Farm): Record<string, string> {
  return { ...farm.env, DRQUEUE_MASTER: `127.0.0.1:${farm.masters[0]!.port}`, DRQUEUE_DATA: farm.dataOf("m1") };
}

/** Starts `drqueue ARGS` with its output in pipes. */
export function inPipe(farm: Farm, ...args: string[]): Live {
  let said = "";
  const ran = Bun.spawn([...programOf("cli"), ...args], {
    cwd: project,
    env: envOf(farm),
    stdout: "pipe",
    stderr: "pipe",
  });
  const read = async (stream: ReadableStream<Uint8Array>) => {
    const decoder = new TextDecoder();
    for await (const piece of stream) said += decoder.decode(piece, { stream: true });
  };
  const exited = Promise.all([ran.exited, read(ran.stdout), read(ran.stderr)]).then(([code]) => code);
  return { said: () => said, type: () => {}, exited, pid: ran.pid };
}

/** Starts `drqueue ARGS` in a terminal of so many columns. */
export function inTerminal(farm: Farm, columns: number, env: Record<string, string>, ...args: string[]): Live {
  let said = "";
  // Under CI Node's styles leave the colours out.
  const { NO_COLOR: _, CI: __, ...rest } = envOf(farm);
  const decoder = new TextDecoder();
  const ran = Bun.spawn([...programOf("cli"), ...args], {
    cwd: project,
    env: { ...rest, TERM: "xterm-256color", ...env },
    terminal: {
      cols: columns,
      rows: 24,
      data: (_terminal, bytes) => {
        said += decoder.decode(bytes, { stream: true });
      },
    },
  });
  return { said: () => said, type: (text) => void ran.terminal!.write(text), exited: ran.exited, pid: ran.pid };
}
