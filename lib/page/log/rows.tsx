// The lines of a log that are in sight, out of those at hand: at the end and staying there, or where a person has scrolled to.
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useReducer, useRef } from "preact/hooks";
import { carried, stretches } from "./colours";
import { Heights } from "./heights";
import type { Judged } from "./judged";
import { type LogWindow, mostPieces, mostShown, pieceBytes } from "./lines";
import { useMeasure } from "./measure";
import type { LogReader } from "./reader";
import { Row } from "./row";
import { cleaned, style } from "./shown";

/** Height of a line of text, px; the same in log.css. Lines beyond the edges that are drawn. */
const rowPx = 18;
const overscan = 15;
/** Colours are looked for in so much before the first line in sight, bytes. */
const lookBack = 16 * 1024;

/** Where the first and the last line in sight begin. */
export type Sight = { first: number; last: number };

/** What others may ask of the rows. */
export type RowsHold = { show(at: number, where: "top" | "middle"): void; sight(): Sight | undefined; focus(): void };

export type RowsProps = {
  reader: LogReader;
  wrap: boolean;
  /** Whether the end stays in sight. */
  follows: boolean;
  setFollows: (follows: boolean) => void;
  current: number | undefined;
  judged: readonly (Judged | undefined)[];
  hrefOfLine: (at: number) => string;
  hold: RefObject<RowsHold | null>;
  /** Called when other lines are in sight. */
  moved: () => void;
};

export function Rows({ reader, wrap, follows, setFollows, current, judged, hrefOfLine, hold, moved }: RowsProps) {
  const { window } = reader;
  const scroller = useRef<HTMLElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const [, again] = useReducer((times: number) => times + 1, 0);
  const { height, columns } = useMeasure(scroller);
  const at = useRef({
    heights: new Heights(),
    shape: "",
    revision: -1,
    /** The first line in sight, and how far it is scrolled out of it. */
    anchor: { at: 0, px: 0 },
    top: 0,
    left: 0,
    toward: "before" as "before" | "after",
    wanted: undefined as { at: number; where: "top" | "middle" } | undefined,
  }).current;

  const heightOf = (index: number) => {
    if (!wrap) return rowPx;
    const line = window.line(index);
    return rowPx * Math.max(1, Math.ceil(Math.min(line.end - line.at, mostShown) / columns));
  };
  const shape = `${window.from} ${wrap} ${columns}`;
  const isNew = shape !== at.shape;
  if (isNew) at.heights = new Heights();
  at.shape = shape;
  const { heights } = at;
  if (at.revision !== window.revision) {
    // The last line may have grown.
    heights.shrink(Math.min(window.count, heights.count - 1));
    at.revision = window.revision;
  }
  heights.grow(window.count, heightOf);

  const place = () => {
    const index = heights.at(at.top);
    if (heights.count > 0) at.anchor = { at: window.line(index).at, px: at.top - heights.top(index) };
  };
  const scrollTo = (top: number) => {
    const element = scroller.current!;
    if (Math.abs(element.scrollTop - top) >= 1) element.scrollTop = top;
    at.top = element.scrollTop;
    place();
  };

  // Where the lines are after this drawing: the same ones stay in sight when others come before them.
  const anchored = () => heights.top(Math.max(0, window.indexOf(at.anchor.at))) + at.anchor.px;
  const end = Math.max(0, heights.total - height);
  const from = at.wanted ? topOf(window, heights, at.wanted, height) : follows ? end : isNew ? anchored() : at.top;
  const first = Math.max(0, heights.at(from) - overscan);
  const last = Math.min(heights.count, heights.at(from + height) + 1 + overscan);

  useLayoutEffect(() => {
    if (wrap && list.current) {
      const measured = [...list.current.children].map((row) => (row as HTMLElement).offsetHeight);
      if (heights.measured(first, measured)) again(undefined);
    }
    if (at.wanted) {
      if (heights.count === 0) return;
      scrollTo(topOf(window, heights, at.wanted, height));
      // While heights are still measured it moves.
      if (!wrap) at.wanted = undefined;
    } else if (follows) scrollTo(heights.total);
    else if (Math.abs(anchored() - at.top) >= 1) scrollTo(anchored());
  });
  useEffect(() => {
    if (at.wanted && wrap) at.wanted = undefined;
    if (reader.problem === undefined) fill();
    moved();
  });

  const fill = () => {
    // Of lines of many MB few fill the window: another piece would push out what is in sight.
    if (window.to - window.from >= (mostPieces - 1) * pieceBytes && heights.total < 2 * height) return;
    const side = at.toward;
    const other = side === "before" ? "after" : "before";
    if (heights.total < height) return void reader.more(reader.has(side) ? side : other);
    const near =
      side === "before"
        ? window.line(heights.at(at.top)).at - window.from
        : window.to - window.line(heights.at(at.top + height)).end;
    if (near < pieceBytes / 2 && reader.has(side)) void reader.more(side);
  };

  const scrolled = () => {
    const element = scroller.current!;
    const before = at.top;
    at.top = element.scrollTop;
    at.left = element.scrollLeft;
    if (at.top === before) return again(undefined);
    at.toward = at.top < before ? "before" : "after";
    place();
    const isAtEnd = at.top + element.clientHeight >= element.scrollHeight - 3 && !reader.has("after");
    if (isAtEnd) setFollows(true);
    else if (at.top < before - 1) setFollows(false);
    fill();
    again(undefined);
  };

  hold.current = {
    show(line, where) {
      at.wanted = { at: line, where };
      again(undefined);
    },
    sight() {
      if (heights.count === 0) return undefined;
      if (at.wanted) return { first: at.wanted.at, last: at.wanted.at };
      const lines = [Math.ceil(at.top), at.top + height - rowPx].map((px) => window.line(heights.at(px)).at);
      return { first: lines[0]!, last: lines[1]! };
    },
    focus: () => scroller.current?.focus({ preventScroll: true }),
  };

  const rows = [];
  let colours = first < last ? coloursAt(window, window.line(first).at) : "";
  for (let index = first; index < last; index++) {
    const line = window.line(index);
    const { text, left } = window.text(line);
    const clean = cleaned(text);
    const words = clean.replace(style, "");
    rows.push(
      <Row
        key={line.at}
        number={window.numberOf(index)}
        parts={stretches(colours, clean)}
        left={left}
        seen={Object.assign({}, ...judged.map((one) => one?.of(line.at, words)))}
        isCurrent={line.at === current}
        href={hrefOfLine(line.at)}
      />,
    );
    colours = carried(colours, clean);
  }
  return (
    <section
      ref={scroller}
      class={wrap ? "log-rows log-wrap" : "log-rows"}
      aria-label="Log"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by keys
      tabIndex={0}
      onScroll={scrolled}
    >
      <div class="log-all" style={{ height: `${heights.total}px` }}>
        <div
          ref={list}
          class={at.left > 0 ? "log-list log-shifted" : "log-list"}
          style={{ transform: `translateY(${heights.top(first)}px)`, "--log-left": `${at.left}px` }}
        >
          {rows}
        </div>
      </div>
    </section>
  );
}

function topOf(
  window: LogWindow,
  heights: Heights,
  { at, where }: { at: number; where: "top" | "middle" },
  height: number,
): number {
  const top = heights.top(Math.max(0, window.indexOf(at)));
  const wanted = where === "top" ? top : top - height / 3;
  return Math.max(0, Math.min(wanted, heights.total - height));
}

/** What lines before have set. */
function coloursAt(window: LogWindow, at: number): string {
  const bytes = window.bytes(Math.max(window.from, at - lookBack), at);
  return bytes.includes(27) ? carried("", new TextDecoder().decode(bytes)) : "";
}
