"""The add-on in a Blender with a window: its own timer, its real panel. Ends Blender with 0 when all was as it should be."""

import os
import time
import traceback

import blender_stand_in as here
import bpy

addon = here.install()
here.shot("shot9")
addon._EVERY = 0.2
window = bpy.context.window_manager.windows[0]
bpy.context.scene.drqueue.pool = "nowhere"
# Open, and in sight.
addon.DRQUEUE_PT_output.bl_options = set()
bpy.utils.unregister_class(addon.DRQUEUE_PT_output)
bpy.utils.register_class(addon.DRQUEUE_PT_output)
area = max(window.screen.areas, key=lambda one: one.height * one.width)
area.type = "PROPERTIES"


def in_window(act, *args, **named):
    with bpy.context.temp_override(window=window, area=area, region=area.regions[-1]):
        return act(*args, **named)


def steps():
    """Each yield lets Blender go on until it is true."""
    yield lambda: time.monotonic() - began > 0.5
    area.spaces.active.context = "OUTPUT"
    yield lambda: addon._seen.drawn and addon._seen.asked
    assert not bpy.data.is_dirty and not addon._seen.trouble, addon._seen.trouble
    in_window(bpy.ops.ed.undo_push, message="changed")
    yield lambda: bpy.data.is_dirty
    asked = time.monotonic()
    assert in_window(bpy.ops.drqueue.submit, "INVOKE_DEFAULT") == {"FINISHED"}
    yield lambda: addon._seen.said.startswith("job ") and addon._seen.jobs
    assert "submitted: shot9, 3 frames" in addon._seen.said and not addon._seen.wrong
    # Some turns of Blender later the changes are still not saved.
    yield lambda: time.monotonic() - asked > 1
    assert bpy.data.is_dirty and bpy.data.filepath.endswith("/shot9.blend")
    (job,) = addon._seen.jobs
    # Seen by nobody but the panel, a change in the farm gets there.
    addon.drqueue.Farm().job(job.id).stop()
    yield lambda: addon._seen.jobs[0].state == "stopped"
    in_window(bpy.ops.drqueue.act, "EXEC_DEFAULT", job=job.id, action="delete")
    yield lambda: not addon._seen.jobs and "deleted" in addon._seen.said
    bpy.context.scene.render.filepath = ""
    here.refused(lambda: in_window(bpy.ops.drqueue.submit, "EXEC_DEFAULT"), "the output is empty")
    in_window(bpy.ops.drqueue.act, "EXEC_DEFAULT", job=job.id, action="stop")
    yield lambda: addon._seen.wrong and f"there is no job {job.id}" in addon._seen.said


began = time.monotonic()
course = steps()
wanted = next(course)


def turn():
    global wanted
    try:
        if wanted():
            wanted = next(course)
        assert time.monotonic() - began < 40, (vars(addon._seen), wanted.__code__.co_firstlineno)
        return 0.05
    except StopIteration:
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(9)


bpy.app.timers.register(turn, first_interval=0.5)
