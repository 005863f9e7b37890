"""What is wrong is told in one line, by the name it has in Python, and nothing is half-done."""

import math

from drqueue import CannotReach, DrQueueError, Farm, NotEnded

farm = Farm()
before = len(farm.jobs())
good = {"name": "x", "command": ["true"], "pool": "nowhere"}
wrong = [
    ({"command": "sh -c true"}, "command is 'sh -c true': give a list of words"),
    ({"command": ["sh", None]}, "None is not a text"),
    ({"command": ["sh", b"x"]}, "b'x' is not a text"),
    ({"command": []}, "command: "),
    ({"command": ["a\0b"]}, "command.0: may not contain a NUL"),
    ({"command": None}, "either a command or a kind"),
    ({"kind": "blender", "command": None}, "scene"),
    ({"kind": "nothing", "command": None}, "nothing"),
    ({"name": ""}, "name: "),
    ({"name": "evil\x1b[2J"}, "name: may not contain control characters"),
    ({"name": "half \ud83d"}, "half a surrogate pair"),
    ({"frames": "1:5"}, "':' means three things"),
    ({"frames": []}, "empty"),
    ({"frames": [1, "2"]}, "'2' is not a frame"),
    ({"frames": 1.5}, "1.5 are not frames"),
    ({"block": 0}, "block: "),
    ({"priority": "high"}, "priority: "),
    ({"priority": math.nan}, "this can not be sent"),
    ({"priority": object()}, "this can not be sent"),
    ({"memory_mb": -1}, "memory_mb: "),
    ({"max_per_slave": 0}, "max_per_slave: "),
    ({"frame_timeout": 0.5}, "frame_timeout (in milliseconds): "),
    ({"silence": "soon"}, "'soon' is not a time"),
    ({"retry_delay": math.inf}, "inf is not a time"),
    ({"not_before": 22}, "not_before is 22: give a datetime"),
    ({"not_before": "soon"}, "not_before: "),
    ({"not_on": [""]}, "not_on"),
    ({"pool": "a b"}, "pool: pools are names"),
    ({"pool": 5}, "5 is not a text"),
    ({"licences": {"a b": 1}}, "licences.a b: "),
    ({"env": {"1A": "x"}}, "env.1A: "),
    ({"env": ["A=1"]}, "env is ['A=1']: give a dictionary"),
    ({"after": "twelve"}, "'twelve' is not the number of a job"),
    ({"after": 999_999}, "999999"),
    ({"exit_meanings": {"fatal": [0]}}, "exit_meanings.fatal.0: "),
    ({"output": {"fatal": ["("]}}, "output.fatal.0: "),
    ({"order": "sideways"}, "sideways"),
]
for more, words in wrong:
    try:
        farm.submit(**{**good, **more})
    except DrQueueError as error:
        assert words in str(error) and error.status in (400, 404, 409), (more, str(error), error.status)
        assert "\n" not in str(error) or "^" in str(error), str(error)
    else:
        raise AssertionError(f"{more} was taken")
assert len(farm.jobs()) == before


def says(act, words, status):
    try:
        act()
    except DrQueueError as error:
        assert words in str(error) and error.status == status and error.message == str(error), (str(error), error.status)
    else:
        raise AssertionError(f"nobody said {words!r}")


job = farm.submit(**good)
says(lambda: farm.submit(**{**good, "env": {"A": "x" * 1_100_000}}), "a request has at most 1 MB", 413)
says(lambda: farm.job("../slaves"), "'../slaves' is not the number of a job", 400)
says(lambda: farm.job(0), "0 is not the number of a job", 400)
says(lambda: farm.job(999_999), "999999", 404)
says(lambda: farm.job(2**40), "id: ", 400)
says(lambda: farm.jobs(state="bogus"), "state: ", 400)
says(lambda: farm.jobs(limit=0), "limit: ", 400)
says(lambda: farm.slave("rack 9/../ü?#%"), "rack 9/../ü?#%", 404)
says(lambda: farm.slave(""), "a name may not be empty", 400)
says(lambda: farm.slave("half \ud83d"), "half ?", 404)
says(lambda: farm.kind("bl/ender"), "name: ", 400)
says(lambda: job.change(), "nothing to change", 400)
says(lambda: job.set_variables({"NO GOOD": "x"}), "env.NO GOOD: ", 400)
says(lambda: job.finish("3,5-"), "3,5-", 400)
says(lambda: job.finish([]), "empty", 400)
says(lambda: job.block(), "slaves: ", 400)
says(lambda: job.delete(dependents="all"), "dependents: ", 400)
says(lambda: job.log(1), "has not been started yet", 409)
says(lambda: job.frame(77), f"job {job.id} has no frame 77", 404)
says(lambda: farm.set_owner("ana", 0), "weight: ", 400)
says(lambda: farm.set_licence("a b", 1), "licence is 1 to 64 letters", 400)
says(lambda: farm.slave("s1").set(), "nothing to change", 400)
says(lambda: farm.slave("s1").set(hours="someday"), "someday", 400)
says(lambda: farm.slave("s1").set(paths=["/a=/b"]), "give a dictionary", 400)
says(lambda: farm.call("GET", "/nothing"), "there is no GET /nothing", 404)

# Names that Python itself does not know, and pictures that are no levers.
for act in (lambda: job.change(prio=1), lambda: farm.submit(**good, colour="red")):
    try:
        act()
        raise AssertionError("was taken")
    except TypeError:
        pass
try:
    job.priority = 900
    raise AssertionError("was set")
except AttributeError as error:
    assert "Job.priority shows how it was" in str(error), error

try:
    job.wait(timeout=0.2, poll=0.05)
    raise AssertionError("ended")
except NotEnded as error:
    assert str(error) == f"job {job.id} has not ended after 0.2 s: it is waiting, 0 of 1 frames are finished" and error.job is job

# A farm that is named wrongly, or is not there.
for timeout in (0, -1, math.nan, math.inf, True):
    says(lambda: Farm(timeout=timeout), "give seconds above 0", 400)
for text in ("", ":4000", "farm:0", "farm:65536", "http://farm", "a b", "::1", "[::1", "farm,", "a:1,,b"):
    if text:
        says(lambda: Farm(text), "is not the address of a master: write host or host:port", 400)
says(lambda: Farm(token="two\nlines"), "has characters that no token has", None)
says(lambda: Farm(token="wrong").jobs(), "this is not the farm's token", 401)
for name, words in (("127.0.0.1:1", "nothing listens there"), ("no..host", "no such host")):
    try:
        Farm(name).jobs()
        raise AssertionError("answered")
    except CannotReach as error:
        assert f"({words}): start a master with drqueue master" in str(error) and not error.sent, error
job.delete()
