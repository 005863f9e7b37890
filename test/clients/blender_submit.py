"""From the installation of the add-on to its pictures, in a Blender without a window; the farm has one slave."""

import os
import threading
import time

import blender_stand_in as here
import bpy

addon = here.install()
folder = here.shot("shot 7")
scene = bpy.context.scene
assert bpy.app.timers.is_registered(addon._tick)
layout = here.drawn(addon)
assert layout.properties == ["name", "frames", "block", "priority", "pool", "memory", "use_copy"], layout.properties
assert "No jobs of yours" in layout.texts

# Submitted with what is not saved; what is open stays as it is.
scene.render.resolution_x = 16
bpy.ops.ed.undo_push(message="wider")
saved = os.stat(bpy.data.filepath)
scene.drqueue.block, scene.drqueue.priority, scene.drqueue.memory = 2, 600, 0.25
assert bpy.ops.drqueue.submit() == {"FINISHED"}
assert bpy.data.is_dirty and bpy.data.filepath == os.path.join(folder, "shot 7.blend")
assert os.stat(bpy.data.filepath).st_mtime_ns == saved.st_mtime_ns
assert bpy.data.images["red.png"].filepath == "//tex/red.png" and scene.render.filepath == "//out/"
(copy,) = os.listdir(os.path.join(folder, ".drqueue"))
copy = os.path.join(folder, ".drqueue", copy)
assert addon._COPY.search(copy), copy

(job,) = addon._seen.jobs
details = job.details()
assert (job.name, job.owner, job.kind, job.pool, job.priority) == ("shot 7", "ana", "blender", "Default", 600), job
assert (job.frame_text, job.block_size, details.memory_mb) == ("1-5x2", 2, 256), job.frame_text
assert details.fields == {"scene": copy, "image": os.path.join(folder, "out/"), "layer": "Scene"}, details.fields

# Seen, the panel follows it: the timer asks in threads, and is never waited for.
addon._EVERY = 0.1
asked_by = set()
plain = addon.drqueue.Farm.jobs
addon.drqueue.Farm.jobs = lambda *args, **named: asked_by.add(threading.current_thread()) or plain(*args, **named)


def looked():
    addon._tick()
    here.drawn(addon)
    return addon._seen.jobs[0].ended and addon._seen.jobs[0]


job = here.until(looked, "the job to end")
assert job.state == "finished", (job, [(frame.message, job.log(frame.frame)) for frame in job.frames()])
assert asked_by and threading.main_thread() not in asked_by
assert sorted(os.listdir(os.path.join(folder, "out"))) == ["0001.png", "0003.png", "0005.png"]
picture = bpy.data.images.load(os.path.join(folder, "out", "0003.png"))
assert tuple(picture.size) == (16, 8), "it is the unsaved one that is rendered"
assert [round(value) for value in picture.pixels[:3]] == [1, 0, 0], "the copy finds what the file found"
bpy.data.images.remove(picture)
assert "[1.00] 3 of 3 frames" in here.drawn(addon, bars=True).texts
layout = here.drawn(addon)
assert f"{'█' * 20}  3 of 3 frames" in layout.texts and f"{job.id} shot 7: finished" in layout.texts, layout.texts
assert [button.action for button in layout.buttons if button.name == "drqueue.act"] == ["requeue", "delete"]

# Not seen, nobody asks.
addon._seen.drawn = 0
time.sleep(2 * addon._EVERY)
assert [addon._tick() for _ in range(3)] == [1.0] * 3 and not addon._seen.waiting

# Its buttons.
scene.drqueue.pool, scene.drqueue.name, scene.drqueue.frames = "nowhere", "parked", "7,9"
assert bpy.ops.drqueue.submit() == {"FINISHED"}
parked = addon._seen.jobs[0]
assert (parked.name, parked.frame_text, parked.pool, parked.state) == ("parked", "7,9", "nowhere", "waiting"), parked
copies = len(os.listdir(os.path.join(folder, ".drqueue")))
for action, state in (("stop", "stopped"), ("resume", "waiting")):
    assert bpy.ops.drqueue.act(job=parked.id, action=action) == {"FINISHED"}
    assert addon._seen.jobs[0].state == state, addon._seen.jobs
    assert str(parked.id) in addon._seen.said and not addon._seen.wrong
assert bpy.ops.drqueue.act(job=parked.id, action="delete") == {"FINISHED"}
assert [one.id for one in addon._seen.jobs] == [job.id]
assert len(os.listdir(os.path.join(folder, ".drqueue"))) == copies - 1 and os.path.exists(copy)
here.refused(lambda: bpy.ops.drqueue.act(job=parked.id, action="stop"), f"there is no job {parked.id}")
assert bpy.ops.drqueue.act(job=job.id, action="requeue") == {"FINISHED"}
assert "2 tasks rendered again" in addon._seen.said and not addon._seen.jobs[0].ended
assert bpy.ops.drqueue.act(job=job.id, action="delete") == {"FINISHED"} and not os.path.exists(copy)

# Without a copy it would be the file as it is saved.
scene.drqueue.use_copy, scene.drqueue.frames = False, ""
here.refused(bpy.ops.drqueue.submit, "changes that are not saved")
scene.drqueue.use_copy, scene.drqueue.name = True, ""
bpy.ops.wm.save_mainfile()

# Switched off it leaves nothing behind; what comes late is dropped.
addon.refresh()
assert bpy.ops.preferences.addon_disable(module="blender_drqueue") == {"FINISHED"}
assert not bpy.app.timers.is_registered(addon._tick) and not hasattr(bpy.types.Scene, "drqueue")
assert not [name for name in dir(bpy.types) if "drqueue" in name.lower()], dir(bpy.types)
assert bpy.ops.preferences.addon_enable(module="blender_drqueue") == {"FINISHED"}
bpy.ops.wm.save_userpref()
