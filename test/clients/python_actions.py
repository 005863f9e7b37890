"""Every action of the Python client once, as a person would. The farm has one slave, s1, with two slots."""

import time
from datetime import datetime, timedelta, timezone
from pathlib import Path

from drqueue import DrQueueError, Farm, Job, Slave

farm = Farm()


def until(ask, what):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        found = ask()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited for {what}")


def refused(act, words, status):
    try:
        act()
    except DrQueueError as error:
        assert words in str(error) and error.status == status, (str(error), error.status)
        return
    raise AssertionError(f"nobody said {words!r}")


def parked(**more):
    return farm.submit(**{"name": "parked", "command": ["true"], "pool": "nowhere", **more})


# A job from its submission to its end.
script = 'echo "frame $DRQUEUE_FRAME of $SCENE"; test "$DRQUEUE_FRAME" != 3'
job = farm.submit(
    name="shot 7", command=["sh", "-c", script], frames="1-4", env={"SCENE": Path("/mnt/a b"), "N": 5}, retries=0, folder="/tmp"
)
assert isinstance(job, Job) and job.name == "shot 7" and job.frame_text == "1-4" and job.block_size == 1, job
assert job.owner != "" and job.submitted_at.tzinfo is not None and job.frame_counts.total == 4
assert job.wait(timeout=20) is job
assert job.state == "failed" and job.ended and job.progress == 0.75 and job.frame_counts.failed == 1, job
assert job.ended_at >= job.started_at >= job.submitted_at
frames = job.frames()
assert [frame.state for frame in frames] == ["finished", "finished", "failed", "finished"]
assert frames[2].code == 1 and frames[2].slave == "s1" and frames[2].attempt == 1 and frames[2].started_at is not None
assert [frame.frame for frame in job.frames([2, 3])] == [2, 3] and [f.frame for f in job.each_frame(page=3)] == [1, 2, 3, 4]
assert "frame 2 of /mnt/a b\n" in job.log(2) and "frame 3" in job.log(3, attempt=1)
assert job.variables() == {"SCENE": "/mnt/a b", "N": "5"} and job.details().command[2] == script
refused(lambda: job.log(3, attempt=9), "has no attempt 9", 404)
refused(lambda: job.log(99), f"job {job.id} has no frame 99", 404)

# What ended is rendered again, or called finished.
assert job.requeue().tasks == 1 and job.wait(20).state == "failed" and job.frame(3).attempt == 2
assert job.finish(3).tasks == 1 and job.refresh().state == "finished"
assert job.requeue(range(1, 3)).tasks == 2 and job.wait(20).state == "finished"
assert job.rerun().tasks == 4 and job.wait(20).state == "failed"
assert job.frame(3).attempt == 3

# A running frame is killed; a stop is soft, hard, and taken back.
long = farm.submit(name="long", command=["sleep", "60"], frames="1-2", block=2)
until(lambda: long.frame(1).state == "running", "the frame to run")
assert long.stop().killing == 0 and long.refresh().stopped
assert long.stop(kill=True).killing == 1
until(lambda: long.frame(1).outcome == "killed", "the frame to be killed")
assert long.refresh().state == "stopped" and long.frame(1).state == "waiting"
long.continue_()
until(lambda: long.frame(1).state == "running", "the frame to run again")
assert long.kill([1]).killing == 1
long.stop()
long.resume()
until(lambda: long.frame(1).attempt == 3, "the third attempt")
assert "runs on s1" in long.why(1).text, long.why(1).text
long.delete()
refused(long.refresh, f"{long.id}", 404)

# Everything that a submission can say arrives.
assert farm.set_licence("nuke", 3).total == 3 and farm.set_licence("mantra", 4).used == 0
first = parked()
moment = datetime(2099, 1, 31, 22, tzinfo=timezone(timedelta(hours=2)))
whole = farm.submit(
    name="ünïcode 'quoted' \"job\" 日本 🎬",
    command=["true", 7, Path("/x")],
    frames=[1, 2, 3, 10],
    block=2,
    order="reverse",
    pad=6,
    priority=900,
    pool=["nowhere", "maya"],
    owner="ana",
    retries=7,
    exit_codes="drqueue",
    stopped=True,
    os=["linux", "OSX"],
    memory_mb=2048,
    gpus=1,
    licences={"nuke": 2},
    max_slots=5,
    max_per_slave=1,
    not_before=moment,
    not_on=[farm.slave("s1")],
    after=first,
    after_ended=[],
    exit_meanings={"fatal": [3], "warning": [4]},
    output={"progress": ["(?<percent>\\d+)%"], "fatal": ["^Error"]},
    retry_delay=1.5,
    frame_timeout=timedelta(minutes=20),
    silence=90,
    slave_failures=0,
    max_failures=10,
    delete_after=86_400,
)
d = whole.details()
assert whole.name == "ünïcode 'quoted' \"job\" 日本 🎬" and whole.frame_text == "1-3,10" and whole.state == "stopped"
assert (whole.priority, whole.pool, whole.owner, whole.after) == (900, "maya,nowhere", "ana", [first.id])
assert (d.command, d.order, d.pad, d.retries, d.exit_codes) == (["true", "7", "/x"], "reverse", 6, 7, "drqueue")
assert (d.os, d.memory_mb, d.gpus, d.licences) == ("LINUX,OSX", 2048, 1, {"nuke": 2})
assert (d.max_slots, d.max_per_slave, d.not_before, d.blocked) == (5, 1, moment, ["s1"])
assert (d.retry_delay, d.frame_timeout, d.silence, d.delete_after) == (1.5, 1200, 90, 86_400)
assert (d.slave_failures, d.max_failures, d.exit_meanings) == (0, 10, {"fatal": [3], "warning": [4]})
assert [(need.job, need.until, need.state) for need in d.needs] == [(first.id, "finished", "waiting")]

# All of it can be changed, and limits taken away.
whole.change(max_slots=None, not_before=None, silence=None, delete_after=0, owner="bob", name="two", frame_by_frame=first)
d = whole.details()
assert (d.max_slots, d.not_before, d.silence, d.delete_after, d.frame_timeout) == (None, None, None, 0, 1200)
assert d.needs[0].until == "frames" and whole.refresh().owner == "bob" and whole.name == "two"
whole.change(after=None)
assert whole.refresh().after == []
whole.set_priority(7)
whole.set_limits(memory_mb=1, licences="mantra", pool="other", max_per_slave=None)
limits = whole.limits()
assert (limits.memory_mb, limits.licences, limits.pool, limits.max_per_slave, limits.gpus) == (1, {"mantra": 1}, "other", None, 1)
whole.set_variables({"A": "1", "B": 2})
whole.set_variables({"A": None, "C": "ü=\n"})
assert whole.variables() == {"B": "2", "C": "ü=\n"} and whole.refresh().priority == 7
whole.unblock("s1")
assert whole.blocked() == []
whole.block(farm.slave("s1"))
assert whole.blocked() == ["s1"]
assert first.why().reasons[0].because == "pool" and not first.why().could_run, first.why()

# Jobs that others wait for.
second = parked(after_ended=first)
refused(first.delete, f"{second.id}", 409)
first.delete(dependents="release")
assert second.refresh().after == []
whole.delete()
second.delete(dependents="cascade")

# Lists.
made = [parked(name=f"list {at}", owner="carla") for at in range(5)]
assert [one.id for one in farm.jobs(owner="carla", limit=2)] == [made[4].id, made[3].id]
assert [one.id for one in farm.each_job(owner="carla", page=2)] == [one.id for one in reversed(made)]
assert [one.name for one in farm.jobs(name="list*3", state="waiting", pool="nowhere")] == ["list 3"]

# Kinds, licences, owners.
assert {"blender", "maya"} <= {kind.name for kind in farm.kinds()}
blender = farm.kind("blender")
assert [field.variable for field in blender.fields if field.name == "scene"] == ["DRQUEUE_SCENE"], blender
assert "/mnt/s c.blend" not in farm.jobscript("general", {"script": "/mnt/x.sh"}) and farm.jobscript("blender", {"scene": "/a"})
kind = farm.submit(name="k", kind="blender", fields={"scene": Path("/mnt/s c.blend")}, frames=5, pool="nowhere")
assert kind.kind == "blender" and kind.details().fields["scene"] == "/mnt/s c.blend" and kind.details().script
kind.change(fields={"scene": "/mnt/other.blend"})
assert kind.details().fields["scene"] == "/mnt/other.blend"
assert [(one.name, one.total) for one in farm.licences()] == [("mantra", 4), ("nuke", 3)]
assert farm.remove_licence("nuke").total == 3 and [one.name for one in farm.licences()] == ["mantra"]
assert farm.set_owner("d/ora & ü", 2.5).weight == 2.5
assert [(one.name, one.weight) for one in farm.owners() if one.weight != 1] == [("d/ora & ü", 2.5)]

# A slave and its settings.
slave = farm.slave("s1")
assert isinstance(slave, Slave) and slave.state == "online" and slave.settings.slots == 2 and slave.os == "LINUX", slave.wire
assert [one.name for one in farm.slaves()] == ["s1"]
assert slave.disable().enabled is False and slave.enable().enabled is True and slave.drain().drain is True
assert slave.enable().drain is False
now = slave.set(
    slots=3, add_pools="maya", leave_mb=10, load_limit=0.8, hours="mon-fri 19:00-08:00", paths={"/mnt/show": "S:\\show"}, gpus=2
)
assert (now.slots, now.pools, now.leave_mb, now.load_limit, now.gpus) == (3, ["Default", "maya"], 10, 0.8, 2)
assert now.hours == "mon-fri 19:00-08:00" and (now.paths[0].farm, now.paths[0].here) == ("/mnt/show", "S:\\show")
now = slave.set(remove_pools=["maya"], hours="", load_limit=None, gpus=None, paths=now.paths, slots=2)
assert (now.pools, now.hours, now.load_limit, now.gpus, len(now.paths)) == (["Default"], "", None, None, 1)
slave.set(paths={})
until(lambda: slave.refresh().settings.paths == [], "the master to know")
assert slave.why().text and slave.clear() is slave and slave.sick_since is None
