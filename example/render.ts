import type { Picture } from "./png.ts";
import { type Camera, type Scene, sceneAt } from "./scene.ts";
import { trace } from "./trace.ts";
import { type Vec, vec } from "./vector.ts";

/** Which picture of the animation to render, and how large. */
export interface Shot {
  readonly frame: number;
  /** The loop runs from `first` to `last`; the frame after `last` is `first` again. */
  readonly first: number;
  readonly last: number;
  readonly width: number;
  readonly height: number;
}

/** Pixels that differ this much from a neighbour (of 0 to 1) are rendered again, finely. */
const CONTRAST = 0.035;
/** A fine pixel is the mean of this many by this many points. */
const FINE = 3;
/** How far the share of the work done moves on in the first of the two passes. */
const FIRST_PASS = 0.4;

/** Renders one picture; `progress` hears the share of the work done, from 0 to 1, after each row of each pass. */
export function renderFrame(shot: Shot, progress: (done: number) => void = () => {}): Picture {
  const { width, height } = shot;
  const scene = sceneAt(momentOf(shot));
  const coarse = new Float32Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) store(coarse, (y * width + x) * 3, look(scene, shot, x + 0.5, y + 0.5));
    progress((FIRST_PASS * (y + 1)) / height);
  }
  const rgb = new Uint8Array(coarse.length);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * 3;
      if (isEdge(coarse, shot, x, y)) toBytes(rgb, at, finePixel(scene, shot, x, y));
      else toBytes(rgb, at, vec(coarse[at]!, coarse[at + 1]!, coarse[at + 2]!));
    }
    progress(FIRST_PASS + ((1 - FIRST_PASS) * (y + 1)) / height);
  }
  return { width, height, rgb };
}

/** Counting in whole frames before dividing makes the frame after the last exactly the first, not nearly. */
function momentOf({ frame, first, last }: Shot): number {
  const length = last - first + 1;
  return ((((frame - first) % length) + length) % length) / length;
}

function look(scene: Scene, { width, height }: Shot, x: number, y: number): Vec {
  const { eye, forward, right, up, lens }: Camera = scene.camera;
  const across = ((2 * x - width) / height) * lens;
  const above = (1 - (2 * y) / height) * lens;
  const dx = forward.x + right.x * across + up.x * above;
  const dy = forward.y + right.y * across + up.y * above;
  const dz = forward.z + right.z * across + up.z * above;
  const k = 1 / Math.sqrt(dx * dx + dy * dy + dz * dz);
  const spread = (2 * lens) / height;
  return develop(
    trace(scene, { origin: eye, direction: vec(dx * k, dy * k, dz * k), bounces: 0, spread, travelled: 0 }),
  );
}

/** From light to what a screen shows: like film, it never quite burns out; then the screen's own gamma. */
function develop(light: Vec): Vec {
  const channel = (k: number): number => (1 - Math.exp(-1.35 * k)) ** (1 / 2.2);
  return vec(channel(light.x), channel(light.y), channel(light.z));
}

function store(into: Float32Array, at: number, { x, y, z }: Vec): void {
  into[at] = x;
  into[at + 1] = y;
  into[at + 2] = z;
}

function isEdge(coarse: Float32Array, { width, height }: Shot, x: number, y: number): boolean {
  const at = (y * width + x) * 3;
  const row = width * 3;
  return (
    (x > 0 && differs(coarse, at, at - 3)) ||
    (x < width - 1 && differs(coarse, at, at + 3)) ||
    (y > 0 && differs(coarse, at, at - row)) ||
    (y < height - 1 && differs(coarse, at, at + row))
  );
}

function differs(coarse: Float32Array, a: number, b: number): boolean {
  for (let i = 0; i < 3; i++) if (Math.abs(coarse[a + i]! - coarse[b + i]!) > CONTRAST) return true;
  return false;
}

function finePixel(scene: Scene, shot: Shot, x: number, y: number): Vec {
  let r = 0;
  let g = 0;
  let b = 0;
  for (let i = 0; i < FINE * FINE; i++) {
    // Each row of points is pushed a little aside: edges close to upright then get more than FINE shades.
    const row = Math.floor(i / FINE);
    const column = (i % FINE) + (row + 0.5) / FINE;
    const seen = look(scene, shot, x + column / FINE, y + (row + 0.5) / FINE);
    r += seen.x;
    g += seen.y;
    b += seen.z;
  }
  const k = 1 / (FINE * FINE);
  return vec(r * k, g * k, b * k);
}

/** Rounds up or down by a fixed noise, so that the soft sky shows no bands. The same pixel always gets the same noise. */
function toBytes(rgb: Uint8Array, at: number, { x, y, z }: Vec): void {
  const noise = noiseAt(at);
  rgb[at] = Math.min(255, Math.floor(x * 255 + noise));
  rgb[at + 1] = Math.min(255, Math.floor(y * 255 + noise));
  rgb[at + 2] = Math.min(255, Math.floor(z * 255 + noise));
}

/** A number from 0 to 1 that looks random but depends on `seed` alone. */
function noiseAt(seed: number): number {
  let k = Math.imul(seed ^ 0x2f6e2b1, 0x45d9f3b);
  k = Math.imul(k ^ (k >>> 15), 0x2c1b3c6d);
  return ((k ^ (k >>> 13)) >>> 0) / 2 ** 32;
}
