// The frames beside a frame: the next lower and the next higher one that the job has.
import { positionOf, type Span } from "../../frames";

export function neighbours(
  spans: readonly Span[],
  frame: number,
): { before: number | undefined; after: number | undefined } {
  // What is lower is higher with all signs turned.
  const turned = spans.map(({ first, last, step, ...rest }) => ({ first: -first, last: -last, step: -step, ...rest }));
  const before = above(turned, -frame);
  return { before: before === undefined ? undefined : -before + 0, after: above(spans, frame) };
}

function above(spans: readonly Span[], frame: number): number | undefined {
  let nearest: number | undefined;
  for (const span of spans) {
    const low = Math.min(span.first, span.last);
    const stride = span.others ? 1 : Math.abs(span.step);
    let next = low + Math.max(0, Math.ceil((frame + 1 - low) / stride)) * stride;
    // Between those that a step leaves out there is one that it takes, never two.
    if (span.others && positionOf([span], next) === undefined) next++;
    if (next <= Math.max(span.first, span.last) && !(nearest !== undefined && nearest <= next)) nearest = next;
  }
  return nearest;
}
