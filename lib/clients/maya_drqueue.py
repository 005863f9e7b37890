"""DrQueue in Maya 2023 and newer: submits the scene that is open, by a small window or from a script.

Copy this file and drqueue.py into Maya's scripts folder, and make a shelf button of

    import maya_drqueue; maya_drqueue.show()

Farm and token are found as drqueue.py does: DRQUEUE_MASTER and DRQUEUE_TOKEN, for example in Maya.env, or on this machine.
"""

from __future__ import annotations

import os
from typing import Any

import maya.cmds as cmds

from drqueue import DrQueueError, Farm, Job

# A request that takes longer has failed, seconds: Maya waits for it.
_DEADLINE = 10.0
_WINDOW = "drqueueSubmit"

# Maya's name of a renderer, and what Render -r calls it.
_RENDERERS = {
    "mayaSoftware": "sw",
    "mayaHardware": "hw",
    "mayaHardware2": "hw2",
    "mayaVector": "vr",
    "mentalRay": "mr",
    "arnold": "arnold",
    "vray": "vray",
    "redshift": "redshift",
    "renderman": "renderman",
    "renderManRIS": "renderman",
    "turtle": "turtle",
}


def scene_frames() -> str:
    """The frames that the render settings name, as the farm writes them."""
    if not cmds.getAttr("defaultRenderGlobals.animation"):
        return _whole(cmds.currentTime(query=True))
    first, last, step = (_whole(cmds.getAttr(f"defaultRenderGlobals.{name}")) for name in ("startFrame", "endFrame", "byFrameStep"))
    return f"{first}-{last}" + (f"x{step}" if step != "1" else "")


def renderer() -> str:
    """The renderer of the scene as Render -r calls it; "file" for one that the farm does not know by name."""
    return _RENDERERS.get(cmds.getAttr("defaultRenderGlobals.currentRenderer"), "file")


def submit(
    name: str | None = None,
    frames: str | None = None,
    block: int = 1,
    priority: int = 500,
    pool: str = "Default",
    farm: Farm | None = None,
    **more: Any,
) -> Job:
    """Submits the scene as it is saved; what is not given is as its render settings say. `more`: what Farm.submit takes."""
    scene = cmds.file(query=True, sceneName=True)
    if not scene:
        raise DrQueueError("this scene has never been saved: save it where all slaves see it, then submit it")
    if cmds.file(query=True, modified=True):
        raise DrQueueError("the scene has changes that are not saved: save it, then submit it")
    fields = {"scene": scene, "renderer": renderer(), "projectfolder": cmds.workspace(query=True, rootDirectory=True)}
    return (farm or Farm(timeout=_DEADLINE)).submit(
        kind="maya",
        name=name or os.path.splitext(os.path.basename(scene))[0],
        fields={field: value for field, value in fields.items() if value},
        frames=frames or scene_frames(),
        block=block,
        priority=priority,
        pool=pool,
        **more,
    )


def _whole(number: float) -> str:
    if number != int(number):
        raise DrQueueError(f"{number:g} is no whole frame: change it in the render settings")
    return str(int(number))


def show() -> None:
    """Opens the window."""
    if cmds.window(_WINDOW, exists=True):
        cmds.deleteUI(_WINDOW)
    cmds.window(_WINDOW, title="Submit to DrQueue")
    cmds.columnLayout(adjustableColumn=True, rowSpacing=4)
    scene = cmds.file(query=True, sceneName=True)
    try:
        range_now = scene_frames()
    except DrQueueError:
        range_now = ""
    name = cmds.textFieldGrp(label="Name", text=os.path.splitext(os.path.basename(scene or ""))[0])
    asked = cmds.textFieldGrp(label="Frames", text=range_now)
    block = cmds.intFieldGrp(label="Block (frames per task)", value1=1)
    priority = cmds.intFieldGrp(label="Priority", value1=500)
    pool = cmds.textFieldGrp(label="Pool", text="Default")
    cmds.text(label=f"Renderer: {renderer()}")

    def press(*_: object) -> None:
        _submit_from_window(
            name=cmds.textFieldGrp(name, query=True, text=True),
            frames=cmds.textFieldGrp(asked, query=True, text=True),
            block=cmds.intFieldGrp(block, query=True, value1=True),
            priority=cmds.intFieldGrp(priority, query=True, value1=True),
            pool=cmds.textFieldGrp(pool, query=True, text=True),
        )

    cmds.button(label="Submit", command=press)
    cmds.showWindow(_WINDOW)


def _submit_from_window(**given: Any) -> None:
    """Offers to save what is not saved, submits, and says what came of it."""
    if cmds.file(query=True, sceneName=True) and cmds.file(query=True, modified=True):
        answer = cmds.confirmDialog(
            title="DrQueue",
            message="The scene has changes that are not saved. The farm renders what is saved.",
            button=["Save and Submit", "Cancel"],
            defaultButton="Save and Submit",
            cancelButton="Cancel",
            dismissString="Cancel",
        )
        if answer != "Save and Submit":
            return
        cmds.file(save=True)
    try:
        job = submit(**given)
    except DrQueueError as error:
        cmds.confirmDialog(title="DrQueue", message=str(error), icon="critical", button=["OK"])
        return
    cmds.confirmDialog(title="DrQueue", message=f"Job {job.id} submitted: {job.name}, {job.frame_counts.total} frames", button=["OK"])
    cmds.deleteUI(_WINDOW)
