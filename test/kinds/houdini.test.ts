// Mantra and Karma: what they are started with, and what is read from what they print.
import { describe, expect, test } from "bun:test";
import { karma } from "../../lib/kinds/karma";
import { mantra } from "../../lib/kinds/mantra";
import { argvs, said } from "./argv";

describe("mantra", () => {
  test("is started once for each frame, with the file of the frame", () => {
    const file = (frame: string) => ["-V", "2a", "-f", `/mnt/ifd/a shot.${frame}.ifd`];
    expect(argvs(mantra, { scene: "/mnt/ifd/a shot." })).toEqual(["0001", "0004", "0007", "0020"].map(file));
  });

  test("writes into a render folder", () => {
    const given = { scene: "/mnt/ifd/shot.", suffix: ".ifd.sc", renderfolder: "/mnt/out", image: "beauty." };
    expect(argvs(mantra, given, "-2:-2:1")).toEqual([
      ["-V", "2a", "-f", "/mnt/ifd/shot.-0002.ifd.sc", "/mnt/out/beauty.-0002.exr"],
    ]);
  });
});

describe("karma", () => {
  test("is started once for each frame, with the file behind all options", () => {
    const command = (frame: number) => {
      return ["--frame", `${frame}`, "--frame-count", "1", "--make-output-path", "--verbose", "2a", "/mnt/a shot.usd"];
    };
    expect(argvs(karma, { scene: "/mnt/a shot.usd" })).toEqual([1, 4, 7, 20].map(command));
  });

  test("takes a renderer, settings, a camera, a size and an output, whose $F4 husk replaces", () => {
    const given = {
      scene: "/mnt/shot.usd",
      image: "/mnt/out/shot.$F4.exr",
      renderer: "BRAY_HdKarma",
      settings: "/Render/rendersettings",
      camera: "/cameras/shotcam",
      width: 960,
      height: "540",
    };
    expect(argvs(karma, given, "5:5:1")[0]!.slice(7)).toEqual([
      "--renderer",
      "BRAY_HdKarma",
      "--settings",
      "/Render/rendersettings",
      "--camera",
      "/cameras/shotcam",
      "--res",
      "960",
      "540",
      "--output",
      "/mnt/out/shot.$F4.exr",
      "/mnt/shot.usd",
    ]);
  });

  // One line of github.com/aws-deadline/deadline-cloud-for-houdini, pull request 141.
  test("says nothing by an ordinary line", () => {
    expect(said(karma, "[17:07:19] Creating karma scene")).toBeUndefined();
  });

  test("has failed when it knows no such renderer or option", () => {
    expect(said(karma, "Couldn't find renderer HdNone")).toEqual({ fatal: true });
    expect(said(karma, "Error: Unknown option: --frames")).toEqual({ fatal: true });
  });
});

describe.each([mantra, karma])("$name", (kind) => {
  // github.com/aws-deadline/deadline-cloud-for-houdini, pull request 141: "Alfred style progress".
  test("says how far its frame is", () => {
    expect(said(kind, "ALF_PROGRESS 0%")).toEqual({ percent: 0 });
    expect(said(kind, "ALF_PROGRESS 17%")).toEqual({ percent: 17 });
  });

  test("has failed without a licence", () => {
    expect(said(kind, "No licenses could be found to run this application.")).toEqual({ fatal: true });
  });

  test("says nothing by the command it was started with", () => {
    expect(said(kind, `${kind.program} --verbose 2a /mnt/Error/licenses.usd`)).toBeUndefined();
  });
});

// As github.com/CGRU/cgru tells warnings and errors of mantra apart: afanasy/python/parsers/mantra.py.
test("mantra warns of what it goes on without, and has failed at what it can not", () => {
  expect(said(mantra, "mantra: WARNING: light without a shader")).toEqual({ warning: true });
  expect(said(mantra, "Unable to load texture /mnt/wood.rat")).toEqual({ warning: true });
  expect(said(mantra, "mantra: Failed to create file /mnt/out/beauty.0001.exr")).toEqual({ fatal: true });
  expect(said(mantra, "Error loading geometry /obj/geo1 from stdin")).toEqual({ fatal: true });
});
