// The kinds that come with the program, one file each.
import { threedsmax } from "./3dsmax";
import { aftereffects } from "./aftereffects";
import { aqsis } from "./aqsis";
import { blender } from "./blender";
import { cinema4d } from "./cinema4d";
import { general } from "./general";
import { karma } from "./karma";
import type { Kind } from "./kind";
import { lightwave } from "./lightwave";
import { luxrender } from "./luxrender";
import { mantra } from "./mantra";
import { maya } from "./maya";
import { mentalray } from "./mentalray";
import { nuke } from "./nuke";
import { pixie } from "./pixie";
import { povray } from "./povray";
import { shake } from "./shake";
import { terragen } from "./terragen";
import { threedelight } from "./threedelight";
import { turtle } from "./turtle";
import { vray } from "./vray";
import { xsi } from "./xsi";

export { kindInfo } from "./kind";

/** All of them, by name. */
export const builtinKinds: readonly Kind[] = [
  threedelight,
  threedsmax,
  aftereffects,
  aqsis,
  blender,
  cinema4d,
  general,
  karma,
  lightwave,
  luxrender,
  mantra,
  maya,
  mentalray,
  nuke,
  pixie,
  povray,
  shake,
  terragen,
  turtle,
  vray,
  xsi,
];
