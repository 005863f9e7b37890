// Nuke, After Effects and Shake: what they are started with, and what is read from what they print.
import { describe, expect, test } from "bun:test";
import { aftereffects } from "../../lib/kinds/aftereffects";
import { nuke } from "../../lib/kinds/nuke";
import { shake } from "../../lib/kinds/shake";
import { argvs, said } from "./argv";

describe("nuke", () => {
  test("is started once for each range, with the frames before the script", () => {
    expect(argvs(nuke, { scene: "/mnt/a shot.nk" })).toEqual([
      ["-x", "-F", "1-7x3", "/mnt/a shot.nk"],
      ["-x", "-F", "20-20x1", "/mnt/a shot.nk"],
    ]);
  });

  test("renders one Write node when it is named", () => {
    expect(argvs(nuke, { scene: "/s.nk", node: "Write 1" }, "-3:4:1")).toEqual([
      ["-x", "-X", "Write 1", "-F", "-3-4x1", "/s.nk"],
    ]);
  });

  // Lines of render logs of Nuke 14, 15 and 17.
  test("says which frame is done", () => {
    expect(said(nuke, "Frame 1077 (1 of 10)")).toEqual({ percent: 100, frame: 1077 });
    expect(said(nuke, "Frame -5 (2 of 3)")).toEqual({ percent: 100, frame: -5 });
  });

  test.each([
    "A license for nuke was not found",
    "FOUNDRY LICENSE ERROR REPORT",
    "RLM : A suitable license does not exist.",
    "ERROR: Something terrible happened",
    "Error : Something terrible happened",
  ])("has failed when it says: %s", (line) => {
    expect(said(nuke, line)).toEqual({ fatal: true });
  });

  test("warns", () => {
    expect(said(nuke, "[10:47.47] Warning: Autosave file for /mnt/fixture_v001.nk is newer")).toEqual({
      warning: true,
    });
  });

  test.each([
    "Nuke 15.1v1, 64 bit, built Jun  6 2024.",
    "Writing /mnt/ERROR: test/fixture_v001.1077.exr took 0.13 seconds",
    "Total render time: 1.26 seconds",
    ".2",
  ])("says nothing by: %s", (line) => {
    expect(said(nuke, line)).toBeUndefined();
  });

  test("without a licence is tried again", () => {
    expect(nuke.exitCodes).toEqual({ retry: [100] });
  });
});

describe("After Effects", () => {
  const given = { project: "/mnt/titles.aep", comp: "Main Titles" };

  test("is started once for each range, with its increment", () => {
    expect(argvs(aftereffects, given)).toEqual([
      ["-project", "/mnt/titles.aep", "-comp", "Main Titles", "-s", "1", "-e", "7", "-i", "3"],
      ["-project", "/mnt/titles.aep", "-comp", "Main Titles", "-s", "20", "-e", "20", "-i", "1"],
    ]);
  });

  test("takes templates and an output", () => {
    const more = { settings: "Multi-Machine Settings", module: "Multi-Machine Sequence", image: "/mnt/f[####].psd" };
    expect(argvs(aftereffects, { ...given, ...more }, "1:1:1")[0]!.slice(10)).toEqual([
      "-RStemplate",
      "Multi-Machine Settings",
      "-OMtemplate",
      "Multi-Machine Sequence",
      "-output",
      "/mnt/f[####].psd",
    ]);
  });

  test("needs a composition: without one every task would render the whole render queue", () => {
    expect(aftereffects.fields.safeParse({ project: "/mnt/titles.aep" }).success).toBe(false);
  });

  // Lines of aerender from github.com/inlife/nexrender, issues 148, 342 and 897, and github.com/LilyStilson/AErender-Launcher.
  test("counts the frames that are done", () => {
    expect(said(aftereffects, "PROGRESS:  0:00:00:00 (1): 0 Seconds")).toEqual({ percent: 100, nth: 1 });
    expect(said(aftereffects, "PROGRESS:  0:00:01:05 (35U): 2 Seconds")).toEqual({ percent: 100, nth: 35 });
  });

  test.each([
    "aerender ERROR: No comp was found with the given name.",
    "aerender ERROR -1701: AEGetParamPt failed at line 780",
    "aerender Error: Could not read from source",
    "Invalid Serial Number",
  ])("has failed when it says: %s", (line) => {
    expect(said(aftereffects, line)).toEqual({ fatal: true });
  });

  test("warns", () => {
    const line = "WARNING:After Effects warning: Grouped_Message_{some layers have missing dependencies.";
    expect(said(aftereffects, line)).toEqual({ warning: true });
  });

  test.each([
    "aerender version 17.0.5x16",
    "PROGRESS: Launching After Effects...",
    "PROGRESS:  Duration: 0:00:00:03",
    "PROGRESS:  Frame Rate: 60.00 (comp)",
    "PROGRESS:  Output To: /mnt/aerender ERROR/0 errors.mov",
    "2020-09-21 06:27:18:851 : ERROR *** IVCAutoReleasePool: Object 0000000022FD8270 of class vcfoundation::data::DataWrapper",
  ])("says nothing by: %s", (line) => {
    expect(said(aftereffects, line)).toBeUndefined();
  });
});

test("shake is started once for each range", () => {
  expect(argvs(shake, { script: "/mnt/my script.shk" })).toEqual([
    ["-exec", "/mnt/my script.shk", "-t", "1-7x3", "-v"],
    ["-exec", "/mnt/my script.shk", "-t", "20-20x1", "-v"],
  ]);
});
