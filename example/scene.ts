import { colour, cross, sub, unit, type Vec, vec } from "./vector.ts";

/** What a ball is made of. */
export type Material =
  | { readonly kind: "gloss"; readonly colour: Vec }
  | { readonly kind: "metal"; readonly colour: Vec }
  | { readonly kind: "glass"; readonly colour: Vec };

/** A ball: everything in the picture but the floor and the sky. */
export interface Ball {
  readonly centre: Vec;
  readonly radius: number;
  readonly material: Material;
}

/** Where the camera stands and its three axes; `lens` is half the picture's height at distance 1. */
export interface Camera {
  readonly eye: Vec;
  readonly forward: Vec;
  readonly right: Vec;
  readonly up: Vec;
  readonly lens: number;
}

/** All that is in the picture at one moment. The floor is always the plane y = 0. */
export interface Scene {
  readonly balls: readonly Ball[];
  /** A ball around all balls, so that a ray past the whole group is let through at once. */
  readonly bounds: { readonly centre: Vec; readonly radius: number };
  readonly camera: Camera;
}

const TURN = 2 * Math.PI;

const PALETTE: readonly Material[] = [
  { kind: "gloss", colour: colour("#ff5a4f") },
  { kind: "metal", colour: colour("#ffc24d") },
  { kind: "gloss", colour: colour("#12a79d") },
  { kind: "gloss", colour: colour("#7a5cf0") },
];
const PEARL: Material = { kind: "gloss", colour: colour("#fff4ec") };
const GLASS: Material = { kind: "glass", colour: colour("#eafaff") };

const DANCERS = 12;
const PEARLS = 15;

/**
 * The scene at time `t`, where 0 and 1 are the same moment of the loop.
 *
 * A ring moves on by only one set of colours during the loop: each ball ends where one just like it began,
 * which keeps the motion calm and still leaves no seam.
 */
export function sceneAt(t: number): Scene {
  return {
    balls: [glassOrb(t), ...dancers(t), ...pearls(t)],
    bounds: { centre: vec(0, 1.35, 0), radius: 3.9 },
    camera: cameraAt(t),
  };
}

function orbHeight(t: number): number {
  return 1.62 + 0.12 * Math.sin(TURN * t);
}

function glassOrb(t: number): Ball {
  return { centre: vec(0, orbHeight(t), 0), radius: 1.2, material: GLASS };
}

/** Balls that hop around the orb, each a quarter of a hop after its neighbour. */
function dancers(t: number): Ball[] {
  const radius = 0.5;
  return Array.from({ length: DANCERS }, (_, i) => {
    const angle = (TURN * (i + t * PALETTE.length)) / DANCERS;
    const hop = (2 * t + i / PALETTE.length) % 1;
    // A parabola, as for anything thrown: the ball lingers at the top and leaves the floor at full speed.
    const height = 0.9 * 4 * hop * (1 - hop);
    return {
      centre: vec(3.1 * Math.cos(angle), radius + height, 3.1 * Math.sin(angle)),
      radius,
      material: PALETTE[i % PALETTE.length]!,
    };
  });
}

/** A necklace of small balls around the orb, tilted and turning against the dancers. */
function pearls(t: number): Ball[] {
  return Array.from({ length: PEARLS }, (_, i) => {
    const angle = (TURN * (i - t * 3)) / PEARLS;
    const across = 1.7 * Math.cos(angle);
    const near = 1.7 * Math.sin(angle);
    // Tilted towards the camera too, which would else see the necklace edge on, as a mere line.
    return {
      centre: vec(across, orbHeight(t) + 0.3 * across - 0.4 * near, near),
      radius: 0.11,
      material: PEARL,
    };
  });
}

/** The camera sways a little to both sides and breathes up and down. */
function cameraAt(t: number): Camera {
  const angle = 0.14 * Math.sin(TURN * t);
  const eye = vec(11 * Math.sin(angle), 2.7 + 0.2 * Math.cos(TURN * t), 11 * Math.cos(angle));
  const forward = unit(sub(vec(0, 1.4, 0), eye));
  const right = unit(cross(forward, vec(0, 1, 0)));
  return { eye, forward, right, up: cross(right, forward), lens: Math.tan(TURN / 26) };
}
