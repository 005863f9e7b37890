// Times and sizes as people write them: 30s, 20m, 7d; 500M, 4G.

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const megabytesOf: Record<string, number> = { k: 1 / 1024, m: 1, g: 1024, t: 1024 * 1024 };

/** A time as people write it: `500ms`, `30s`, `5m`, `2h`, `7d`. */
export const timePattern = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** A size as people write it: `500M`, `4G`, `1.5T`; a plain number is MB. */
export const sizePattern = /^(\d+(?:\.\d+)?)(?:([kmgtKMGT])(?:[iI]?[bB])?)?$/;

/** The milliseconds of a time as people write it; undefined when it is none. */
export function milliseconds(time: string): number | undefined {
  const [, digits, unit] = timePattern.exec(time) ?? [];
  return digits && unit ? Math.round(Number(digits) * units[unit]!) : undefined;
}

/** The MB of a size as people write it, rounded up; undefined when it is none. */
export function megabytes(size: string): number | undefined {
  const [, digits, unit = "m"] = sizePattern.exec(size) ?? [];
  return digits ? Math.ceil(Number(digits) * megabytesOf[unit.toLowerCase()]!) : undefined;
}

/** `20m` for 1,200,000 ms: in the largest unit of which it is a whole number. */
export function timeText(ms: number): string {
  const unit = ["d", "h", "m", "s"].find((unit) => ms > 0 && ms % units[unit]! === 0) ?? (ms === 0 ? "s" : "ms");
  return `${ms / units[unit]!}${unit}`;
}

/** `4G` for 4096 MB. */
export function sizeText(mb: number): string {
  const unit = ["t", "g"].find((unit) => mb > 0 && mb % megabytesOf[unit]! === 0) ?? "m";
  return `${mb / megabytesOf[unit]!}${unit.toUpperCase()}`;
}
