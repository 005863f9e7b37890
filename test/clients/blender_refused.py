"""What is not submitted, each told in one line with nothing left half-done. SHUT is a port that nothing listens at."""

import os

import blender_stand_in as here
import bpy

addon = here.install()
scene = bpy.context.scene
submit = bpy.ops.drqueue.submit
preferences = bpy.context.preferences.addons["blender_drqueue"].preferences

here.refused(submit, "never been saved", "save it where all slaves see it")
folder = here.shot("shot8")
copies = os.path.join(folder, ".drqueue")
scene = bpy.context.scene
given, render = scene.drqueue, scene.render
given.pool = "nowhere"


def jobs():
    return addon.drqueue.Farm().jobs(owner="bob")


# Where the pictures go.
for output, words in (("", "the output is empty"), ("/tmp/", "another folder on each machine"), ("out/p_", "'out/p_' is no full path")):
    render.filepath = output
    here.refused(submit, words)
render.filepath = "//out/"
render.image_settings.file_format = "AVI_JPEG"
here.refused(submit, "a movie (AVI_JPEG)", "choose a format of pictures")
given.block = 3
assert submit() == {"FINISHED"}, "one task writes the whole movie"
addon._remove_copy(os.path.join(copies, os.listdir(copies)[0]))
render.image_settings.file_format, given.block = "PNG", 1

# Files that are missing are named, by what they are to the scene, until the artist says that it does not matter.
lost = bpy.data.images.new("wood", 2, 2)
lost.source, lost.filepath, lost.use_fake_user = "FILE", "//tex/wood.png", True
tiles = bpy.data.images.new("skin", 2, 2)
tiles.source, tiles.filepath, tiles.use_fake_user = "TILED", "//tex/skin.<UDIM>.png", True
sound = bpy.data.sounds.load("//boom.wav")
sound.use_fake_user = True
modifier = bpy.data.objects["Plane"].modifiers.new("cache", "MESH_CACHE")
modifier.filepath = "//sim.mdd"
wood, skin = (os.path.join(folder, "tex", name) for name in ("wood.png", "skin.<UDIM>.png"))
here.refused(
    submit,
    f"image 'wood' is missing: {wood}",
    f"image 'skin' is missing: {skin}",
    f"sound 'boom.wav' is missing: {os.path.join(folder, 'boom.wav')}",
    f"file is missing: {os.path.join(folder, 'sim.mdd')}",
)
assert os.listdir(copies) == [] and len(jobs()) == 1
layout = here.drawn(addon)
assert f"image 'wood' is missing: {wood}" in layout.texts
assert [button.force for button in layout.buttons if hasattr(button, "force")] == [True]
for name in ("tex/wood.png", "tex/skin.1001.png", "boom.wav"):
    open(os.path.join(folder, name), "w").close()
here.refused(submit, "not submitted: file is missing")
assert submit(force=True) == {"FINISHED"} and len(jobs()) == 2 and not addon._seen.problems
bpy.data.objects["Plane"].modifiers.remove(modifier)
assert addon.problems_of(scene, preferences) == []

# What a copy, at another place with another name, would not find.
scene.use_nodes = True
node = scene.node_tree.nodes.new("CompositorNodeOutputFile")
node.base_path = "//layers"
here.refused(submit, f"the node '{node.name}' writes to //layers", "untick Render a Copy")
node.mute = True
os.mkdir(os.path.join(folder, "blendcache_shot8"))
here.refused(submit, "blendcache_shot8", "untick Render a Copy")
given.use_copy = False
bpy.ops.wm.save_mainfile()
assert submit() == {"FINISHED"} and len(jobs()) == 3
itself = addon._seen.jobs[0]
assert itself.details().fields["scene"] == bpy.data.filepath
assert bpy.ops.drqueue.act(job=itself.id, action="delete") == {"FINISHED"} and os.path.exists(bpy.data.filepath)
given.use_copy = True
os.rmdir(os.path.join(folder, "blendcache_shot8"))

# What slaves do not see; copies go where they do.
preferences.shared = os.path.join(here.HOME, "elsewhere")
here.refused(submit, f"the output is outside of {preferences.shared}: {folder}/out/", "image 'wood' is outside of")
preferences.shared = here.HOME + "/"
assert submit() == {"FINISHED"} and len(jobs()) == 3
assert addon._seen.jobs[0].details().fields["scene"].startswith(os.path.join(here.HOME, ".drqueue", "shot8."))
preferences.shared = ""
other = bpy.data.filepath
for path in (copies, os.path.join(here.HOME, ".drqueue")):
    for name in os.listdir(path):
        addon._remove_copy(os.path.join(path, name))
os.rmdir(copies)
open(copies, "w").close()
here.refused(submit, f"cannot save a copy in {copies}")
os.remove(copies)
addon._remove_copy(other)
assert os.path.exists(other)

# What the farm says no to: the copy is gone too.
for name, value, word in (("pool", "no pool!", "pool"), ("frames", "1..5", "not '.': 1..5")):
    before = getattr(given, name)
    setattr(given, name, value)
    here.refused(submit, word)
    assert addon._seen.wrong and here.drawn(addon).texts[0] == addon._seen.said, addon._seen.said
    setattr(given, name, before)
preferences.master = f"127.0.0.1:{os.environ['SHUT']}"
here.refused(submit, "nothing listens there", "in the add-on's preferences")
here.refused(bpy.ops.drqueue.refresh, "nothing listens there")
assert any("nothing listens there" in text for text in here.drawn(addon).texts)
preferences.master, preferences.token = "", "wrong"
here.refused(submit, "compare the token in the add-on's preferences with")
preferences.token = ""
os.environ["DRQUEUE_DATA"] = here.HOME
here.refused(submit, "set the token in the add-on's preferences")
assert os.listdir(copies) == []
