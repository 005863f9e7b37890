"""DrQueue in Blender 3.3 to 4.x: an add-on that submits the open file and shows how its jobs are.

Its panel is in the output properties. `npm run build` makes dist/blender_drqueue.py of it, one file with the Python client inside;
this file itself wants drqueue.py beside it.

What is rendered is a copy, saved with all that is not saved yet: the open file stays as it is, unsaved changes and all. Requests run in
threads of their own and their answers are taken by a timer, so that Blender never waits for the farm.
"""

import glob
import os
import queue
import re
import secrets
import sys
import threading
import time
import types

import bpy

bl_info = {
    "name": "DrQueue",
    "author": "DrQueue",
    "version": (0, 1, 0),
    "blender": (3, 3, 0),
    "location": "Properties > Output > DrQueue",
    "description": "Submits the open file to a DrQueue farm and shows how its jobs are",
    "category": "Render",
}

# The text of drqueue.py, where the build has put it.
_CLIENT = ""


def _client():
    """The Python client: the one inside this file, else the one beside it."""
    if not _CLIENT:
        folder = os.path.dirname(os.path.abspath(__file__))
        if folder not in sys.path:
            sys.path.append(folder)
        import drqueue as beside

        return beside
    # A name of its own: another add-on may bring another release of it.
    inside = types.ModuleType(f"{__name__}_client")
    sys.modules[inside.__name__] = inside
    exec(compile(_CLIENT, "drqueue.py", "exec"), inside.__dict__)
    return inside


drqueue = _client()

# A request that takes longer has failed, seconds.
_DEADLINE = 10.0
# How often the panel's jobs are asked for while somebody sees them, seconds.
_EVERY = 5.0
# So many jobs are shown, the newest.
_SHOWN = 10
# So many of a list are named.
_NAMED = 5
# The end of a copy's name, which no other file has.
_COPY = re.compile(r"\.\d{8}-\d{6}-[0-9a-f]{4}\.blend$")
# The client's advice, in the words of this place.
_ADVICE = (
    ("name one in DRQUEUE_MASTER or Farm(master=...)", "name one in the add-on's preferences"),
    ("set DRQUEUE_TOKEN to the text", "set the token in the add-on's preferences to the text"),
    ("compare DRQUEUE_TOKEN with", "compare the token in the add-on's preferences with"),
)


class Wrong(Exception):
    """Why the open file can not be submitted, in one line for the artist."""


# The open file


def job_of(scene, preferences, copy_folder=None):
    """What Farm.submit is told of a scene, but for the file that is rendered. Raises Wrong."""
    given, render = scene.drqueue, scene.render
    if not bpy.data.filepath:
        raise Wrong("this file has never been saved: save it where all slaves see it, then submit it")
    if not given.use_copy and bpy.data.is_dirty:
        raise Wrong("the file has changes that are not saved: save it, or tick Render a Copy")
    output = render.filepath
    if output.replace("\\", "/") in ("", "/tmp/"):
        raise Wrong(f"the output is {output or 'empty'}, which is another folder on each machine: choose one that all slaves see")
    if not output.startswith("//") and not os.path.isabs(output):
        raise Wrong(f"the output '{output}' is no full path: let it begin with / or a drive, or with // for the file's folder")
    first, last, step = scene.frame_start, scene.frame_end, scene.frame_step
    frames = given.frames.strip()
    if not frames:
        if first < 0:
            raise Wrong(f"the scene begins at frame {first}: Blender renders no frames below 0 on a farm")
        frames = str(first) if first == last else f"{first}-{last}" + (f"x{step}" if step > 1 else "")
    if render.is_movie_format and (given.frames.strip() or given.block < len(range(first, last + 1, step))):
        raise Wrong(
            f"the output is a movie ({render.image_settings.file_format}), which each task would write anew:"
            " choose a format of pictures, or a block of all frames"
        )
    return {
        "kind": "blender",
        "name": given.name.strip() or os.path.splitext(os.path.basename(bpy.data.filepath))[0],
        "fields": {"image": bpy.path.abspath(output), "layer": scene.name},
        "frames": frames,
        "block": given.block,
        "priority": given.priority,
        "pool": given.pool.strip(),
        "memory_mb": round(given.memory * 1024),
        "owner": _owner(preferences),
    }


def problems_of(scene, preferences):
    """What the slaves will not find, or write elsewhere: a line for each."""
    found = []
    shared = _shared(preferences)
    for what, path in [*_needed(), ("the output", bpy.path.abspath(scene.render.filepath))]:
        if what != "the output" and not _exists(path):
            found.append(f"{what} is missing: {path}")
        elif shared and not _within(path, shared):
            found.append(f"{what} is outside of {shared}: {path}")
    if scene.drqueue.use_copy:
        folder, name = os.path.split(bpy.data.filepath)
        cache = f"blendcache_{os.path.splitext(name)[0]}"
        if os.path.isdir(os.path.join(folder, cache)):
            found.append(f"the simulations in {cache} belong to this file by its name: untick Render a Copy")
        for node, path in _written(scene):
            if path.startswith("//"):
                found.append(f"the node '{node}' writes to {path}, elsewhere from a copy: give a full path, or untick Render a Copy")
    return found


def _needed():
    """The files that this file needs, by what they are to it and their full path."""
    names = {}
    data = bpy.data
    for word, blocks in (
        ("library", data.libraries),
        ("image", data.images),
        ("font", data.fonts),
        ("sound", data.sounds),
        ("cache", data.cache_files),
        ("clip", data.movieclips),
        ("volume", data.volumes),
    ):
        for block in blocks:
            if block.filepath:
                names[_full(block.filepath, block.library)] = f"{word} '{block.name}'"
    # Modifiers, sequences and text have paths as well: Blender knows them all.
    paths = {_full(path) for path in bpy.utils.blend_paths(absolute=True, packed=False, local=False) if path}
    return sorted((names.get(path, "file"), path) for path in paths)


def _full(path, library=None):
    return os.path.normpath(bpy.path.abspath(path, library=library))


def _exists(path):
    if os.path.exists(path):
        return True
    # The tiles of one picture have a number each.
    pattern = re.sub(r"<(?:UDIM|UVTILE)>", "*", glob.escape(path))
    return pattern != glob.escape(path) and bool(glob.glob(pattern))


def _written(scene):
    """The folders that the compositor writes to, by node."""
    tree = getattr(scene, "compositing_node_group", None) or (scene.use_nodes and getattr(scene, "node_tree", None))
    for node in tree.nodes if tree else ():
        if node.bl_idname == "CompositorNodeOutputFile" and not node.mute:
            yield node.name, getattr(node, "base_path", None) or getattr(node, "directory", "")


def _shared(preferences):
    given = preferences.shared.strip()
    return os.path.normpath(bpy.path.abspath(given)) if given else ""


def _within(path, folder):
    path, folder = (os.path.normcase(os.path.normpath(one)) for one in (path, folder))
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def save_copy(preferences):
    """Saves what is open as a file of its own, for the slaves; the open file and its changes stay as they are. Returns its path."""
    folder, name = os.path.split(bpy.data.filepath)
    folder = os.path.join(_shared(preferences) or folder, ".drqueue")
    stamp = f"{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"
    path = os.path.join(folder, f"{os.path.splitext(name)[0]}.{stamp}.blend")
    try:
        os.makedirs(folder, exist_ok=True)
        # Paths that begin with // are turned to be right from there.
        unsaved = bpy.data.is_dirty
        bpy.ops.wm.save_as_mainfile(filepath=path, copy=True, check_existing=False, relative_remap=True)
    except OSError as error:
        raise Wrong(f"cannot save a copy in {folder}: {error.strerror}") from None
    except RuntimeError as error:
        raise Wrong(f"cannot save a copy in {folder}: {_one_line(error)}") from None
    if not os.path.exists(path):
        raise Wrong(f"cannot save a copy in {folder}: Blender wrote nothing")
    if unsaved and not bpy.app.background:
        bpy.app.timers.register(_still_unsaved, first_interval=0.1)
    return path


def _still_unsaved():
    """Blender with a window takes changes for saved once a copy is, and would end without a word: this says again that they are not."""
    manager = bpy.context.window_manager
    if not bpy.data.is_dirty and manager.windows:
        with bpy.context.temp_override(window=manager.windows[0]):
            bpy.ops.ed.undo_push(message="Submit to DrQueue")


def _remove_copy(path):
    """Removes a copy that nobody renders any more; never another file."""
    if _COPY.search(path):
        try:
            os.remove(path)
        except OSError:
            pass


# The farm


class _Seen:
    """What the panel shows. Only Blender's main thread touches it."""

    def __init__(self):
        self.jobs = []
        # What is wrong with the farm, and what the artist's last action came to.
        self.trouble = ""
        self.said = ""
        self.wrong = False
        self.problems = []
        self.waiting = 0
        self.asking = False
        self.asked = 0.0
        self.drawn = 0.0


_seen = _Seen()
_answers = queue.SimpleQueue()


def _ask(work, then):
    """Runs `work(farm)` in a thread of its own; `then(answer, failure)` gets what came of it in Blender's main thread."""
    preferences = _preferences()
    master, token, answers = preferences.master.strip(), preferences.token.strip(), _answers

    def run():
        try:
            answers.put((then, work(drqueue.Farm(master or None, token or None, timeout=_DEADLINE)), None))
        except Exception as failure:  # a thread has nobody else to tell
            answers.put((then, None, failure))

    _seen.waiting += 1
    threading.Thread(target=run, name="drqueue", daemon=True).start()


def _take(timeout=None):
    """Takes the answers that have come; with a timeout, waits so long for all that are to come."""
    end = time.monotonic() + (timeout or 0)
    while _seen.waiting:
        try:
            then, answer, failure = _answers.get(timeout=max(0.0, end - time.monotonic())) if timeout else _answers.get_nowait()
        except queue.Empty:
            return
        _seen.waiting -= 1
        then(answer, failure)
        _redraw()


def _tick():
    """Blender's timer: takes answers, and asks anew while the panel is seen. Returns the seconds until its next turn."""
    _take()
    # Drawn since the last answer: somebody looks at it.
    if not _seen.asking and _seen.drawn > _seen.asked and time.monotonic() - _seen.asked > _EVERY:
        refresh()
    return 0.2 if _seen.waiting else 1.0


def refresh():
    """Asks for the artist's jobs; the panel shows them when they come."""
    owner = _owner(_preferences())

    def show(jobs, failure):
        _seen.asking = False
        _seen.asked = time.monotonic()
        _seen.trouble = _advice(failure) if failure else ""
        if not failure:
            _seen.jobs = jobs

    _seen.asking = True
    _ask(lambda farm: [job for job in farm.jobs(owner=owner, limit=100) if job.kind == "blender"][:_SHOWN], show)


def _tell(text, wrong=False):
    """Says what came of an action: in the panel, and as a report."""
    _seen.said, _seen.wrong = text, wrong
    if not bpy.app.background:
        try:
            bpy.ops.drqueue.tell(text=text, wrong=wrong)
        except RuntimeError:
            pass  # what a report of an error is to a program


def _done(text, failure):
    _tell(_advice(failure) if failure else text, bool(failure))
    refresh()


def _submit(settings, copy):
    def submit(farm):
        job = farm.submit(**settings)
        return f"job {job.id} submitted: {job.name}, {_frames(job.frame_counts.total)}"

    def done(text, failure):
        # A copy that no job knows is of no use; one that a job may know is.
        if failure and copy and not getattr(failure, "sent", False) and "was submitted" not in str(failure):
            _remove_copy(copy)
        _done(text, failure)

    _ask(submit, done)


def _frames(count):
    return f"{count} frame{'' if count == 1 else 's'}"


def _act(farm, action, number):
    job = farm.job(number)
    if action == "stop":
        job.stop()
        return f"job {number} stopped; what runs ends by itself"
    if action == "resume":
        job.resume()
        return f"job {number} goes on"
    if action == "requeue":
        done = job.rerun() if job.state == "finished" else job.requeue()
        again = done.tasks + done.killing
        return f"job {number}: {again} task{'' if again == 1 else 's'} rendered again"
    scene = (job.details().fields or {}).get("scene")
    job.delete()
    _remove_copy(str(scene))
    return f"job {number} deleted"


def _owner(preferences):
    return preferences.owner.strip() or drqueue._whoami()


def _one_line(error):
    """What is wrong, without the line in which a caret points at the place."""
    lines = [" ".join(line.split()) for line in re.sub(r"^Error: ", "", str(error)).splitlines()]
    return ": ".join(line for line in lines if line.strip(" ^"))


def _advice(failure):
    """What is wrong, and what to do here."""
    text = _one_line(failure) or type(failure).__name__
    for there, here in _ADVICE:
        text = text.replace(there, here)
    return text


def _redraw():
    for window in bpy.context.window_manager.windows:
        for area in window.screen.areas:
            if area.type == "PROPERTIES":
                area.tag_redraw()


# What Blender sees


class DrQueuePreferences(bpy.types.AddonPreferences):
    """Where the farm is, and what its slaves see."""

    bl_idname = __name__

    master: bpy.props.StringProperty(
        name="Master", description="host or host:port, several with commas between; empty: DRQUEUE_MASTER, else this machine"
    )
    token: bpy.props.StringProperty(
        name="Token",
        subtype="PASSWORD",
        description="The text of the file token in the master's data folder, kept with your preferences; empty: DRQUEUE_TOKEN, or that",
    )
    owner: bpy.props.StringProperty(name="Owner", description="Whose jobs they are; empty: your name on this machine")
    shared: bpy.props.StringProperty(
        name="Shared folder",
        subtype="DIR_PATH",
        description="What all slaves see: copies go to .drqueue in it, files elsewhere are told. Empty: they go beside the file",
    )

    def draw(self, context):
        """Shows the preferences."""
        for name in ("master", "token", "owner", "shared"):
            self.layout.prop(self, name)


class _Defaults:
    """The preferences of an add-on that was registered by a script, and so has none."""

    master = token = owner = shared = ""


def _preferences():
    addon = bpy.context.preferences.addons.get(__name__)
    return addon.preferences if addon and addon.preferences else _Defaults


class DrQueueSettings(bpy.types.PropertyGroup):
    """How the scene is submitted; saved with the file."""

    name: bpy.props.StringProperty(name="Name", description="Of the job; empty: the file's")
    frames: bpy.props.StringProperty(name="Frames", description="As 1-100, 1-100x5 or 1,5,7-9; empty: the scene's own range and step")
    block: bpy.props.IntProperty(
        name="Block", description="Frames per task: one start of Blender renders so many", default=1, min=1, max=10_000
    )
    priority: bpy.props.IntProperty(name="Priority", description="Higher goes first", default=500, min=0, max=1_000_000)
    pool: bpy.props.StringProperty(name="Pool", description="Pools of slaves, with commas between", default="Default")
    memory: bpy.props.FloatProperty(name="Memory (GB)", description="That a task needs; 0: not told", default=0, min=0, max=90_000)
    use_copy: bpy.props.BoolProperty(
        name="Render a Copy",
        description="Saves a copy with all changes for the slaves, so that you can work on. Else they render this file as they find it",
        default=True,
    )


class DRQUEUE_OT_submit(bpy.types.Operator):
    """Submits the open file, as it is now"""

    bl_idname = "drqueue.submit"
    bl_label = "Submit to DrQueue"
    force: bpy.props.BoolProperty(name="All the same", description="Though files are missing", options={"SKIP_SAVE", "HIDDEN"})

    def execute(self, context):
        """Saves a copy and sends it to the farm; in the background, waits for the answer."""
        scene, preferences = context.scene, _preferences()
        try:
            settings = job_of(scene, preferences)
            _seen.problems = [] if self.force else problems_of(scene, preferences)
            if _seen.problems:
                more = len(_seen.problems) - _NAMED
                named = "; ".join(_seen.problems[:_NAMED]) + (f"; and {more} more" if more > 0 else "")
                raise Wrong(f"not submitted: {named}")
            copy = save_copy(preferences) if scene.drqueue.use_copy else None
        except Wrong as wrong:
            _seen.said, _seen.wrong = str(wrong), True
            self.report({"ERROR"}, str(wrong))
            return {"CANCELLED"}
        settings["fields"]["scene"] = copy or bpy.data.filepath
        _seen.said, _seen.wrong = "submitting...", False
        _submit(settings, copy)
        return _finish(self)


# What a person does with a job: as the operator has it, as a person calls it, what it does.
_ACTIONS = [
    ("stop", "Stop", "Starts no more of its frames; those that run end by themselves"),
    ("resume", "Continue", "Takes a stop back"),
    ("requeue", "Render Again", "Renders the failed frames again, or all of a job that is finished"),
    ("delete", "Delete", "Deletes the job with its logs, and the copy that it renders; its pictures stay"),
]


class DRQUEUE_OT_act(bpy.types.Operator):
    """Does something with a job"""

    bl_idname = "drqueue.act"
    bl_label = "Job of DrQueue"
    bl_options = {"INTERNAL"}
    job: bpy.props.IntProperty(options={"SKIP_SAVE"})
    action: bpy.props.EnumProperty(options={"SKIP_SAVE"}, items=_ACTIONS)

    @classmethod
    def description(cls, context, properties):
        """What the button under the pointer does."""
        return next(does for action, _, does in _ACTIONS if action == properties.action)

    def invoke(self, context, event):
        """Asks before it deletes."""
        return context.window_manager.invoke_confirm(self, event) if self.action == "delete" else self.execute(context)

    def execute(self, context):
        """Sends it to the farm; in the background, waits for the answer."""
        action, number = self.action, self.job
        _ask(lambda farm: _act(farm, action, number), _done)
        return _finish(self)


class DRQUEUE_OT_refresh(bpy.types.Operator):
    """Asks the farm for your jobs"""

    bl_idname = "drqueue.refresh"
    bl_label = "Refresh"
    bl_options = {"INTERNAL"}

    def execute(self, context):
        """Sends it to the farm; in the background, waits for the answer."""
        refresh()
        return _finish(self)


def _finish(operator):
    """The end of an operator whose answer comes later; in the background no timer runs, so it is waited for."""
    if not bpy.app.background:
        return {"FINISHED"}
    _seen.said, _seen.wrong = "", False
    _take(3 * _DEADLINE)
    if not _seen.said:
        _seen.said, _seen.wrong = _seen.trouble, bool(_seen.trouble)
    if _seen.wrong or _seen.waiting:
        operator.report({"ERROR"}, _seen.said or "the farm does not answer in time")
        return {"CANCELLED"}
    if _seen.said:
        operator.report({"INFO"}, _seen.said)
    return {"FINISHED"}


class DRQUEUE_OT_tell(bpy.types.Operator):
    """Reports what came of a request"""

    bl_idname = "drqueue.tell"
    bl_label = "DrQueue"
    bl_options = {"INTERNAL"}
    text: bpy.props.StringProperty()
    wrong: bpy.props.BoolProperty()

    def execute(self, context):
        """Reports it."""
        self.report({"ERROR" if self.wrong else "INFO"}, self.text)
        return {"FINISHED"}


class DRQUEUE_PT_output(bpy.types.Panel):
    """Submission and jobs, in the output properties."""

    bl_idname = "DRQUEUE_PT_output"
    bl_label = "DrQueue"
    bl_space_type = "PROPERTIES"
    bl_region_type = "WINDOW"
    bl_context = "output"
    bl_options = {"DEFAULT_CLOSED"}

    def draw(self, context):
        """Shows what is known; asks nobody."""
        _seen.drawn = time.monotonic()
        layout, given = self.layout, context.scene.drqueue
        layout.use_property_split = True
        layout.use_property_decorate = False
        column = layout.column()
        for name in ("name", "frames", "block", "priority", "pool", "memory", "use_copy"):
            column.prop(given, name)
        layout.operator("drqueue.submit", icon="RENDER_ANIMATION")
        if _seen.problems:
            box = layout.box()
            for problem in _seen.problems[:_NAMED]:
                box.label(text=problem, icon="LIBRARY_DATA_BROKEN")
            if len(_seen.problems) > _NAMED:
                box.label(text=f"and {len(_seen.problems) - _NAMED} more")
            box.operator("drqueue.submit", text="Submit All the Same", icon="ERROR").force = True
        elif _seen.said:
            layout.label(text=_seen.said, icon="ERROR" if _seen.wrong else "INFO")
        row = layout.row()
        row.label(text="Jobs" if _seen.jobs or _seen.trouble else "No jobs of yours")
        row.operator("drqueue.refresh", text="", icon="FILE_REFRESH")
        if _seen.trouble:
            layout.label(text=_seen.trouble, icon="ERROR")
        for job in _seen.jobs:
            _draw_job(layout.box(), job)


# Whose state is what: the picture beside a job's name.
_ICONS = {"waiting": "TIME", "running": "RENDER_ANIMATION", "stopped": "PAUSE", "finished": "CHECKMARK", "failed": "ERROR"}


def _draw_job(box, job):
    counts = job.frame_counts
    row = box.row()
    row.label(text=f"{job.id} {job.name}: {job.state}", icon=_ICONS.get(job.state, "NONE"))
    buttons = row.row(align=True)
    halted = "resume" if job.stopped else "stop"
    wanted = [(halted, "PLAY" if job.stopped else "PAUSE")] if not job.ended else []
    if counts.failed or job.state == "finished":
        wanted.append(("requeue", "LOOP_BACK"))
    for action, icon in [*wanted, ("delete", "TRASH")]:
        button = buttons.operator("drqueue.act", text="", icon=icon)
        button.action, button.job = action, job.id
    text = f"{counts.finished} of {_frames(counts.total)}" + (f", {counts.failed} failed" if counts.failed else "")
    if hasattr(box, "progress"):
        box.progress(factor=job.progress, text=text)
    else:
        full = round(job.progress * 20)
        box.label(text=f"{'█' * full}{'░' * (20 - full)}  {text}")


_CLASSES = (
    DrQueuePreferences,
    DrQueueSettings,
    DRQUEUE_OT_submit,
    DRQUEUE_OT_act,
    DRQUEUE_OT_refresh,
    DRQUEUE_OT_tell,
    DRQUEUE_PT_output,
)


def register():
    """Called by Blender when the add-on is enabled."""
    global _seen, _answers
    _seen, _answers = _Seen(), queue.SimpleQueue()
    for one in _CLASSES:
        bpy.utils.register_class(one)
    bpy.types.Scene.drqueue = bpy.props.PointerProperty(type=DrQueueSettings)
    bpy.app.timers.register(_tick, first_interval=1.0, persistent=True)


def unregister():
    """Called by Blender when the add-on is disabled. What threads still answer is dropped."""
    global _seen, _answers
    if bpy.app.timers.is_registered(_tick):
        bpy.app.timers.unregister(_tick)
    _seen, _answers = _Seen(), queue.SimpleQueue()
    del bpy.types.Scene.drqueue
    for one in reversed(_CLASSES):
        bpy.utils.unregister_class(one)
