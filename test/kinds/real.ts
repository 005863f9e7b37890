// Runs a kind's jobscript with the real renderer, as a slave does, and reads what it prints.
import { jobscript } from "../../lib/kinds/jobscript";
import { type Kind, parseFields } from "../../lib/kinds/kind";
import { type LineNews, lineReader } from "../../lib/line-rules";

/** How it ended, and what its lines said, in order. */
export function rendered(kind: Kind, given: Record<string, unknown>, ranges: string) {
  const ran = Bun.spawnSync(["sh", "-c", `exec 2>&1\n${jobscript(kind, parseFields(kind, given), "sh")}`], {
    env: { PATH: process.env.PATH!, HOME: process.env.HOME ?? "/", DRQUEUE_RANGES: ranges, DRQUEUE_PAD: "4" },
  });
  const read = lineReader(kind.output!)!;
  const lines = `${ran.stdout}`.split(/\r\n|[\r\n]/);
  const news = lines.map(read).filter((one): one is LineNews => one !== undefined);
  return { code: ran.exitCode, news, text: lines.join("\n") };
}

/** Width and height of a PNG file. */
export async function sizeOf(path: string): Promise<[number, number]> {
  const view = new DataView(await Bun.file(path).slice(16, 24).arrayBuffer());
  return [view.getUint32(0), view.getUint32(4)];
}
