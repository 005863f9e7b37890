// What lines of a job's output tell, by its rules.
import type { OutputRules } from "./rules";

/** The longest line of output that is looked at; the rest of it is passed over. Characters. */
export const longestLine = 4096;

/** What a line says. `percent` is of the frame under way, 0 to 100; `nth` how many frames this start of the program has done. */
export type LineNews = { percent?: number; frame?: number; nth?: number; warning?: true; fatal?: true };

/** Colours of a terminal, the zeros of UTF-16 and the like: what stands in a line without being text. */
const decoration = /\u001b\[[\d;]*[A-Za-z]|[\u0000\ufeff]/g;

/**
 * Makes a reader of lines of these rules; undefined when they say nothing. `goOn` is asked before each rule: a single one may take a
 * second for a line, and there may be many.
 */
export function lineReader(
  rules: OutputRules,
  goOn: () => boolean = () => true,
): ((line: string) => LineNews | undefined) | undefined {
  const compiled = (sources: readonly string[] = []) => sources.map((source) => new RegExp(source, "u"));
  const progress = compiled(rules.progress);
  const warning = compiled(rules.warning);
  const fatal = compiled(rules.fatal);
  if (progress.length + warning.length + fatal.length === 0) return undefined;
  return (whole) => {
    const line = whole.slice(0, longestLine).replace(decoration, "");
    if (fatal.some((one) => goOn() && one.test(line))) return { fatal: true };
    if (warning.some((one) => goOn() && one.test(line))) return { warning: true };
    for (const one of progress) {
      if (!goOn()) return undefined;
      const { percent, done, of, frame, finished, nth } = one.exec(line)?.groups ?? {};
      if (finished !== undefined) return { percent: 100, frame: Number(finished) };
      if (nth !== undefined) return { percent: 100, nth: Number(nth) };
      if (percent === undefined && of === undefined && frame === undefined) continue;
      const share = percent !== undefined ? Number(percent) : of !== undefined ? (Number(done) / Number(of)) * 100 : 0;
      const known = Number.isFinite(share) ? Math.max(0, Math.min(100, share)) : 0;
      return { percent: known, ...(frame !== undefined && { frame: Number(frame) }) };
    }
    return undefined;
  };
}
