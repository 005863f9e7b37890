// Text ⇄ spans of frames. A span is three numbers whatever its length: a range of a million frames costs no memory.

/** `first`, `first + step`, ... up to and with `last`. `step` is below 0 downwards. With `others` it stands for the frames between that the step leaves out. */
export type Span = { readonly first: number; readonly last: number; readonly step: number; readonly others?: true };

/** Limits of what a person may ask for: frame numbers, frames and ranges of one job, frames looked at one by one where ranges overlap. */
export const limits = { frame: 999_999_999, frames: 1_000_000_000, spans: 10_000, overlapping: 2_000_000 } as const;

/** What is wrong with a frame text, and where: `message` shows the text with a caret under the place. */
export class FrameTextError extends Error {
  constructor(
    readonly reason: string,
    readonly text: string,
    readonly at: number,
  ) {
    const start = Math.max(0, at - 40);
    // What has no shape of its own (line ends, escape codes, half characters) would move or hide the caret.
    const shown = text.slice(start, at + 30).replace(/[\s\p{C}]/gu, " ");
    super(`frames: ${reason}\n  ${shown}\n  ${" ".repeat(at - start)}^`);
  }
}

/**
 * Reads `1-100`, `1-100x5` (every fifth), `1-100y5` (the others), `10-1x3`, `-5-3`, lists by comma or blank, `step` and `by` for `x`.
 * Order as first seen, repeats dropped. Throws FrameTextError.
 */
export function parseFrames(text: string): Span[] {
  const spans: Span[] = [];
  const scan = new Scanner(text);
  scan.skip(/[\s,]*/y);
  if (scan.done) throw scan.error("no frames given: write for example 1-100");
  let count = 0;
  const effort = { left: limits.overlapping };
  for (let ranges = 1; !scan.done; ranges++) {
    const start = scan.at;
    const span = readSpan(scan);
    if (spanLength(span) < 1) throw new FrameTextError("leaves no frame", text, start);
    const fresh = withoutRepeats(span, spans, effort);
    if (!fresh) throw new FrameTextError("too many frames in ranges that overlap: leave out the repeats", text, start);
    // Repeats count as well: it is the work of reading that this bounds.
    if (Math.max(ranges, spans.length + fresh.length) > limits.spans)
      throw new FrameTextError(`more than ${limits.spans} ranges`, text, start);
    count += frameCount(fresh);
    if (count > limits.frames) throw new FrameTextError(`more than ${limits.frames} frames`, text, start);
    spans.push(...fresh);
    const after = scan.at;
    if (scan.skip(/[\s,]+/y) === "" && !scan.done) {
      const sign = scan.peek();
      if (sign === ":")
        throw scan.error("':' means three things in three programs: write 1-100x5 for every fifth frame");
      throw new FrameTextError(`expected a comma or a blank, not '${sign}'`, text, after);
    }
  }
  return spans;
}

/** The text of spans, as parseFrames reads it. */
export function formatFrames(spans: readonly Span[]): string {
  return spans
    .map(({ first, last, step, others }) => {
      if (first === last) return `${first}`;
      if (others) return `${first}-${last}y${Math.abs(step)}`;
      return Math.abs(step) === 1 ? `${first}-${last}` : `${first}-${last}x${Math.abs(step)}`;
    })
    .join(",");
}

/** Puts a list of frames, in its order, into as few spans as it finds in one pass. */
export function spansOf(frames: readonly number[]): Span[] {
  const spans: Span[] = [];
  for (let at = 0; at < frames.length; ) {
    const first = frames[at]!;
    const step = (frames[at + 1] ?? first) - first;
    let end = at + 1;
    while (end < frames.length && frames[end]! - frames[end - 1]! === step) end++;
    // Two frames far apart are two numbers to a person, not a range with a step; a repeated frame is no range at all.
    if (step === 0 || (end - at === 2 && Math.abs(step) > 1)) end = at + 1;
    spans.push(end - at === 1 ? { first, last: first, step: 1 } : { first, last: frames[end - 1]!, step });
    at = end;
  }
  return spans;
}

/** How many frames the spans hold. */
export function frameCount(spans: readonly Span[]): number {
  let count = 0;
  for (const span of spans) count += spanLength(span);
  return count;
}

/** The frame at `position` 0, 1, ...; undefined beyond the end. */
export function frameAt(spans: readonly Span[], position: number): number | undefined {
  if (position < 0) return undefined;
  let rest = position;
  for (const span of spans) {
    const length = spanLength(span);
    if (rest < length) return frameInSpan(span, rest);
    rest -= length;
  }
  return undefined;
}

/** The position of a frame; undefined when the spans do not hold it. */
export function positionOf(spans: readonly Span[], frame: number): number | undefined {
  let before = 0;
  for (const span of spans) {
    const position = positionInSpan(span, frame);
    if (position !== undefined) return before + position;
    before += spanLength(span);
  }
  return undefined;
}

/** Walks over all frames in order. */
export function* eachFrame(spans: readonly Span[]): Generator<number> {
  for (const span of spans) {
    const length = spanLength(span);
    for (let position = 0; position < length; position++) yield frameInSpan(span, position);
  }
}

/** How many frames one span holds. */
export function spanLength({ first, last, step, others }: Span): number {
  const hit = Math.floor((last - first) / step) + 1;
  return others ? Math.abs(last - first) + 1 - hit : hit;
}

function frameInSpan({ first, step, others }: Span, position: number): number {
  if (!others) return first + position * step;
  const between = Math.abs(step) - 1;
  return first + Math.floor(position / between) * step + Math.sign(step) * ((position % between) + 1);
}

function positionInSpan({ first, last, step, others }: Span, frame: number): number | undefined {
  const distance = (frame - first) * Math.sign(step);
  if (distance < 0 || distance > Math.abs(last - first)) return undefined;
  const stride = Math.abs(step);
  const rest = distance % stride;
  if (!others) return rest === 0 ? distance / stride : undefined;
  return rest === 0 ? undefined : Math.floor(distance / stride) * (stride - 1) + rest - 1;
}

function readSpan(scan: Scanner): Span {
  const first = readNumber(scan, "a frame number");
  if (scan.skip(/-/y) === "") return { first, last: first, step: 1 };
  const last = readNumber(scan, "a frame number after '-'");
  const direction = last < first ? -1 : 1;
  const word = scan
    .skip(/\s*(?:x|y|step|by)\s*/iy)
    .trim()
    .toLowerCase();
  if (word === "") return { first, last, step: direction };
  const at = scan.at;
  const step = readNumber(scan, `a step after '${word}'`);
  if (step < 1) throw new FrameTextError("a step is 1 or more: write 100-1 to go downwards", scan.text, at);
  if (word === "y") return { first, last, step: direction * step, others: true };
  // The last frame that is really hit, and no step where only the first is, so that equal ranges look equal.
  const hits = Math.floor(Math.abs(last - first) / step);
  if (hits === 0) return { first, last: first, step: 1 };
  return { first, last: first + direction * hits * step, step: direction * step };
}

function readNumber(scan: Scanner, what: string): number {
  const at = scan.at;
  const digits = scan.skip(/-?\d+/y);
  if (digits === "") throw scan.error(`expected ${what}`);
  const number = Number(digits) + 0; // "-0" is 0
  if (Math.abs(number) > limits.frame) throw new FrameTextError(`a number beyond ${limits.frame}`, scan.text, at);
  return number;
}

/** What `span` adds to the spans before it; undefined when to find that out takes more than the effort that is left. */
function withoutRepeats(span: Span, earlier: readonly Span[], effort: { left: number }): Span[] | undefined {
  const low = Math.min(span.first, span.last);
  const high = Math.max(span.first, span.last);
  const touching = earlier.filter(
    ({ first, last }) => (first <= high || last <= high) && (first >= low || last >= low),
  );
  if (touching.length === 0) return [span];
  const length = spanLength(span);
  effort.left -= length;
  for (const other of touching) effort.left -= Math.min(length, spanLength(other));
  if (effort.left < 0) return undefined;
  const repeats = new Set<number>();
  for (const other of touching) {
    // The shorter one is walked: a long range over a thousand single frames takes a thousand steps.
    const [short, long] = spanLength(other) < length ? [other, span] : [span, other];
    for (const frame of eachFrame([short])) if (positionInSpan(long, frame) !== undefined) repeats.add(frame);
  }
  return repeats.size === 0 ? [span] : spansOf([...eachFrame([span])].filter((frame) => !repeats.has(frame)));
}

class Scanner {
  at = 0;
  constructor(readonly text: string) {}
  get done(): boolean {
    return this.at >= this.text.length;
  }
  /** The next character, or its number when it cannot be seen. */
  peek(): string {
    const code = this.text.codePointAt(this.at) ?? 0;
    const sign = String.fromCodePoint(code);
    return /\p{C}/u.test(sign) ? `U+${code.toString(16).toUpperCase().padStart(4, "0")}` : sign;
  }
  skip(pattern: RegExp): string {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? "";
    this.at += found.length;
    return found;
  }
  error(reason: string): FrameTextError {
    return new FrameTextError(reason, this.text, this.at);
  }
}
