// The colours of cells, as the theme has them now.
import { cellStates } from "./cells";

export type Rgb = readonly [red: number, green: number, blue: number];
/** `states` as cellStates has them. */
export type Colours = {
  states: readonly Rgb[];
  ground: Rgb;
  text: string;
  muted: string;
  surface: string;
};

/** The colours that an element is in; `context` is of any canvas. */
export function coloursOf(element: Element, context: CanvasRenderingContext2D): Colours {
  const style = getComputedStyle(element);
  const token = (name: string) => {
    // Colours have several spellings: a canvas gives back #rrggbb.
    context.fillStyle = style.getPropertyValue(`--${name}`).trim();
    return context.fillStyle;
  };
  return {
    states: cellStates.map((state) => rgbOf(token(state === "resting" ? "stopped" : state))),
    ground: rgbOf(token("surface")),
    surface: token("surface"),
    text: token("text"),
    muted: token("muted"),
  };
}

function rgbOf(token: string): Rgb {
  const number = Number.parseInt(token.slice(1), 16);
  return [number >> 16, (number >> 8) & 255, number & 255];
}

/** As images hold it in memory, on all machines that browsers run on. */
export function pixelOf(red: number, green: number, blue: number): number {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/** Whether black is better to read on it than white. */
export function isLight([red, green, blue]: Rgb): boolean {
  return red * 0.3 + green * 0.6 + blue * 0.1 > 140;
}
