"""Nuke's script against a real farm, with a stand-in for nuke: what Nuke itself would do with these calls is not proved here."""

import sys
import types

from drqueue import DrQueueError, Farm


class Knob:
    """A value of a node."""

    def __init__(self, value):
        self.now = value

    def value(self):
        return self.now

    evaluate = value


class Write:
    """A node that writes pictures."""

    def __init__(self, name, file="/mnt/out/p.%04d.exr", disable=False):
        self.name, self.knobs = name, {"file": Knob(file), "disable": Knob(disable)}

    def __getitem__(self, knob):
        return self.knobs[knob]

    def fullName(self):
        return self.name

    def Class(self):
        return "Write"


class Nuke(types.ModuleType):
    """Stands in for nuke, its root and its panel; the person gives `given`, and answers questions with `answer`."""

    def __init__(self):
        super().__init__("nuke")
        self.script, self.changed, self.first, self.last = "Root", False, 1, 10
        self.nodes, self.selected, self.given, self.answer, self.said, self.commands = [], [], {}, True, [], {}

    def root(self):
        return self

    def name(self):
        return self.script

    def modified(self):
        return self.changed

    def firstFrame(self):
        return self.first

    def lastFrame(self):
        return self.last

    def scriptSave(self):
        self.changed = False

    def allNodes(self, kind, recurseGroups):
        assert kind == "Write" and recurseGroups
        return self.nodes

    def selectedNodes(self):
        return self.selected

    def message(self, text):
        self.said.append(text)

    def ask(self, text):
        self.said.append(text)
        return self.answer

    def menu(self, name):
        assert name == "Nuke"
        return self

    def addMenu(self, name):
        self.path = name
        return self

    def addCommand(self, name, command):
        self.commands[f"{self.path}/{name}"] = command

    def Panel(self, title):
        self.asked = {}
        return self

    def addSingleLineInput(self, label, value):
        self.asked[label] = value

    def show(self):
        return self.given is not None

    def value(self, label):
        return self.given.get(label, self.asked[label])


nuke = sys.modules["nuke"] = Nuke()

import nuke_drqueue

farm = Farm()


def refused(act, words):
    try:
        act()
    except DrQueueError as error:
        assert words in str(error), error
        return
    raise AssertionError(f"nobody said {words}")


# From a script.
refused(nuke_drqueue.submit, "never been saved")
nuke.script, nuke.changed = "/mnt/show/comp 7.nk", True
refused(nuke_drqueue.submit, "changes that are not saved")
nuke.changed = False
refused(nuke_drqueue.submit, "no Write node that is active")
nuke.nodes = [Write("Write1"), Write("Group1.Write2"), Write("Off", disable=True)]
(job,) = nuke_drqueue.submit(pool="nowhere", stopped=True)
assert (job.name, job.kind, job.frame_text, job.state) == ("comp 7", "nuke", "1-10", "stopped"), job
assert job.details().fields == {"scene": nuke.script}, job.details().fields
jobs = nuke_drqueue.submit(nuke.nodes[:2], name="x", frames="2-6x2", block=3, priority=9, pool="nowhere", farm=farm)
assert [(one.name, one.frame_text, one.block_size, one.priority) for one in jobs] == [
    ("x Write1", "2-6x2", 3, 9),
    ("x Group1.Write2", "2-6x2", 3, 9),
], jobs
assert jobs[1].details().fields == {"scene": nuke.script, "node": "Group1.Write2"}

# What a Write node would do wrong.
before = len(farm.jobs())
refused(lambda: nuke_drqueue.submit([nuke.nodes[2]]), "Off is disabled")
refused(lambda: nuke_drqueue.submit([Write("W", "out.exr")]), "W writes to 'out.exr', which is no full path")
movie = Write("W", "/mnt/out/a.MOV")
refused(lambda: nuke_drqueue.submit([movie], block=5), "W writes a movie")
refused(lambda: nuke_drqueue.submit([movie], frames="1-20", block=10), "W writes a movie")
refused(lambda: nuke_drqueue.submit(nuke.nodes[:2], frames="1..5"), "frames: ")
assert len(farm.jobs()) == before
assert len(nuke_drqueue.submit([movie], block=10, pool="nowhere")) == 1

# Half-way the master goes: what was submitted is named.
class Going:
    def submit(self, **given):
        Going.submit = lambda self, **given: (_ for _ in ()).throw(DrQueueError("cannot reach it"))
        return farm.submit(**given)


gone = f"Group1.Write2: cannot reach it (already submitted: {farm.jobs()[0].id + 1})"
refused(lambda: nuke_drqueue.submit(nuke.nodes[:2], farm=Going(), pool="nowhere"), gone)

# By the menu, as the README has it.
exec(sys.argv[1])
ask = nuke.commands["DrQueue/Submit..."]
before = len(farm.jobs())
nuke.given = None
ask()
nuke.given, nuke.changed, nuke.answer = {"Pool": "nowhere", "Frames": " 4 ", "Block": "2"}, True, False
ask()
assert nuke.changed and len(farm.jobs()) == before and "not saved" in nuke.said[-1]
nuke.answer = True
ask()
assert not nuke.changed and nuke.said[-1] == f"Job {farm.jobs()[0].id} submitted: comp 7, 1 frames", nuke.said
nuke.selected = nuke.nodes[:2]
ask()
assert [line.split(": ")[1] for line in nuke.said[-1].splitlines()] == ["comp 7 Write1, 1 frames", "comp 7 Group1.Write2, 1 frames"]
assert farm.jobs()[0].block_size == 2 and nuke.asked["Frames"] == "1-10"
nuke.given["Block"] = "two"
ask()
assert nuke.said[-1] == "Block: 'two' is no whole number"
nuke.script = "Root"
ask()
assert nuke.said[-1] == "Block: 'two' is no whole number"
nuke.given["Block"] = "1"
ask()
assert "never been saved" in nuke.said[-1]
