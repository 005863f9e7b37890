import type { Ball } from "./scene.ts";
import { colour, dot, mix, ramp, scale, unit, type Vec, vec } from "./vector.ts";

/** The way to the sun. */
export const SUN = unit(vec(-0.66, 0.6, 0.12));
/** What the sun adds to a surface that faces it. */
export const SUNLIGHT = scale(colour("#ffdcb4"), 2.5);

/** Half the angle under which the sun is seen: far more than the real one's, for softer shadows. */
const SUN_SPREAD = 0.085;

const HORIZON = scale(colour("#ffa682"), 1.6);
const MIDDLE = colour("#cf86c4");
const ZENITH = colour("#7486ea");
const BOUNCE = scale(colour("#b99ac8"), 0.5);

/** The colour of the sky seen in a direction, with the sun and the haze around it. */
export function sky(direction: Vec): Vec {
  const height = Math.max(0, direction.y);
  const low = mix(HORIZON, MIDDLE, ramp(-0.02, 0.13, height));
  const clear = mix(low, ZENITH, ramp(0.03, 0.36, height));
  const towardsSun = Math.max(0, dot(direction, SUN));
  const haze = 0.5 * towardsSun ** 12;
  const disc = 14 * ramp(0.9955, 0.998, towardsSun);
  return vec(clear.x + haze + disc, clear.y + 0.8 * haze + 0.92 * disc, clear.z + 0.55 * haze + 0.8 * disc);
}

/** The light that the whole sky and the floor send to a surface with normal `n`. */
export function ambient(n: Vec): Vec {
  return mix(BOUNCE, mix(MIDDLE, HORIZON, 0.35), 0.5 + 0.5 * n.y);
}

/**
 * How much of the sun is seen from a point (0 to 1, and above 1 where glass gathers its light).
 *
 * Each ball's cover of the sun's disc is computed rather than sampled: soft shadows without any noise, by one look.
 */
export function sunSeen(balls: readonly Ball[], point: Vec, own: Ball | undefined): number {
  let seen = 1;
  for (const ball of balls) {
    if (ball === own) continue;
    const { centre, radius } = ball;
    const x = centre.x - point.x;
    const y = centre.y - point.y;
    const z = centre.z - point.z;
    const ahead = x * SUN.x + y * SUN.y + z * SUN.z;
    if (ahead <= 0) continue;
    const blur = ahead * SUN_SPREAD;
    const aside2 = x * x + y * y + z * z - ahead * ahead;
    if (aside2 >= (radius + blur) ** 2) continue;
    const aside = Math.sqrt(Math.max(0, aside2));
    const cover = ramp(radius + blur, radius - blur, aside) * Math.min(1, (radius / blur) ** 2);
    seen *= ball.material.kind === "glass" ? 1 - cover * glassShade(aside / radius) : 1 - cover;
  }
  return seen;
}

/** A glass ball shades its rim and gathers the light into its middle. */
function glassShade(offset: number): number {
  return 0.62 - 1.5 * Math.exp(-9 * offset * offset);
}

/** How open a point is to the sky: balls close by and in front of the surface darken it. */
export function openness(balls: readonly Ball[], point: Vec, n: Vec, own: Ball | undefined): number {
  let open = 1;
  for (const ball of balls) {
    if (ball === own) continue;
    const { centre, radius } = ball;
    const x = centre.x - point.x;
    const y = centre.y - point.y;
    const z = centre.z - point.z;
    const facing = x * n.x + y * n.y + z * n.z;
    if (facing <= 0) continue;
    const distance2 = x * x + y * y + z * z;
    const strength = ball.material.kind === "glass" ? 0.45 : 0.9;
    open *= 1 - strength * Math.min(1, (facing * radius * radius) / (distance2 * Math.sqrt(distance2)));
  }
  return open;
}
