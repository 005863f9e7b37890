// Where a job's pictures are: patterns, the paths they stand for, and what a file is by its first bytes.
import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  formatOf,
  patternProblem,
  patternProblemFor,
  pictureEndings,
  pictureOf,
  pictureWidths,
  placesIn,
  tellingBytes,
  widthFor,
} from "../lib/pictures";

describe("a pattern", () => {
  test.each([
    ["/mnt/x/shot.####.png", 7, "/mnt/x/shot.0007.png"],
    ["/mnt/x/shot.####.png", 12345, "/mnt/x/shot.12345.png"],
    ["/mnt/x/shot.####.png", -7, "/mnt/x/shot.-0007.png"],
    ["/mnt/x/shot[#####].tif", 7, "/mnt/x/shot00007.tif"],
    ["/mnt/x/shot.%04d.exr", 7, "/mnt/x/shot.0007.exr"],
    ["/mnt/x/shot.%04d.exr", -7, "/mnt/x/shot.-007.exr"],
    ["/mnt/x/shot.%d.exr", 7, "/mnt/x/shot.7.exr"],
    ["/mnt/x/{frame}/shot.{padframe}.png", -7, "/mnt/x/-7/shot.-00007.png"],
    ["S:\\show\\shot.####.png", 7, "S:\\show\\shot.0007.png"],
    ["\\\\srv\\show\\shot#.jpg", 7, "\\\\srv\\show\\shot7.jpg"],
    ["/mnt/x/100%/poster.png", 7, "/mnt/x/100%/poster.png"],
  ])("%s is, at frame %d, %s", (pattern, frame, path) => {
    expect(patternProblem(pattern)).toBeUndefined();
    expect(pictureOf(pattern, frame, 5)).toBe(path);
  });

  test.each([
    ["shot.####.png", "whole path"],
    ["./shot.####.png", "whole path"],
    ["S:shot.####.png", "whole path"],
    ["//", "must end like a picture"],
    ["/mnt/x/../y/shot.####.png", "without '..'"],
    ["S:\\x\\..\\shot.####.png", "without '..'"],
    ["/mnt/x/..", "without '..'"],
    ["/mnt/x/shot.####.mov", "must end like a picture"],
    ["/mnt/x/####", "must end like a picture"],
    ["/mnt/x/.png", "must end like a picture"],
    ["/mnt/x.png/####", "must end like a picture"],
    ["/etc/passwd", "must end like a picture"],
  ])("%s is none: %s", (pattern, words) => {
    expect(patternProblem(pattern)).toContain(words);
  });

  test("without a place for the frame is for jobs of one frame alone", () => {
    expect(patternProblemFor("/mnt/x/poster.png", 1)).toBeUndefined();
    expect(patternProblemFor("/mnt/x/poster.png", 2)).toContain("for 2 frames");
    expect(patternProblemFor("/mnt/x/shot.#.png", 2)).toBeUndefined();
  });

  test("never leads out of its folder, whatever the frame", () => {
    const word = fc.stringMatching(/^[\w #.%{}[\]-]{1,12}$/).filter((name) => !/^\.+$/.test(name));
    const pattern = fc
      .tuple(fc.array(word, { maxLength: 3 }), word, fc.constantFrom(...pictureEndings))
      .map(([folders, name, ending]) => `/${[...folders, name].join("/")}.${ending}`);
    fc.assert(
      fc.property(pattern, fc.integer({ min: -999_999_999, max: 999_999_999 }), (pattern, frame) => {
        fc.pre(patternProblem(pattern) === undefined);
        const path = pictureOf(pattern, frame, 4)!;
        expect(patternProblem(path)).toBeUndefined();
        expect(path.split("/").length).toBe(pattern.split("/").length);
      }),
    );
  });

  test("gives every frame a file of its own where it has a place for it", () => {
    const place = fc.constantFrom("#", "####", "[###]", "%d", "%03d", "{frame}", "{padframe}");
    const frame = fc.integer({ min: -100_000, max: 100_000 });
    fc.assert(
      fc.property(place, frame, frame, fc.integer({ min: 1, max: 12 }), (place, one, other, pad) => {
        const pattern = `/mnt/x/shot.${place}.png`;
        expect(placesIn(pattern)).toBe(1);
        expect(pictureOf(pattern, one, pad) === pictureOf(pattern, other, pad)).toBe(one === other);
        // What is written is the frame, however many zeros stand before it.
        expect(Number(/\.(-?\d+)\.png$/.exec(pictureOf(pattern, one, pad)!)![1])).toBe(one);
      }),
    );
  });

  test("that would make a path that no system has makes none", () => {
    expect(pictureOf(`/${"#".repeat(12).padEnd(4090, "{frame}")}.png`, 999_999_999, 12)).toBeUndefined();
  });
});

test("what a file is, its first bytes say, and nothing else is a picture", async () => {
  const image = await Bun.file(new URL("../node_modules/swagger-ui-dist/favicon-32x32.png", import.meta.url)).bytes();
  expect(formatOf(image.subarray(0, tellingBytes))).toBe("png");
  for (const format of ["jpeg", "webp"] as const)
    expect(formatOf(await new Bun.Image(image)[format]().bytes())).toBe(format);
  const text = (text: string) => new TextEncoder().encode(text);
  for (const other of ["", "<svg xmlns", "GIF89a", "root:x:0:0:root", "RIFF1234WAVE", "PNG"])
    expect(formatOf(text(other))).toBeUndefined();
});

test("widths are few: each is met by the next one", () => {
  expect([1, 64, 65, 300, 1920, 9999].map(widthFor)).toEqual([64, 64, 128, 512, 1920, 1920]);
  fc.assert(fc.property(fc.nat(5000), (wanted) => pictureWidths.includes(widthFor(wanted) as 64)));
});
