// What hands do on a frame map, with mouse, pen or fingers: point, pick, drag, pan, zoom.

type Point = { clientX: number; clientY: number };

/**
 * What the map does then. `at`: the position under a point, with `nearest` also of one outside. `pick`: a click, with Shift up to there
 * (`reach`), with Control one more (`more`). `begin` and `drag`: from one position to another, with Shift beside what is picked. `look`:
 * shows what is known of a frame; of none with undefined. `scroll`: px of the page.
 */
export type Grip = {
  at(point: Point, nearest?: boolean): number | undefined;
  look(position: number | undefined): void;
  pick(position: number, how: "alone" | "more" | "reach"): void;
  tap(position: number): void;
  begin(adds: boolean): void;
  drag(from: number, to: number): void;
  zoom(by: 1 | -1, point: Point): void;
  scroll(by: number): void;
};

/** A finger that rests so long begins to pick, ms; one that moves further before that scrolls, px. */
const holdMs = 450;
const slack = 10;
/** So much wheel is a step of zoom, px; and so much that two fingers come nearer or apart. */
const wheelStep = 50;
const pinchStep = 1.3;
/** Nothing moved for so long: it stays, ms. */
const settleMs = 120;

/** Listens on the canvas and on what it scrolls in. Returns what ends it. */
export function takeHold(canvas: HTMLElement, scroller: HTMLElement, grip: () => Grip): () => void {
  const ending = new AbortController();
  const on = <K extends keyof HTMLElementEventMap>(
    element: HTMLElement,
    type: K,
    hear: (event: HTMLElementEventMap[K]) => void,
    passive?: boolean,
  ) => element.addEventListener(type, hear, { signal: ending.signal, ...(passive !== undefined && { passive }) });
  const fingers = new Map<number, Point>();
  let press: { from: number; adds: boolean; drags: boolean; point: Point } | undefined;
  let pan: number | undefined;
  let apart = 0;
  let wheel = 0;
  let mouse: Point | undefined;
  let settling: ReturnType<typeof setTimeout> | undefined;
  let space = false;
  let holding: ReturnType<typeof setTimeout> | undefined;
  let gliding = 0;

  const letGo = () => {
    press = undefined;
    pan = undefined;
    clearTimeout(holding);
    cancelAnimationFrame(gliding);
    gliding = 0;
  };
  const drag = (point: Point) => {
    if (!press) return;
    press.point = point;
    const to = grip().at(point, true)!;
    if (!press.drags && to === press.from) return;
    if (!press.drags) grip().begin(press.adds);
    press.drags = true;
    grip().drag(press.from, to);
    if (gliding === 0) gliding = requestAnimationFrame(glide);
  };
  /** While it is dragged beyond an edge, what is behind that comes into sight. */
  const glide = () => {
    gliding = 0;
    if (!press?.drags) return;
    const { top, bottom } = scroller.getBoundingClientRect();
    const { clientY } = press.point;
    const beyond = clientY < top ? clientY - top : clientY > bottom ? clientY - bottom : 0;
    if (beyond === 0) return;
    grip().scroll(beyond / 4);
    drag(press.point);
  };

  on(canvas, "pointerdown", (event) => {
    if (event.pointerType === "touch") return touched(event);
    if (event.button === 1 || (event.button === 0 && space)) pan = event.clientY;
    else if (event.button === 0) {
      const from = grip().at(event);
      if (from === undefined) return;
      press = { from, adds: event.shiftKey, drags: false, point: event };
      grip().look(undefined);
    } else return;
    canvas.setPointerCapture(event.pointerId);
  });
  on(canvas, "pointermove", (event) => {
    if (event.pointerType === "touch") return slid(event);
    if (pan !== undefined) {
      grip().scroll(pan - event.clientY);
      pan = event.clientY;
    } else if (press) drag(event);
    else grip().look(grip().at(event));
    mouse = event;
  });
  on(canvas, "pointerup", (event) => {
    if (event.pointerType === "touch") return lifted(event);
    if (press && !press.drags)
      grip().pick(press.from, event.shiftKey ? "reach" : event.ctrlKey || event.metaKey ? "more" : "alone");
    letGo();
  });
  on(canvas, "pointercancel", (event) => {
    fingers.delete(event.pointerId);
    letGo();
  });
  on(canvas, "pointerleave", (event) => {
    mouse = undefined;
    if (event.pointerType !== "touch" && !press) grip().look(undefined);
  });

  /** Something else is under the pointer now: it is told once that stays. */
  const settle = () => {
    clearTimeout(settling);
    settling = setTimeout(() => {
      if (mouse && !press) grip().look(grip().at(mouse));
    }, settleMs);
  };
  const touched = (event: PointerEvent) => {
    fingers.set(event.pointerId, event);
    clearTimeout(holding);
    apart = distance(fingers);
    const from = grip().at(event);
    press = undefined;
    if (fingers.size > 1 || from === undefined) return;
    const began = { from, adds: false, drags: false, point: event };
    press = began;
    holding = setTimeout(() => {
      began.drags = true;
      grip().begin(false);
      grip().drag(from, from);
    }, holdMs);
  };
  const slid = (event: PointerEvent) => {
    const before = fingers.get(event.pointerId);
    if (fingers.size === 1 && press?.drags) drag(event);
    else if (fingers.size === 1 && before) {
      if (Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY) < slack) return;
      clearTimeout(holding);
      press = undefined;
    } else if (fingers.size === 2) {
      fingers.set(event.pointerId, event);
      const now = distance(fingers);
      if (now > apart / pinchStep && now < apart * pinchStep) return;
      grip().zoom(now > apart ? 1 : -1, event);
      apart = now;
    }
  };
  const lifted = (event: PointerEvent) => {
    fingers.delete(event.pointerId);
    if (press && !press.drags) grip().tap(press.from);
    letGo();
  };
  // Without these the browser would scroll while a finger picks, zoom the page, or open a menu.
  const ours = (event: Event) => {
    if (press?.drags || fingers.size > 1) event.preventDefault();
  };
  on(canvas, "touchmove", ours, false);
  on(canvas, "contextmenu", ours);
  on(canvas, "mousedown", (event) => {
    if (event.button === 1) event.preventDefault();
  });
  on(
    canvas,
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      wheel += event.deltaY * (event.deltaMode === 0 ? 1 : 20);
      if (Math.abs(wheel) < wheelStep) return;
      grip().zoom(wheel < 0 ? 1 : -1, event);
      wheel = 0;
      settle();
    },
    false,
  );
  on(scroller, "scroll", () => settle());
  on(scroller, "keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    space = true;
  });
  on(scroller, "keyup", () => {
    space = false;
  });
  on(scroller, "blur", () => {
    space = false;
  });
  return () => {
    ending.abort();
    clearTimeout(settling);
    letGo();
  };
}

function distance(fingers: ReadonlyMap<number, Point>): number {
  const [one, other] = [...fingers.values()];
  return one && other ? Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY) : 0;
}
