/** A point, a direction or a linear RGB colour: the arithmetic is the same for all three. */
export interface Vec {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Makes a vector of its three parts. */
export const vec = (x: number, y: number, z: number): Vec => ({ x, y, z });

/** Adds two vectors. */
export const add = (a: Vec, b: Vec): Vec => vec(a.x + b.x, a.y + b.y, a.z + b.z);

/** The vector that leads from `b` to `a`. */
export const sub = (a: Vec, b: Vec): Vec => vec(a.x - b.x, a.y - b.y, a.z - b.z);

/** Makes a vector `k` times as long. */
export const scale = (a: Vec, k: number): Vec => vec(a.x * k, a.y * k, a.z * k);

/** Multiplies part by part: light of colour `a` falling on a surface of colour `b`. */
export const tint = (a: Vec, b: Vec): Vec => vec(a.x * b.x, a.y * b.y, a.z * b.z);

/** The point `k` along direction `d` from `a`. */
export const along = (a: Vec, d: Vec, k: number): Vec => vec(a.x + d.x * k, a.y + d.y * k, a.z + d.z * k);

/** How far two vectors point the same way: the cosine, when both have length 1. */
export const dot = (a: Vec, b: Vec): number => a.x * b.x + a.y * b.y + a.z * b.z;

/** A vector at right angles to both. */
export const cross = (a: Vec, b: Vec): Vec => vec(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x);

/** The same direction with length 1. */
export const unit = (a: Vec): Vec => scale(a, 1 / Math.sqrt(dot(a, a)));

/** Blends from `a` (k = 0) to `b` (k = 1). */
export const mix = (a: Vec, b: Vec, k: number): Vec =>
  vec(a.x + (b.x - a.x) * k, a.y + (b.y - a.y) * k, a.z + (b.z - a.z) * k);

/** Mirrors direction `d` at a surface whose normal is `n`. */
export const reflect = (d: Vec, n: Vec): Vec => along(d, n, -2 * dot(d, n));

/** A gentle S-curve that rises from 0 at `low` to 1 at `high`, whichever of the two is larger. */
export const ramp = (low: number, high: number, value: number): number => {
  const k = Math.min(1, Math.max(0, (value - low) / (high - low)));
  return k * k * (3 - 2 * k);
};

/** A colour as designers write it ("#ff8040") as linear light, which is what may be added up. */
export const colour = (hex: string): Vec => {
  const part = (at: number): number => (Number.parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2;
  return vec(part(1), part(3), part(5));
};
