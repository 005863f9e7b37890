// Blender's add-on in a Blender with a window, on a screen of its own: what only a window shows is in test/clients/blender_window.py.
import { describe, expect, test } from "bun:test";
import { startFarm } from "../farm";
import { blender, inBlender, screen } from "./blender";

describe.skipIf(!blender || !Bun.which("Xvfb"))(
  "Blender's add-on with a window (skipped without Blender and Xvfb)",
  () => {
    test("follows jobs by Blender's timer while they are seen, and leaves unsaved changes unsaved", async () => {
      await using farm = await startFarm({ slaves: 0 });
      await using display = await screen();
      const { code, out, err } = await inBlender(farm, "blender_window.py", { DISPLAY: display.name });
      expect({ code, said: code === 0 ? "" : out + err }).toEqual({ code: 0, said: "" });
    });
  },
);
