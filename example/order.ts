import { parseArgs } from "node:util";

/** What to render and where to put it. */
export interface Order {
  readonly folder: string;
  readonly frames: readonly number[];
  readonly first: number;
  readonly last: number;
  /** In pixels; the height follows from it, as pictures are 16 by 9. */
  readonly width: number;
}

const USAGE = "usage: bun example/frame.ts OUTPUT_FOLDER [--frame N] [--width PIXELS]";

/** Reads the order from the arguments and from the variables the queue sets for a task; throws what is wrong with it. */
export function readOrder(args: readonly string[], env: Readonly<Record<string, string | undefined>>): Order {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { frame: { type: "string" }, width: { type: "string", default: "640" } },
    allowPositionals: true,
  });
  const [folder, ...rest] = positionals;
  if (!folder || rest.length > 0) throw new Error(USAGE);
  const asked = values.frame ?? (env.DRQUEUE_PADFRAMES || env.DRQUEUE_FRAME || "");
  const frames = asked.split(/\s+/).filter(Boolean).map(frameNumber);
  if (frames.length === 0) throw new Error("no frame given: set DRQUEUE_PADFRAMES or pass --frame N");
  const first = frameNumber(env.DRQUEUE_STARTFRAME || "1");
  const last = frameNumber(env.DRQUEUE_ENDFRAME || "48");
  if (last < first) throw new Error(`the loop ends (frame ${last}) before it starts (frame ${first})`);
  if (!/^\d{2,4}$/.test(values.width)) throw new Error(`"${values.width}" is not a width: 10 to 9999 pixels`);
  return { folder, frames, first, last, width: Number(values.width) };
}

function frameNumber(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`"${text}" is not a frame number`);
  return Number(text);
}
