"""DrQueue in Nuke 14 and newer: "DrQueue > Submit..." submits the script that is open.

Copy this file and drqueue.py into ~/.nuke, or any folder of NUKE_PATH, and write into menu.py there

    import nuke_drqueue; nuke_drqueue.add_menu()

With Write nodes selected, each of them becomes a job of its own; with none, one job renders all that are active. Farm and token are
found as drqueue.py does: DRQUEUE_MASTER and DRQUEUE_TOKEN, or on this machine.
"""

from __future__ import annotations

import os
from typing import Any

import nuke

from drqueue import DrQueueError, Farm, Job

# A request that takes longer has failed, seconds: Nuke waits for it.
_DEADLINE = 10.0
# Files that hold all frames, and would be written anew by each task.
_MOVIES = (".mov", ".mp4", ".mxf", ".avi", ".r3d")


def add_menu() -> None:
    """Adds the command to Nuke's menu."""
    nuke.menu("Nuke").addMenu("DrQueue").addCommand("Submit...", show)


def script_frames() -> str:
    """The frames of the script, as the farm writes them."""
    first, last = int(nuke.root().firstFrame()), int(nuke.root().lastFrame())
    return str(first) if first == last else f"{first}-{last}"


def submit(
    writes: list[Any] | None = None,
    name: str | None = None,
    frames: str | None = None,
    block: int = 1,
    priority: int = 500,
    pool: str = "Default",
    farm: Farm | None = None,
    **more: Any,
) -> list[Job]:
    """Submits the script as it is saved: a job for each of the Write nodes `writes`, else one for all that are active.

    What is not given is as the script says. `more`: what Farm.submit takes.
    """
    root = nuke.root()
    script = "" if root.name() == "Root" else root.name()
    if not script:
        raise DrQueueError("this script has never been saved: save it where all slaves see it, then submit it")
    if root.modified():
        raise DrQueueError("the script has changes that are not saved: save it, then submit it")
    frames = frames or script_frames()
    active = [node for node in nuke.allNodes("Write", recurseGroups=True) if not node["disable"].value()]
    for node in writes or active:
        _check(node, frames, block)
    if not writes and not active:
        raise DrQueueError("the script has no Write node that is active: add one, or enable it")
    farm = farm or Farm(timeout=_DEADLINE)
    title = name or os.path.splitext(os.path.basename(script))[0]
    jobs: list[Job] = []
    for node in writes or [None]:
        which = None if node is None else node.fullName()
        try:
            job = farm.submit(
                kind="nuke",
                name=title if which is None else f"{title} {which}",
                fields={"scene": script, **({} if which is None else {"node": which})},
                frames=frames,
                block=block,
                priority=priority,
                pool=pool,
                **more,
            )
        except DrQueueError as error:
            if not jobs:
                raise
            before = ", ".join(str(job.id) for job in jobs)
            raise DrQueueError(f"{which}: {error} (already submitted: {before})", error.status) from None
        jobs.append(job)
    return jobs


def _check(node: Any, frames: str, block: int) -> None:
    """Raises what is wrong with a Write node."""
    path = node["file"].evaluate() or ""
    if node["disable"].value():
        raise DrQueueError(f"{node.fullName()} is disabled: enable it, or select another Write node")
    if not os.path.isabs(path):
        raise DrQueueError(f"{node.fullName()} writes to '{path}', which is no full path: the slaves would not know where")
    whole = int(nuke.root().lastFrame()) - int(nuke.root().firstFrame()) + 1
    if path.lower().endswith(_MOVIES) and (frames != script_frames() or block < whole):
        raise DrQueueError(f"{node.fullName()} writes a movie, which each task would write anew: give a block of all frames")


def show() -> None:
    """Asks for what the job needs, submits, and says what came of it."""
    writes = [node for node in nuke.selectedNodes() if node.Class() == "Write"]
    panel = nuke.Panel("Submit to DrQueue")
    panel.addSingleLineInput("Frames", script_frames())
    panel.addSingleLineInput("Block", "1")
    panel.addSingleLineInput("Priority", "500")
    panel.addSingleLineInput("Pool", "Default")
    if not panel.show():
        return
    try:
        if nuke.root().name() != "Root" and nuke.root().modified():
            if not nuke.ask("The script has changes that are not saved. The farm renders what is saved. Save it now?"):
                return
            nuke.scriptSave()
        jobs = submit(
            writes,
            frames=panel.value("Frames").strip(),
            block=_number("Block", panel.value("Block")),
            priority=_number("Priority", panel.value("Priority")),
            pool=panel.value("Pool").strip(),
        )
    except DrQueueError as error:
        nuke.message(str(error))
        return
    nuke.message("\n".join(f"Job {job.id} submitted: {job.name}, {job.frame_counts.total} frames" for job in jobs))


def _number(what: str, text: str) -> int:
    if not text.strip().isdecimal():
        raise DrQueueError(f"{what}: '{text}' is no whole number")
    return int(text)
