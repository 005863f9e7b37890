// Maya's Render and what its renderers print, Turtle, mental ray Standalone, Softimage and 3ds Max.
import { describe, expect, test } from "bun:test";
import { threedsmax } from "../../lib/kinds/3dsmax";
import { parseFields } from "../../lib/kinds/kind";
import { maya } from "../../lib/kinds/maya";
import { mentalray } from "../../lib/kinds/mentalray";
import { turtle } from "../../lib/kinds/turtle";
import { xsi } from "../../lib/kinds/xsi";
import { argvs, said } from "./argv";

test("Maya is started once for each range, with the renderer that the scene names", () => {
  expect(argvs(maya, { scene: "/mnt/a scene.mb" })).toEqual([
    ["-r", "file", "-s", "1", "-e", "7", "-b", "3", "/mnt/a scene.mb"],
    ["-r", "file", "-s", "20", "-e", "20", "-b", "1", "/mnt/a scene.mb"],
  ]);
});

test("Maya takes what a person says instead of the scene, MEL with quotes too", () => {
  const given = { renderfolder: "/out", projectfolder: "/p", image: "shot", format: "exr", camera: "cam1" };
  const more = { width: 640, height: 360, pre: 'print "a\\n"', post: "quit" };
  const [words] = argvs(maya, parseFields(maya, { scene: "s.ma", renderer: "arnold", ...given, ...more }), "1:1:1");
  expect(words!.slice(0, -7)).toEqual([
    ...["-r", "arnold", "-ai:lve", "2", "-proj", "/p", "-rd", "/out", "-im", "shot", "-of", "exr", "-cam", "cam1"],
    ...["-x", "640", "-y", "360", "-preRender", 'print "a\\n"', "-postRender", "quit"],
  ]);
  expect(argvs(maya, { scene: "s.ma", renderer: "mr" }, "1:1:1")[0]!.slice(0, 4)).toEqual(["-r", "mr", "-v", "5"]);
});

describe("Maya's progress is read", () => {
  // "How to Read a Render Log" of Arnold's guide for its columns, and CGRU's parser arnold.py for the line.
  test("from Arnold", () => {
    expect(said(maya, "12:34:56      32MB   |   45% done - 23 rays/pixel")).toEqual({ percent: 45 });
    expect(said(maya, "00:00:00   773MB         | log started Tue Jul 21 15:26:25 2015")).toBeUndefined();
  });

  // The shape that CGRU's mentalray.py and Deadline's MayaCmd.py read.
  test("from mental ray", () => {
    expect(said(maya, "JOB  0.2   progr:    45.1%    rendered on node.2")).toEqual({ percent: 45.1 });
  });

  // Both lines stand in CGRU's parser redshift.py.
  test("from Redshift", () => {
    expect(said(maya, "[Redshift] Block 27/135 (14,0) rendered by GPU 1 in 12ms")).toEqual({ percent: 20 });
    expect(said(maya, "INFO : [Redshift] Block 12/48 (7,4) rendered by GPU 0 in 2ms")).toEqual({ percent: 25 });
  });

  // Deadline's MayaCmd.py reads these of V-Ray, Turtle, RenderMan and Maya's own renderer.
  test("from V-Ray, Turtle, RenderMan and Maya software", () => {
    expect(said(maya, "V-Ray:  45%")).toEqual({ percent: 45 });
    expect(said(maya, "V-Ray: 45 %")).toEqual({ percent: 45 });
    expect(said(maya, "[PROGRESS] TURTLE rendering frame 12.50 percent")).toEqual({ percent: 12.5 });
    expect(said(maya, "[PROGRESS] 30 percent")).toEqual({ percent: 30 });
    expect(said(maya, "rfm Notice: Rendering persp at 12")).toEqual({ percent: 0, frame: 12 });
    expect(said(maya, "Finished Rendering /mnt/out/shot.0012.exr")).toEqual({ percent: 100, frame: 12 });
  });
});

// What Deadline's MayaCmd.py and CGRU's maya.py and redshift.py take for failures.
test.each([
  "FLEXlm error: -15,570",
  "Maya: License was not obtained",
  "Usage: Render [options] filename",
  "Fatal Error. Attempting to save in /tmp/x.ma",
  "Frame rendering aborted.",
  "Frame aborted",
  "V-Ray error: out of memory",
  "CUDA_ERROR_UNKNOWN",
  'Plug-in, "mtoa", was not found on MAYA_PLUG_IN_PATH',
  "[mtoa] Failed batch render",
  "Error: [Redshift] License error: (RLM) All licenses in use (-22) //",
  "Rendering was internally aborted",
])("Maya has failed when it says: %s", (line) => {
  expect(said(maya, line)).toEqual({ fatal: true });
});

test("Maya's warnings are shown, and its errors are no failure by themselves", () => {
  expect(said(maya, "Warning: file: /mnt/s.ma line 12: some attribute")).toEqual({ warning: true });
  expect(said(maya, "00:00:01   206MB WARNING |   [texture] not found")).toEqual({ warning: true });
  expect(said(maya, 'Error: line 1: Cannot find procedure "onLoad".')).toBeUndefined();
});

test("Turtle is Maya's Render, and says how far it is", () => {
  expect(
    argvs(turtle, { scene: "s.mb", renderfolder: "/o", projectfolder: "/p", image: "i", camera: "c" }, "2:8:3"),
  ).toEqual([
    ["-r", "turtle", "-proj", "/p", "-rd", "/o", "-im", "i", "-cam", "c", "-s", "2", "-e", "8", "-b", "3", "s.mb"],
  ]);
  expect(argvs(turtle, { scene: "s.mb", width: 4, height: 3 }, "1:1:1")[0]!.slice(2, 6)).toEqual([
    "-x",
    "4",
    "-y",
    "3",
  ]);
  expect(said(turtle, "[PROGRESS] TURTLE rendering frame 50.00 percent")).toEqual({ percent: 50 });
  expect(said(turtle, "[PROGRESS] Percentage of rendering done: 75")).toEqual({ percent: 75 });
  for (const line of ["FLEXlm error: -1", "Maya: License was not obtained", "Usage: Render [options]"])
    expect(said(turtle, line)).toEqual({ fatal: true });
});

test("mental ray renders a frame at a time, into names with the frame", () => {
  const given = { scene: "/s.mi", image: "shot.", extension: ".tif" };
  expect(argvs(mentalray, given, "1:3:2")).toEqual([
    ["-verbose", "5", "-file_name", "shot.0001.tif", "-render", "1", "1", "/s.mi"],
    ["-verbose", "5", "-file_name", "shot.0003.tif", "-render", "3", "3", "/s.mi"],
  ]);
  expect(argvs(mentalray, { scene: "/s.mi", renderfolder: "/" }, "1:1:1")).toEqual([
    ["-verbose", "5", "-render", "1", "1", "/s.mi"],
  ]);
  // As CGRU's parser mentalray.py reads them.
  expect(said(mentalray, "JOB  0.2   progr:    45.1%    rendered on node.2")).toEqual({ percent: 45.1 });
  expect(said(mentalray, "SCEN 0.2  progr: begin scene preprocessing for frame 12")).toEqual({ percent: 0, frame: 12 });
});

test("Softimage takes first, last and step in one word", () => {
  expect(argvs(xsi, { scene: "s.scn" })).toEqual([
    ["-render", "s.scn", "-frames", "1,7,3"],
    ["-render", "s.scn", "-frames", "20,20,1"],
  ]);
  const given = { scene: "s.scn", pass: "a,b", renderfolder: "/o", script: "/x.vbs", image: "i", extension: "pic" };
  expect(argvs(xsi, given, "1:1:1")).toEqual([
    ["-render", "s.scn", "-pass", "a,b", "-frames", "1,1,1", "-output_dir", "/o", "-script", "/x.vbs"],
  ]);
  // As CGRU's parser xsi.py reads them.
  expect(said(xsi, "' INFO : Rendering frame 12")).toEqual({ percent: 0, frame: 12 });
  expect(said(xsi, "progr:  45.1%    rendered")).toEqual({ percent: 45.1 });
});

test("3ds Max takes first, last and every nth frame", () => {
  const given = { scene: "s.max", image: "/o.png", script: "/p.ms", camera: "c", width: 4, height: 3 };
  expect(argvs(threedsmax, given, "1:7:3")).toEqual([
    [
      "-rfw:0",
      "-v:5",
      "-start:1",
      "-end:7",
      "-nthFrame:3",
      "-o:/o.png",
      "-preRenderScript:/p.ms",
      "-c:c",
      "-w:4",
      "-h:3",
      "s.max",
    ],
  ]);
  // As CGRU's parser max.py reads them.
  expect(said(threedsmax, "Frame 12 completed")).toEqual({ percent: 100, frame: 12 });
  expect(said(threedsmax, "progr:  45.1%    rendered")).toEqual({ percent: 45.1 });
  expect(said(threedsmax, "Error occured while rendering job.")).toEqual({ fatal: true });
});
