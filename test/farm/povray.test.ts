import { expect, test } from "bun:test";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { startFarm } from "../farm";

const povray = Bun.which("povray");
if (!povray) console.log("povray is not installed (Debian package povray): the test that renders with it is skipped");

// A scene and a jobscript as a person would write them; the walk-through of the README shows the same.
const scene = `#version 3.7;
global_settings { assumed_gamma 1.0 }
camera { location <0, 2, -6> look_at <0, 0.6, 0> }
light_source { <4, 8, -6> rgb 1 }
plane { y, 0 pigment { checker rgb 0.9, rgb 0.3 } }
sphere { <1.6 * cos(2 * pi * clock), 0.8, 1.6 * sin(2 * pi * clock)>, 0.8 pigment { rgb <0.9, 0.4, 0.2> } finish { phong 0.8 reflection 0.2 } }
`;

const jobscript = `#!/bin/sh
# Renders the frames of one task, and only those.
for frame in $DRQUEUE_PADFRAMES; do
  clock=$(awk "BEGIN { print ($frame - $DRQUEUE_STARTFRAME) / ($DRQUEUE_ENDFRAME - $DRQUEUE_STARTFRAME + 1) }")
  povray +I"$SCENE" +O"$RD/image.$frame.png" +W160 +H120 +A0.3 +K"$clock" -D +WT1 || exit 1
done
`;

test.skipIf(!povray)("an animation of 24 frames in blocks of 4 is rendered by POV-Ray", async () => {
  await using farm = await startFarm({ slaves: 2, slots: 1 });
  const pictures = join(farm.folder, "pictures");
  writeFileSync(join(farm.folder, "ball.pov"), scene);
  Bun.spawnSync(["mkdir", pictures]);
  const script = farm.script("ball.sh", jobscript);
  const variables = ["--env", `SCENE=${farm.folder}/ball.pov`, "--env", `RD=${pictures}`];
  const { code, out, err } = await farm.cli(
    "submit",
    "--frames",
    "1-24",
    "--block",
    "4",
    "--name",
    "ball",
    ...variables,
    "--wait",
    "--",
    script,
  );
  expect({ code, err }).toEqual({ code: 0, err: "" });
  expect(out).toContain("24/24 frames");

  const names = readdirSync(pictures).sort();
  expect(names).toEqual(Array.from({ length: 24 }, (_, at) => `image.${`${at + 1}`.padStart(4, "0")}.png`));
  const images = names.map((name) => readFileSync(join(pictures, name)));
  for (const image of images) {
    expect(image.subarray(1, 4).toString()).toBe("PNG");
    expect([image.readUInt32BE(16), image.readUInt32BE(20)]).toEqual([160, 120]);
    expect(image.subarray(-8, -4).toString()).toBe("IEND");
  }
  // The ball moves: no two pictures are the same.
  expect(new Set(images.map((image) => Bun.hash(image))).size).toBe(24);
  const { frames } = await farm.client.frames(1);
  expect(new Set(frames.map(({ task }) => task)).size).toBe(6);
  expect(new Set(frames.map(({ slave }) => slave)).size).toBe(2);
  expect(await farm.log(1, 5)).toContain("POV-Ray");
});
