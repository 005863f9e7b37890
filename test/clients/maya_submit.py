"""Maya's script against a real farm, with a stand-in for maya.cmds: what Maya itself would do with these calls is not proved here."""

import sys
import types

from drqueue import DrQueueError, Farm


class Cmds(types.ModuleType):
    """Stands in for maya.cmds: one scene, one window, and a person who answers dialogs with `answer`."""

    def __init__(self):
        super().__init__("maya.cmds")
        self.scene, self.modified, self.project = "", False, "/mnt/show/"
        self.settings = {"animation": True, "startFrame": 1.0, "endFrame": 10.0, "byFrameStep": 1.0, "currentRenderer": "arnold"}
        self.answer, self.said = "OK", []
        self.controls, self.windows = {}, []

    def file(self, query=False, sceneName=False, modified=False, save=False):
        if save:
            self.modified = False
        return self.scene if sceneName else self.modified

    def getAttr(self, name):
        node, attribute = name.split(".")
        assert node == "defaultRenderGlobals"
        return self.settings[attribute]

    def currentTime(self, query):
        return 7.0

    def workspace(self, query, rootDirectory):
        return self.project

    def confirmDialog(self, message, button, title, **more):
        self.said.append(message)
        return self.answer if self.answer in button else button[-1]

    def window(self, name, exists=False, title=""):
        if not exists:
            self.windows.append(name)
        return name in self.windows

    def deleteUI(self, name):
        self.windows.remove(name)

    def columnLayout(self, adjustableColumn, rowSpacing):
        pass

    def showWindow(self, name):
        assert name in self.windows

    def text(self, label):
        self.said.append(label)

    def textFieldGrp(self, control=None, query=False, label="", text=""):
        if query:
            return self.controls[control]
        self.controls[label] = text
        return label

    def intFieldGrp(self, control=None, query=False, label="", value1=0):
        return self.textFieldGrp(control, query, label, value1)

    def button(self, label, command):
        self.press = command


cmds = Cmds()
sys.modules["maya"] = types.ModuleType("maya")
sys.modules["maya"].cmds = sys.modules["maya.cmds"] = cmds

import maya_drqueue

farm = Farm()


def refused(act, words):
    try:
        act()
    except DrQueueError as error:
        assert words in str(error), error
        return
    raise AssertionError(f"nobody said {words}")


# From a script: what is not given is as the render settings say.
refused(maya_drqueue.submit, "never been saved")
cmds.scene, cmds.modified = "/mnt/show/scenes/shot 7.ma", True
refused(maya_drqueue.submit, "changes that are not saved")
cmds.modified = False
job = maya_drqueue.submit(pool="nowhere", stopped=True, retries=1)
assert (job.name, job.kind, job.frame_text, job.state, job.priority) == ("shot 7", "maya", "1-10", "stopped", 500), job
assert job.details().fields == {"scene": cmds.scene, "renderer": "arnold", "projectfolder": "/mnt/show/"}, job.details().fields
assert job.details().retries == 1

cmds.settings.update(startFrame=2.0, endFrame=8.0, byFrameStep=2.0, currentRenderer="somebody's own")
cmds.project = ""
job = maya_drqueue.submit(name="other", block=2, priority=7, pool="nowhere", farm=farm)
assert (job.name, job.frame_text, job.block_size, job.priority) == ("other", "2-8x2", 2, 7), job
assert job.details().fields == {"scene": cmds.scene, "renderer": "file"}, job.details().fields
cmds.settings.update(byFrameStep=0.5)
refused(maya_drqueue.submit, "0.5 is no whole frame")
cmds.settings.update(byFrameStep=1.0, animation=False)
assert maya_drqueue.scene_frames() == "7"
refused(lambda: maya_drqueue.submit(pool="no pool!"), "pool: ")

# Every renderer that it knows is one that the kind knows.
choices = next(field.choices for field in farm.kind("maya").fields if field.name == "renderer")
assert set(maya_drqueue._RENDERERS.values()) | {"file"} <= set(choices), choices

# By the window: asked whether to save, told what came of it.
before = len(farm.jobs())
cmds.modified, cmds.answer = True, "Cancel"
maya_drqueue.show()
maya_drqueue.show()
assert cmds.windows == ["drqueueSubmit"]
assert (cmds.controls["Name"], cmds.controls["Frames"], cmds.controls["Pool"]) == ("shot 7", "7", "Default")
cmds.controls.update({"Frames": "3-5", "Pool": "nowhere", "Block (frames per task)": 3})
cmds.press(False)
assert cmds.modified and len(farm.jobs()) == before
cmds.answer = "Save and Submit"
cmds.press(False)
job = farm.jobs()[0]
assert not cmds.modified and (job.frame_text, job.block_size, job.pool, job.name) == ("3-5", 3, "nowhere", "shot 7"), job
assert cmds.said[-1] == f"Job {job.id} submitted: shot 7, 3 frames" and cmds.windows == []
cmds.scene = ""
maya_drqueue.show()
cmds.press(False)
assert "never been saved" in cmds.said[-1] and cmds.windows == ["drqueueSubmit"]

# As the README has it.
cmds.scene = "/mnt/show/scenes/shot 7.ma"
exec(sys.argv[1])
assert (farm.jobs()[0].pool, farm.jobs()[0].block_size) == ("maya", 5)
