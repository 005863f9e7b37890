"""What the scripts that run in Blender share: the add-on as it is installed, a small shot, and a stand-in for what a panel draws on."""

import os
import time

import bpy

HOME = os.environ["HOME"]


def install():
    """Installs the add-on from its one file, as an artist does, and switches it on."""
    bpy.ops.preferences.addon_install(filepath=os.environ["DRQUEUE_ADDON"])
    assert bpy.ops.preferences.addon_enable(module="blender_drqueue") == {"FINISHED"}
    import blender_drqueue

    assert not blender_drqueue.__file__.startswith(os.path.dirname(os.environ["DRQUEUE_ADDON"]) + "/blender_drqueue")
    return blender_drqueue


def shot(name):
    """A plane with a red picture on it, which fills the camera; frames 1, 3 and 5."""
    folder = os.path.join(HOME, name)
    os.makedirs(os.path.join(folder, "tex"))
    red = bpy.data.images.new("red", 2, 2)
    red.pixels = [1, 0, 0, 1] * 4
    red.filepath_raw, red.file_format = os.path.join(folder, "tex", "red.png"), "PNG"
    red.save()
    bpy.data.images.remove(red)
    bpy.ops.wm.save_as_mainfile(filepath=os.path.join(folder, f"{name}.blend"))
    bpy.ops.object.select_all(action="SELECT")
    bpy.ops.object.delete()
    bpy.ops.mesh.primitive_plane_add(size=100)
    material = bpy.data.materials.new("red")
    material.use_nodes = True
    nodes, links = material.node_tree.nodes, material.node_tree.links
    nodes.clear()
    picture, light, out = (nodes.new(f"ShaderNode{kind}") for kind in ("TexImage", "Emission", "OutputMaterial"))
    picture.image = bpy.data.images.load("//tex/red.png")
    links.new(picture.outputs["Color"], light.inputs["Color"])
    links.new(light.outputs["Emission"], out.inputs["Surface"])
    bpy.context.object.data.materials.append(material)
    bpy.ops.object.camera_add(location=(0, 0, 5))
    scene = bpy.context.scene
    scene.camera = bpy.context.object
    scene.frame_start, scene.frame_end, scene.frame_step = 1, 5, 2
    scene.render.engine = "CYCLES"
    scene.cycles.samples, scene.cycles.use_denoising = 1, False
    scene.view_settings.view_transform = "Standard"
    scene.render.resolution_x = scene.render.resolution_y = 8
    scene.render.filepath = "//out/"
    bpy.ops.wm.save_mainfile()
    return folder


def until(ask, what):
    """Waits until there is an answer."""
    end = time.monotonic() + 40
    while time.monotonic() < end:
        found = ask()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited for {what}")


def refused(act, *words):
    """An operator that ends with an error, in one line."""
    try:
        act()
    except RuntimeError as error:
        text = str(error).strip()
        assert "\n" not in text and all(word in text for word in words), text
        return
    raise AssertionError(f"nobody said {words}")


class Layout:
    """Stands in for what a panel draws on: keeps the texts and the operators. Of Blender 4 it has bars too."""

    def __init__(self, bars, top=None):
        self.bars, self.top = bars, top or self
        if top is None:
            self.texts, self.buttons, self.properties = [], [], []
        if bars:
            self.progress = lambda factor, text: self.top.texts.append(f"[{factor:.2f}] {text}")

    def box(self):
        """A layout inside this one."""
        return Layout(self.bars, self.top)

    def row(self, align=False):
        """The same."""
        return self.box()

    column = row

    def label(self, text, icon="NONE"):
        """Keeps a text; Blender must know the icon."""
        assert icon in bpy.types.UILayout.bl_rna.functions["label"].parameters["icon"].enum_items, icon
        self.top.texts.append(text)

    def prop(self, owner, name):
        """Keeps a property, which must be there."""
        assert name in owner.bl_rna.properties, name
        self.top.properties.append(name)

    def operator(self, name, text="", icon="NONE"):
        """Keeps an operator, which must be there."""
        module, one = name.split(".")
        getattr(getattr(bpy.ops, module), one).get_rna_type()
        button = type("Button", (), {"name": name})()
        self.top.buttons.append(button)
        return button


def drawn(addon, bars=False):
    """The panel as it is now."""
    panel = type("Panel", (), {"layout": Layout(bars)})()
    addon.DRQUEUE_PT_output.draw(panel, bpy.context)
    return panel.layout
