// Where kinds say that their pictures are. What Blender truly writes is in blender.test.ts.
import { describe, expect, test } from "bun:test";
import { builtinKinds } from "../../lib/kinds";
import { parseFields } from "../../lib/kinds/kind";
import { patternProblem } from "../../lib/pictures";

const least: Record<string, Record<string, string>> = {
  blender: { scene: "/s.blend" },
  karma: { scene: "/s.usd" },
  povray: { scene: "/s.pov" },
  mentalray: { scene: "/s.mi" },
  mantra: { scene: "/ifd/shot." },
  terragen: { script: "/s.tgd" },
  aftereffects: { project: "/s.aep", comp: "Main" },
};

function picturesOf(name: string, fields: Record<string, string>): string | undefined {
  const kind = builtinKinds.find((one) => one.name === name)!;
  return kind.pictures!(parseFields(kind, { ...least[name], ...fields }));
}

test("every kind that tells where its pictures are is tried here", () => {
  const telling = builtinKinds.filter((kind) => kind.pictures).map(({ name }) => name);
  expect(telling.sort()).toEqual(Object.keys(least).sort());
});

describe("pictures are where", () => {
  test.each([
    ["blender", { image: "/out/a.####.png" }, "/out/a.####.png"],
    ["blender", { image: "/out/a_##", format: "PNG" }, "/out/a_##.png"],
    ["blender", { image: "/out/a", format: "PNG" }, "/out/a####.png"],
    ["blender", { image: "/out/a.##.tga", format: "OPEN_EXR" }, "/out/a.##.exr"],
    ["blender", { image: "/out/a.##.jpeg", format: "JPEG" }, "/out/a.##.jpeg"],
    ["blender", { image: "S:\\out\\a.##", format: "TIFF" }, "S:\\out\\a.##.tif"],
    ["povray", { image: "/out/shot." }, "/out/shot.{padframe}.png"],
    ["karma", { image: "/out/a.$F4.exr" }, "/out/a.####.exr"],
    ["karma", { image: "/out/a.$F.exr" }, "/out/a.{frame}.exr"],
    ["mantra", { renderfolder: "/out" }, "/out/image.{padframe}.exr"],
    ["mentalray", { renderfolder: "/out", image: "a.", extension: ".tif" }, "/out/a.{padframe}.tif"],
    ["terragen", { image: "/out/a.%04d.tif" }, "/out/a.%04d.tif"],
    ["aftereffects", { image: "/out/a.[####].png" }, "/out/a.[####].png"],
  ] as [string, Record<string, string>, string][])("%s is told %j: %s", (name, fields, pattern) => {
    expect(picturesOf(name, fields)).toBe(pattern);
    expect(patternProblem(pattern)).toBeUndefined();
  });

  test.each([
    ["blender", {}],
    ["blender", { image: "/out/a_####" }],
    ["blender", { image: "//out/a.####.png" }],
    ["blender", { image: "/out/##/a.png", format: "PNG" }],
    ["blender", { image: "/out/a.####", format: "FFMPEG" }],
    ["blender", { image: "out/a.####.png" }],
    ["povray", { image: "/out/{frame}/shot." }],
    ["karma", { image: "$HIP/a.$F4.exr" }],
    ["karma", { image: "/out/a.$F4$OS.exr" }],
    ["karma", {}],
    ["mantra", {}],
    ["mentalray", { image: "a." }],
    ["terragen", { image: "/out/a.####.tif" }],
    ["terragen", { image: "/out/a.%04d.tif", world: "/w.tgw" }],
    ["aftereffects", { image: "/out/a.####.png" }],
    ["aftereffects", { image: "/out/a.[####].mov" }],
  ] as [string, Record<string, string>][])("%s is told %j: that is not sure", (name, fields) => {
    expect(picturesOf(name, fields)).toBeUndefined();
  });
});
