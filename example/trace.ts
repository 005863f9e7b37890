import { ambient, openness, SUN, SUNLIGHT, sky, sunSeen } from "./light.ts";
import type { Ball, Scene } from "./scene.ts";
import { add, along, colour, dot, mix, ramp, reflect, scale, sub, tint, type Vec, vec } from "./vector.ts";

/** A mirror in a mirror in a mirror: nobody sees what comes after this many. */
const MAX_BOUNCES = 4;
const GLASS_INDEX = 1.45;
const UP = vec(0, 1, 0);
const TILE = 1.1;
const TILE_LIGHT = colour("#b3acdc");
const TILE_DARK = colour("#554f9a");

/** A ray of light followed backwards, from the eye into the scene. */
export interface Ray {
  readonly origin: Vec;
  readonly direction: Vec;
  /** The ball it starts on. All balls are round, so it cannot meet that one again. */
  readonly from?: Ball | undefined;
  readonly bounces: number;
  /** How wide the ray is per distance travelled: what is smaller than that on the floor gets blurred. */
  readonly spread: number;
  readonly travelled: number;
}

/** The linear colour that is seen along a ray. */
export function trace(scene: Scene, ray: Ray): Vec {
  const { origin, direction } = ray;
  let nearest = direction.y < 0 ? -origin.y / direction.y : Number.POSITIVE_INFINITY;
  let hit: Ball | undefined;
  if (meets(scene, origin, direction)) {
    for (const ball of scene.balls) {
      if (ball === ray.from) continue;
      const distance = distanceTo(ball, origin, direction);
      if (distance < nearest) {
        nearest = distance;
        hit = ball;
      }
    }
  }
  if (hit !== undefined) return ballColour(scene, ray, hit, nearest);
  return nearest < Number.POSITIVE_INFINITY ? floorColour(scene, ray, nearest) : sky(direction);
}

function meets({ bounds }: Scene, origin: Vec, direction: Vec): boolean {
  const to = sub(bounds.centre, origin);
  const ahead = dot(to, direction);
  const slack = bounds.radius * bounds.radius - dot(to, to);
  return slack > 0 || (ahead > 0 && slack + ahead * ahead > 0);
}

function distanceTo({ centre, radius }: Ball, origin: Vec, direction: Vec): number {
  const x = centre.x - origin.x;
  const y = centre.y - origin.y;
  const z = centre.z - origin.z;
  const ahead = x * direction.x + y * direction.y + z * direction.z;
  if (ahead <= 0) return Number.POSITIVE_INFINITY;
  const inside = radius * radius + ahead * ahead - (x * x + y * y + z * z);
  return inside <= 0 ? Number.POSITIVE_INFINITY : ahead - Math.sqrt(inside);
}

/** The share of light a surface mirrors: the more, the flatter one looks across it (Schlick's approximation). */
function mirrored(straightOn: number, cosine: number): number {
  const c = 1 - cosine;
  return straightOn + (1 - straightOn) * c * c * c * c * c;
}

function next(ray: Ray, origin: Vec, direction: Vec, from: Ball | undefined, distance: number): Ray {
  return {
    origin,
    direction,
    from,
    bounces: ray.bounces + 1,
    spread: ray.spread,
    travelled: ray.travelled + distance,
  };
}

function ballColour(scene: Scene, ray: Ray, ball: Ball, distance: number): Vec {
  const point = along(ray.origin, ray.direction, distance);
  const n = scale(sub(point, ball.centre), 1 / ball.radius);
  const cosine = Math.min(1, Math.max(0, -dot(ray.direction, n)));
  const last = ray.bounces >= MAX_BOUNCES;
  const mirror = (): Vec => {
    const direction = reflect(ray.direction, n);
    return last ? sky(direction) : trace(scene, next(ray, point, direction, ball, distance));
  };
  const { kind, colour } = ball.material;
  if (kind === "metal") {
    const shine = mirror();
    // Real gold under a violet sky looks grey. Some colour of its own keeps it warm.
    const warm = mix(shine, lightAt(scene, point, n, ball), 0.3);
    return mix(tint(colour, warm), shine, mirrored(0, cosine));
  }
  const share = mirrored(0.045, cosine);
  if (kind === "glass") {
    const behind = last ? ambient(ray.direction) : throughGlass(scene, ray, ball, point, n, distance);
    return mix(behind, mirror(), share);
  }
  const body = tint(colour, lightAt(scene, point, n, ball));
  // In a reflection of a reflection a faint shine is not worth another ray.
  return ray.bounces > 1 && share < 0.08 ? body : mix(body, mirror(), share);
}

/** What is seen through a glass ball: the ray bends on its way in and, by the ball's symmetry, as much on its way out. */
function throughGlass(scene: Scene, ray: Ray, ball: Ball, point: Vec, n: Vec, distance: number): Vec {
  const inward = bend(ray.direction, n, 1 / GLASS_INDEX);
  const inside = -2 * ball.radius * dot(inward, n);
  const exit = along(point, inward, inside);
  const exitNormal = scale(sub(exit, ball.centre), -1 / ball.radius);
  const outward = bend(inward, exitNormal, GLASS_INDEX);
  const seen = trace(scene, next(ray, exit, outward, ball, distance + inside));
  return tint(seen, mix(vec(1, 1, 1), ball.material.colour, inside / (2 * ball.radius)));
}

/** Snell's law; `n` points against the ray. In a ball the ray always gets out, so the root never fails but by rounding. */
function bend(direction: Vec, n: Vec, ratio: number): Vec {
  const cosine = -dot(direction, n);
  const root = Math.sqrt(Math.max(0, 1 - ratio * ratio * (1 - cosine * cosine)));
  return add(scale(direction, ratio), scale(n, ratio * cosine - root));
}

function lightAt(scene: Scene, point: Vec, n: Vec, own: Ball | undefined): Vec {
  const fromSky = scale(ambient(n), openness(scene.balls, point, n, own));
  const facing = dot(n, SUN);
  return facing <= 0 ? fromSky : along(fromSky, SUNLIGHT, facing * sunSeen(scene.balls, point, own));
}

function floorColour(scene: Scene, ray: Ray, distance: number): Vec {
  const { direction } = ray;
  const point = along(ray.origin, direction, distance);
  const cosine = -direction.y;
  const away = Math.sqrt(point.x * point.x + point.z * point.z);
  const haze = ramp(9, 46, away);
  const distant = sky(vec(direction.x, 0, direction.z));
  if (haze >= 1) return distant;
  const blur = ((ray.travelled + distance) * ray.spread) / Math.max(0.05, cosine);
  const body = tint(tiles(point, blur), lightAt(scene, point, UP, undefined));
  const up = reflect(direction, UP);
  const seen = ray.bounces >= 2 ? sky(up) : trace(scene, next(ray, point, up, undefined, distance));
  return mix(mix(body, seen, mirrored(0.1, cosine)), distant, haze);
}

/** A checkered floor, each edge blurred over the width of the ray so that far tiles neither flicker nor fray. */
function tiles(point: Vec, blur: number): Vec {
  const width = Math.max(0.012, blur) / TILE;
  const checks = stripes(point.x / TILE, width) * stripes(point.z / TILE, width);
  return mix(TILE_DARK, TILE_LIGHT, 0.5 + 0.5 * checks);
}

/** The mean, over `width`, of stripes that are 1 and -1 by turns: their integral is a zigzag, and easy to take. */
function stripes(at: number, width: number): number {
  return (zigzag(at + width / 2) - zigzag(at - width / 2)) / width;
}

function zigzag(at: number): number {
  const k = at - 2 * Math.floor(at / 2);
  return k < 1 ? k : 2 - k;
}
