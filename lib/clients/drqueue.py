#!/usr/bin/env python3
"""The Python client of DrQueue: one file without dependencies, for Python 3.9 and newer, also inside Maya, Houdini, Nuke and Blender.

    from drqueue import Farm

    farm = Farm()
    job = farm.submit(name="shot7", command=["/mnt/scripts/shot7.sh"], frames="1-100", pool="maya")
    print(job.wait().state)

A farm is found as the command line finds it: the master by `Farm(master=...)`, DRQUEUE_MASTER, or on this machine; the token by
`Farm(token=...)`, DRQUEUE_TOKEN, or in the file `token` of the data folder. Every request ends within the farm's `timeout`; only the
look-up of a host's name is as slow as the system's. Farms, jobs and slaves may be used by several threads at once. What goes wrong is
a DrQueueError, with the master's own words.

    python3 drqueue.py jobs            # it is a small tool as well: python3 drqueue.py --help
"""

from __future__ import annotations

import argparse
import codecs
import enum
import getpass
import http.client
import json
import os
import re
import secrets
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Callable, NoReturn, Optional, TypedDict, TypeVar, Union, cast
from urllib.parse import quote, urlencode

__all__ = [
    "CannotReach",
    "Counts",
    "Done",
    "DrQueueError",
    "ExitMeanings",
    "Farm",
    "Frame",
    "Job",
    "JobDetails",
    "Kind",
    "KindField",
    "Licence",
    "Limits",
    "Need",
    "NotEnded",
    "OutputRules",
    "Owner",
    "PathPair",
    "Reason",
    "SetAside",
    "Settings",
    "Slave",
    "Slowest",
    "Why",
]

# The port of a master that names no other.
_PORT = 1234
# The largest request that a master takes, bytes.
_LARGEST_BODY = 1024 * 1024
# A master that is being started again is waited for so long, seconds.
_PATIENCE = 60.0
# How often to look whether a frame has been started, seconds.
_LOOK = 0.5


# What goes wrong


class DrQueueError(Exception):
    """A request that was refused. `status` is that of HTTP, 400 also for what this client finds wrong; None without an answer."""

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.status = status


class CannotReach(DrQueueError):
    """No master answered. `sent`: the request was on its way, so it may have been done all the same. `again`: sent again, it is done once."""

    def __init__(self, message: str, sent: bool = False, again: bool = False) -> None:
        super().__init__(message)
        self.sent = sent
        self.again = again


class NotEnded(DrQueueError):
    """`Job.wait` waited as long as it was told to, and the job has not ended. `job` is how it was then."""

    def __init__(self, message: str, job: Job) -> None:
        super().__init__(message)
        self.job = job


# What masters say and are told. All times are in UTC, durations in seconds.


class ExitMeanings(TypedDict, total=False):
    """Exit codes of a job's program that mean something else than failure."""

    fatal: Sequence[int]
    retry: Sequence[int]
    warning: Sequence[int]


class OutputRules(TypedDict, total=False):
    """Regular expressions for the lines that a job's program prints."""

    progress: Sequence[str]
    warning: Sequence[str]
    fatal: Sequence[str]


@dataclass(frozen=True)
class Counts:
    """Frames or tasks by state."""

    total: int
    waiting: int
    running: int
    finished: int
    failed: int


@dataclass(frozen=True)
class Done:
    """What an action did: tasks that moved at once, and runs that are being killed first."""

    tasks: int
    killing: int


@dataclass(frozen=True)
class Frame:
    """One frame with its last run. `seconds` and `cpu_seconds` are of all frames of its task, `progress` is percent."""

    frame: int
    task: int
    state: str
    attempt: int
    slave: Optional[str]
    outcome: Optional[str]
    code: Optional[int]
    message: Optional[str]
    started_at: Optional[datetime]
    seconds: Optional[float]
    cpu_seconds: Optional[float]
    memory_mb: Optional[int]
    progress: Optional[int]


@dataclass(frozen=True)
class Reason:
    """What keeps slaves from a job: a word for programs, the same for people, the slaves (20 at most), and how many."""

    because: str
    text: str
    slaves: list[str]
    count: int


@dataclass(frozen=True)
class Why:
    """Why a job, frame or slave is not running; `text` tells it all."""

    text: str
    could_run: bool
    job: Optional[str]
    reasons: list[Reason]


@dataclass(frozen=True)
class Need:
    """A job that another one waits for, until it is `finished`, has `ended`, or by `frames`."""

    job: int
    until: str
    state: str


@dataclass(frozen=True)
class SetAside:
    """A slave that gets no more of a job, since so many of its tasks failed there."""

    slave: str
    failures: int


@dataclass(frozen=True)
class Slowest:
    """The task that took longest, by its first frame."""

    frame: int
    seconds: float


@dataclass(frozen=True)
class Limits:
    """What a job asks of slaves, and how much of the farm it may have."""

    pool: str
    os: str
    memory_mb: int
    gpus: int
    licences: dict[str, int]
    max_slots: Optional[int]
    max_per_slave: Optional[int]
    not_before: Optional[datetime]
    blocked: list[str]


@dataclass(frozen=True)
class JobDetails:
    """All settings of a job, beside what a Job itself shows."""

    command: list[str]
    env: dict[str, str]
    folder: Optional[str]
    order: str
    pad: int
    retries: int
    exit_codes: str
    fields: Optional[dict[str, Any]]
    script: Optional[str]
    script_path: Optional[str]
    os: str
    memory_mb: int
    gpus: int
    licences: dict[str, int]
    max_slots: Optional[int]
    max_per_slave: Optional[int]
    not_before: Optional[datetime]
    blocked: list[str]
    set_aside: list[SetAside]
    needs: list[Need]
    needed_by: list[int]
    exit_meanings: ExitMeanings
    pictures: Optional[str]
    retry_delay: float
    frame_timeout: Optional[float]
    silence: Optional[float]
    slave_failures: int
    max_failures: int
    delete_after: Optional[float]
    held_tasks: int
    resting_tasks: int
    slowest: Optional[Slowest]
    seconds_left: Optional[float]
    log_folder: str
    running_frames: str
    failed_frames: str
    frame_seconds: Optional[float]


@dataclass(frozen=True)
class KindField:
    """A field of a kind of job."""

    name: str
    label: str
    hint: str
    variable: str
    path: bool
    required: bool
    type: str
    choices: Optional[list[str]]
    default: Union[str, float, None]


@dataclass(frozen=True)
class Kind:
    """A kind of job: a renderer, and the fields that it needs."""

    name: str
    title: str
    about: str
    program: str
    each: str
    fields: list[KindField]
    exit_codes: ExitMeanings
    output: OutputRules


@dataclass(frozen=True)
class Licence:
    """A licence that the farm counts."""

    name: str
    total: int
    used: int


@dataclass(frozen=True)
class Owner:
    """Somebody who has jobs, and their share among owners."""

    name: str
    weight: float
    running: int


@dataclass(frozen=True)
class PathPair:
    """A folder's name in the farm, and its name on one slave."""

    farm: str
    here: str


@dataclass(frozen=True)
class Settings:
    """What a slave owns, and only its own port changes."""

    slots: int
    pools: list[str]
    enabled: bool
    drain: bool
    leave_mb: int
    load_limit: Optional[float]
    hours: str
    paths: list[PathPair]
    gpus: Optional[int]


class _Keep(enum.Enum):
    """What stands for an argument that was not given, where None means something."""

    KEEP = "as it is"

    def __repr__(self) -> str:
        return "KEEP"


_KEEP = _Keep.KEEP

Text = Union[str, "os.PathLike[str]"]
Value = Union[str, int, float, "os.PathLike[str]"]
Words = Union[str, Iterable[str]]
Frames = Union[str, int, Iterable[int]]
Seconds = Union[float, timedelta]
Jobs = Union["Job", int, Iterable[Union["Job", int]]]
SlaveNames = Union["Slave", str, Iterable[Union["Slave", str]]]
Licences = Union[str, Iterable[str], Mapping[str, int]]
FieldValues = Mapping[str, Union[Value, bool]]

_Wire = Mapping[str, Any]
_T = TypeVar("_T")


# From Python's names to those of the wire, and back


def _wrong(message: str) -> NoReturn:
    raise DrQueueError(message, 400)


def _text(value: object) -> str:
    """A word for a command, a variable or a path."""
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return str(value)
    if isinstance(value, os.PathLike):
        return cast("os.PathLike[str]", value).__fspath__()
    _wrong(f"{value!r} is not a text")


def _command(words: object) -> list[str]:
    if isinstance(words, (str, bytes)) or not isinstance(words, Iterable):
        _wrong(f"command is {words!r}: give a list of words, as command=['povray', '+Iscene.pov']")
    return [_text(word) for word in cast("Iterable[object]", words)]


def _frames(frames: object) -> str:
    """Frames as the master reads them: a text is passed on, numbers are made one."""
    if isinstance(frames, str):
        return frames
    if isinstance(frames, int) and not isinstance(frames, bool):
        return str(frames)
    if isinstance(frames, range):
        if len(frames) == 1:
            return str(frames[0])
        if not frames:
            _wrong("frames is empty: give at least one frame")
        step = abs(frames.step)
        return f"{frames[0]}-{frames[-1]}" + (f"x{step}" if step > 1 else "")
    if isinstance(frames, Iterable) and not isinstance(frames, (bytes, Mapping)):
        spans: list[list[int]] = []
        for frame in cast("Iterable[object]", frames):
            if not isinstance(frame, int) or isinstance(frame, bool):
                _wrong(f"{frame!r} is not a frame: give whole numbers, or a text as '1-10'")
            if spans and frame == spans[-1][1] + 1:
                spans[-1][1] = frame
            else:
                spans.append([frame, frame])
        if not spans:
            _wrong("frames is empty: give at least one frame")
        return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in spans)
    _wrong(f"{frames!r} are not frames: give a text as '1-10', or whole numbers")


def _joined(words: object) -> str:
    if isinstance(words, str):
        return words
    if not isinstance(words, Iterable):
        _wrong(f"{words!r} is not a text: give a name, or several in a list")
    return ",".join(_text(word) for word in cast("Iterable[object]", words))


def _list(value: object) -> list[object]:
    """One of something, or several."""
    if isinstance(value, (str, int, Job, Slave)) or not isinstance(value, Iterable):
        return [value]
    return list(cast("Iterable[object]", value))


def _number(job: object) -> int:
    number = job.id if isinstance(job, Job) else job
    if isinstance(number, bool) or not isinstance(number, int) or number < 1:
        _wrong(f"{number!r} is not the number of a job: job numbers are whole and begin at 1")
    return number


def _slave_names(slaves: object) -> list[str]:
    return [slave.name if isinstance(slave, Slave) else _text(slave) for slave in _list(slaves)]


def _needs(jobs: object, until: str) -> list[object]:
    return [{"job": _number(job), "until": until} for job in _list(jobs)]


def _licences(licences: object) -> dict[str, object]:
    if isinstance(licences, Mapping):
        return {_text(name): count for name, count in cast("Mapping[object, object]", licences).items()}
    return {_text(name): 1 for name in _list(licences)}


def _variables(env: object) -> dict[str, str]:
    return {_text(name): _text(value) for name, value in _mapping(env, "env")}


def _fields(fields: object) -> dict[str, object]:
    return {
        _text(name): value if isinstance(value, (bool, int, float)) else _text(value)
        for name, value in _mapping(fields, "fields")
    }


def _mapping(value: object, name: str) -> Iterable[tuple[object, object]]:
    if not isinstance(value, Mapping):
        _wrong(f"{name} is {value!r}: give a dictionary, as {name}={{'NAME': 'value'}}")
    return cast("Mapping[object, object]", value).items()


def _milliseconds(value: Any) -> int | None:
    if value is None:
        return None
    try:
        return round(value.total_seconds() * 1000) if isinstance(value, timedelta) else round(float(value) * 1000)
    except (TypeError, ValueError, OverflowError):
        _wrong(f"{value!r} is not a time: give seconds, as 30 or 0.5")


def _moment(value: object) -> str | None:
    """A time for the wire; one without a zone is local time."""
    if value is None or isinstance(value, str):
        return value
    if not isinstance(value, datetime):
        _wrong(f"not_before is {value!r}: give a datetime, or a text as '2030-01-31T22:00:00+01:00'")
    return value.astimezone(timezone.utc).isoformat(timespec="milliseconds")


def _same(value: object) -> object:
    return value


# Python's name of a setting, its name on the wire, and what makes one of the other.
_SETTINGS: dict[str, tuple[str, Callable[[Any], object]]] = {
    "name": ("name", _same),
    "kind": ("kind", _same),
    "fields": ("fields", _fields),
    "command": ("command", _command),
    "frames": ("frames", _frames),
    "block": ("block", _same),
    "order": ("order", _same),
    "pad": ("pad", _same),
    "priority": ("priority", _same),
    "pool": ("pool", _joined),
    "owner": ("owner", _same),
    "retries": ("retries", _same),
    "exit_codes": ("exitCodes", _same),
    "env": ("env", _variables),
    "folder": ("folder", _text),
    "stopped": ("stopped", _same),
    "os": ("os", _joined),
    "memory_mb": ("memoryMb", _same),
    "gpus": ("gpus", _same),
    "licences": ("licences", _licences),
    "max_slots": ("maxSlots", _same),
    "max_per_slave": ("maxPerSlave", _same),
    "not_before": ("notBefore", _moment),
    "not_on": ("blocked", _slave_names),
    "exit_meanings": ("exitMeanings", _same),
    "output": ("output", _same),
    "pictures": ("pictures", lambda given: None if given is None else _text(given)),
    "retry_delay": ("retryDelayMs", _milliseconds),
    "frame_timeout": ("frameTimeoutMs", _milliseconds),
    "silence": ("silenceMs", _milliseconds),
    "slave_failures": ("slaveFailures", _same),
    "max_failures": ("maxFailures", _same),
    "delete_after": ("deleteAfterMs", _milliseconds),
}
_AFTER = {"after": "finished", "after_ended": "ended", "frame_by_frame": "frames"}
_PYTHON_NAMES = {
    wire: f"{name} (in milliseconds)" if wire.endswith("Ms") else name for name, (wire, _) in _SETTINGS.items()
}


def _to_wire(given: Mapping[str, object]) -> dict[str, object]:
    """Settings of a job, as the wire has them; those that are _KEEP are left out."""
    wire: dict[str, object] = {}
    after: list[object] = []
    for name, value in given.items():
        if value is _KEEP:
            continue
        if name in _AFTER:
            after += [] if value is None else _needs(value, _AFTER[name])
            wire["after"] = after
        else:
            wire_name, convert = _SETTINGS[name]
            wire[wire_name] = convert(value)
    return wire


def _in_python(detail: str) -> str:
    """The master's words with the name that the setting has in Python."""
    return re.sub(r"^[A-Za-z]+(?=[.:])", lambda found: _PYTHON_NAMES.get(found[0], found[0]), detail)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def _time(text: str | None) -> datetime | None:
    # Python 3.9 reads no Z.
    return None if text is None else datetime.fromisoformat(re.sub("Z$", "+00:00", text))


_TIMES = {"submittedAt", "startedAt", "endedAt", "seenAt", "sickSince", "notBefore"}
# Attributes that would have the name of a method.
_RENAMED = {"frame_text": "frames", "block_size": "block"}
# What the wire leaves out when there is none.
_OPTIONAL = {"choices", "default", "pictures"}


def _member(answer: Any, key: str) -> Any:
    """A part of the master's answer."""
    if not isinstance(answer, dict) or key not in answer:
        raise DrQueueError(f"the master's answer has no '{key}': use the drqueue.py of the master's release")
    return cast("dict[str, Any]", answer)[key]


def _attributes(shape: type, wire: _Wire, **made: Callable[[Any], object]) -> dict[str, Any]:
    """What the wire says of each attribute that the class declares; `made` makes those that are more than a value."""
    attributes: dict[str, Any] = {}
    for name in shape.__annotations__:
        if name.startswith("_"):
            continue
        key = _RENAMED.get(name, _camel(name)) if shape is Job else _camel(name)
        if f"{key}Ms" in wire:
            value = None if wire[f"{key}Ms"] is None else wire[f"{key}Ms"] / 1000
        elif key in _OPTIONAL:
            value = wire.get(key)
        else:
            value = _member(wire, key)
        if name in made:
            value = None if value is None else made[name](value)
        attributes[name] = _time(cast("Optional[str]", value)) if key in _TIMES else value
    return attributes


def _read(shape: Callable[..., _T], wire: _Wire, **made: Callable[[Any], object]) -> _T:
    """The master's words as an object."""
    return shape(**_attributes(cast("type", shape), wire, **made))


def _read_all(shape: Callable[..., _T]) -> Callable[[list[_Wire]], list[_T]]:
    return lambda wires: [_read(shape, wire) for wire in wires]


def _read_counts(wire: _Wire) -> Counts:
    return _read(Counts, wire)


def _read_why(wire: _Wire) -> Why:
    return _read(Why, wire, reasons=_read_all(Reason))


def _read_settings(wire: _Wire) -> Settings:
    return _read(Settings, wire, paths=_read_all(PathPair))


def _read_kind(wire: _Wire) -> Kind:
    return _read(Kind, wire, fields=_read_all(KindField))


# Where the farm is, by the rules of the command line


def _data_folder(given: Text | None) -> str:
    """The folder in which a master or slave of this machine keeps its own things."""
    named = os.fspath(given) if given else os.environ.get("DRQUEUE_DATA")
    if named:
        return os.path.abspath(named)
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        return os.path.join(os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local"), "drqueue")
    if os.getuid() == 0:
        return "/var/lib/drqueue"
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Application Support", "drqueue")
    shared = os.environ.get("XDG_DATA_HOME", "")
    return os.path.join(shared if os.path.isabs(shared) else os.path.join(home, ".local", "share"), "drqueue")


def _find_token(data: str, given: str | None) -> str:
    token = given or os.environ.get("DRQUEUE_TOKEN") or ""
    file = os.path.join(data, "token")
    if not token and os.path.exists(file):
        try:
            with open(file, encoding="utf-8", errors="replace") as lines:
                token = lines.read()
        except OSError:
            raise DrQueueError(
                f"may not read the farm's token in {file}: set DRQUEUE_TOKEN, or run this as the user who runs the master"
            ) from None
    token = token.strip()
    if not token:
        raise DrQueueError(
            "no token for the farm: set DRQUEUE_TOKEN to the text of the file 'token' in the master's data folder"
            f" (looked in {data})"
        )
    if not re.fullmatch(r"[\x21-\x7e]+", token):
        raise DrQueueError("the farm's token has characters that no token has: copy the file 'token' once more")
    return token


_Address = tuple[str, int]
_ADDRESS = re.compile(r"(?:\[([0-9a-fA-F:.]+)\]|([^:\s/\[\]]+))(?::([0-9]{1,5}))?")


def _addresses(text: str) -> list[_Address]:
    """Reads `host`, `host:port` or `[v6]:port`, or several of them with commas between."""
    found: list[_Address] = []
    for one in text.split(","):
        match = _ADDRESS.fullmatch(one.strip())
        port = int(match[3] or _PORT) if match else 0
        if match is None or not 1 <= port <= 65535:
            _wrong(f"{one!r} is not the address of a master: write host or host:port, several with commas between")
        found.append((match[1] or match[2], port))
    return found


def _show(address: _Address) -> str:
    host, port = address
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _local_master(data: str) -> _Address:
    """The master that holds this data folder, else the usual port of this machine."""
    try:
        with open(os.path.join(data, "master.lock"), encoding="utf-8") as file:
            lock: Any = json.load(file)
        port = int(lock["port"])
        if 1 <= port <= 65535 and _lives(int(lock["pid"]), lock.get("startTime")):
            return ("127.0.0.1", port)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        pass  # no lock, or none of ours
    return ("127.0.0.1", _PORT)


def _lives(pid: int, start: object) -> bool:
    """Whether the process that wrote a lock lives; on Windows its word is taken for it."""
    if sys.platform == "win32":
        return True
    if sys.platform == "linux":
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            # The second field is the program's name in parentheses, and may itself hold blanks and parentheses.
            fields = file.read().rpartition(")")[2].split()
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as file:
            now = f"{file.read().strip()}-{fields[19]}"
        state = fields[0]
    else:
        ps = ["ps", "-o", "lstart=,stat=", "-p", str(pid)]
        env = {**os.environ, "LC_ALL": "C"}
        *words, state = subprocess.run(ps, capture_output=True, text=True, env=env, check=False).stdout.split() or ["Z"]
        now = " ".join(words)
    return state[0] not in "ZX" and (start is None or start == now)


def _whoami() -> str:
    """The name of the person at the keyboard; empty when the system knows none."""
    try:
        return os.environ.get("USER") or getpass.getuser()
    except Exception:  # of Windows without its variables, and of users whom no file names
        return ""


# HTTP


class _Deadline:
    """When all that belongs to one request must be over; `seconds` None: never."""

    def __init__(self, seconds: float | None) -> None:
        self.renew(seconds)

    def renew(self, seconds: float | None) -> None:
        self._at = None if seconds is None else time.monotonic() + seconds

    def half(self) -> _Deadline:
        """One that is over when half of what is left is."""
        return _Deadline(None if self._at is None else (self._at - time.monotonic()) / 2)

    def comes_within(self, seconds: float) -> bool:
        """Whether it is over so many seconds from now."""
        return self._at is not None and self._at - time.monotonic() <= seconds

    def left(self) -> float | None:
        """Seconds until then; raises socket.timeout when there are none."""
        if self._at is None:
            return None
        left = self._at - time.monotonic()
        if left <= 0:
            raise socket.timeout("no answer in time")
        return left


class _Socket(socket.socket):
    """A socket whose every step ends by the deadline, also when the other side sends a byte now and then."""

    deadline = _Deadline(None)

    def recv_into(self, *args: Any, **named: Any) -> int:
        self.settimeout(self.deadline.left())
        return super().recv_into(*args, **named)

    def sendall(self, *args: Any, **named: Any) -> None:
        self.settimeout(self.deadline.left())
        super().sendall(*args, **named)


class _Connection(http.client.HTTPConnection):
    """A connection for one request, without any proxy."""

    def __init__(self, address: _Address, deadline: _Deadline) -> None:
        super().__init__(*address)
        self.deadline = deadline
        self.opened = False

    def connect(self) -> None:
        """Tries each address of the host in turn."""
        failure: OSError = OSError("no such host")
        for family, kind, protocol, _, address in socket.getaddrinfo(self.host, self.port, 0, socket.SOCK_STREAM):
            one = _Socket(family, kind, protocol)
            one.deadline = self.deadline
            try:
                one.settimeout(self.deadline.left())
                one.connect(address)
                one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                # A log that is followed may be silent for hours: a machine that vanished meanwhile must be noticed.
                one.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
                if hasattr(socket, "TCP_KEEPIDLE"):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 30)
                self.sock = one
                self.opened = True
                return
            except OSError as error:
                one.close()
                failure = error
        raise failure


# What http.client and sockets raise when the other side is away, breaks off, or is something else.
_BROKEN = (OSError, http.client.HTTPException, UnicodeError)


def _reason(error: BaseException) -> str:
    if isinstance(error, ConnectionRefusedError):
        return "nothing listens there"
    if isinstance(error, socket.timeout):
        return "no answer in time"
    if isinstance(error, (socket.gaierror, UnicodeError)):
        return "no such host"
    if isinstance(error, (ConnectionError, http.client.RemoteDisconnected, http.client.IncompleteRead)):
        return "it broke off"
    if isinstance(error, http.client.HTTPException):
        return "what answers there is no master"
    return (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__


class _Unreached(Exception):
    """One master did not answer; `sent`: it may have got the request; `again`: it would know the same request by its key."""

    def __init__(self, address: _Address, error: BaseException | str, sent: bool) -> None:
        super().__init__(error if isinstance(error, str) else _reason(error))
        self.address = address
        self.sent = sent
        self.again = False


class _Answer:
    """An answer of which the body is still to be read. `keyed`: its master knows the request by a key."""

    def __init__(self, connection: _Connection, response: http.client.HTTPResponse, address: _Address) -> None:
        self.connection = connection
        self.response = response
        self.address = address
        self.keyed = False

    @property
    def deadline(self) -> _Deadline:
        return self.connection.deadline

    def close(self) -> None:
        self.response.close()
        self.connection.close()

    def json(self) -> Any:
        """What the body says."""
        body = self.read()
        if self.response.status == 204:
            return None
        try:
            return json.loads(body)
        except ValueError:
            raise DrQueueError(f"what answers at {_show(self.address)} is no master of DrQueue") from None

    def read(self) -> bytes:
        try:
            return self.response.read()
        except _BROKEN as error:
            raise _Unreached(self.address, error, True) from None
        finally:
            self.close()

    def problem(self) -> DrQueueError:
        """What the master says is wrong."""
        status = self.response.status
        try:
            detail: object = json.loads(self.read())["detail"]
        except (ValueError, TypeError, KeyError, _Unreached):
            detail = None
        if not isinstance(detail, str):
            return DrQueueError(f"{_show(self.address)} answers {status} {self.response.reason}".rstrip(), status)
        return DrQueueError(_in_python(detail) if status == 400 else detail, status)


class Farm:
    """A farm, through its master.

    `master` is `host` or `host:port`, several with commas between: the first that answers is asked, and another one when it is gone.
    Without, it is that of DRQUEUE_MASTER, else the one on this machine. `token`: else that of DRQUEUE_TOKEN or of the data folder.
    `timeout`: seconds after which a request has failed. `data`: the data folder, else that of DRQUEUE_DATA or the usual one.
    """

    def __init__(
        self,
        master: str | None = None,
        token: str | None = None,
        timeout: float = 20.0,
        data: Text | None = None,
    ) -> None:
        if isinstance(timeout, bool) or not 0 < timeout <= 86_400:
            _wrong(f"timeout is {timeout!r}: give seconds above 0, a day at most")
        self.timeout = timeout
        self._data = _data_folder(data)
        named = master or os.environ.get("DRQUEUE_MASTER")
        self._named = _addresses(named) if named else None
        self._token = _find_token(self._data, token)
        self._lock = threading.Lock()
        self._chosen: _Address | None = None

    def __repr__(self) -> str:
        return f"<Farm {','.join(_show(one) for one in self.masters)}>"

    @property
    def masters(self) -> list[tuple[str, int]]:
        """Hosts and ports of its masters."""
        # A master of this machine may come back at another port.
        return list(self._named) if self._named else [_local_master(self._data)]

    # Jobs

    def submit(
        self,
        *,
        name: str,
        command: Sequence[Value] | None = None,
        kind: str | None = None,
        fields: FieldValues | None = None,
        frames: Frames = "1",
        block: int | None = None,
        order: str | None = None,
        pad: int | None = None,
        priority: int | None = None,
        pool: Words | None = None,
        owner: str | None = None,
        env: Mapping[str, Value] | None = None,
        folder: Text | None = None,
        retries: int | None = None,
        exit_codes: str | None = None,
        stopped: bool | None = None,
        os: Words | None = None,
        memory_mb: int | None = None,
        gpus: int | None = None,
        licences: Licences | None = None,
        max_slots: int | None = None,
        max_per_slave: int | None = None,
        not_before: datetime | str | None = None,
        not_on: SlaveNames | None = None,
        after: Jobs | None = None,
        after_ended: Jobs | None = None,
        frame_by_frame: Jobs | None = None,
        exit_meanings: ExitMeanings | None = None,
        output: OutputRules | None = None,
        pictures: Text | None = None,
        retry_delay: Seconds | None = None,
        frame_timeout: Seconds | None = None,
        silence: Seconds | None = None,
        slave_failures: int | None = None,
        max_failures: int | None = None,
        delete_after: Seconds | None = None,
        key: str | None = None,
    ) -> Job:
        """Submits a job and returns it. What is not given is as the master has it by default.

        Give either a `command`, a list of words in which {frame}, {padframe}, {frames}, {job} and {task} are replaced, or a `kind`
        with its `fields`. `frames`: "1-100", "1-100x5", 7, or whole numbers. `block`: frames per task. `order`: "forward", "reverse",
        "bisect" or "coarse:10". `owner`: else you. `env`: variables of the jobscript. `folder`: where it runs. `pictures`: where its pictures
        are, as "/mnt/x/shot.####.png". `not_on`: slaves that get nothing of it. `after`, `after_ended`, `frame_by_frame`: jobs it waits for until they are finished, have ended, or by
        frames. `retry_delay`, `frame_timeout`, `silence` and `delete_after` are seconds; `delete_after=0` deletes it once it is
        finished. `not_before` without a zone is local time. `exit_codes="drqueue"` takes any exit for success, as the original did.
        `key` names the submission, best at random: sent again under the same key, by whomever, it is the job that there is already. Each
        has one of its own when none is given, and is sent again by itself when its answer is lost.
        """
        given = dict(locals())
        del given["self"], given["key"]
        settings = {key: value for key, value in given.items() if value is not None}
        settings.setdefault("owner", _whoami())
        number: int = _member(self.call("POST", "/jobs", _to_wire(settings), key=key or secrets.token_hex(16)), "id")
        try:
            return self.job(number)
        except DrQueueError as error:
            error.message = f"job {number} was submitted, but it cannot be shown: {error.message}"
            error.args = (error.message,)
            raise

    def job(self, job: int) -> Job:
        """The job with this number."""
        return Job(self, self.call("GET", f"/jobs/{_number(job)}"))

    def jobs(
        self,
        *,
        state: str | None = None,
        owner: str | None = None,
        pool: str | None = None,
        name: str | None = None,
        limit: int = 100,
        before: int | None = None,
    ) -> list[Job]:
        """Jobs, newest first, `limit` at most (10,000 at once). `name`: a part of it, with * for anything. `before`: only older ones."""
        asked = {"state": state, "owner": owner, "pool": pool, "name": name, "limit": limit, "before": before}
        return [Job(self, wire) for wire in _member(self.call("GET", "/jobs", query=asked), "jobs")]

    def each_job(
        self,
        *,
        state: str | None = None,
        owner: str | None = None,
        pool: str | None = None,
        name: str | None = None,
        page: int = 1000,
    ) -> Iterator[Job]:
        """All jobs, newest first, however many; asks for `page` of them at a time."""
        before: int | None = None
        while True:
            found = self.jobs(state=state, owner=owner, pool=pool, name=name, limit=page, before=before)
            yield from found
            if len(found) < page:
                return
            before = found[-1].id

    # Slaves

    def slaves(self) -> list[Slave]:
        """All slaves by name."""
        return [Slave(self, wire) for wire in _member(self.call("GET", "/slaves"), "slaves")]

    def slave(self, name: str) -> Slave:
        """A slave by its name or number."""
        return Slave(self, self.call("GET", f"/slaves/{_part(name)}"))

    # Kinds, licences, owners

    def kinds(self) -> list[Kind]:
        """All kinds of jobs by name."""
        return [_read_kind(wire) for wire in _member(self.call("GET", "/kinds"), "kinds")]

    def kind(self, name: str) -> Kind:
        """One kind of job with its fields."""
        return _read_kind(self.call("GET", f"/kinds/{_part(name)}"))

    def jobscript(self, kind: str, fields: FieldValues | None = None, shell: str = "sh") -> str:
        """The jobscript that a job of this kind with these fields would run; `shell="cmd"`: as slaves on Windows run it."""
        asked = {"fields": _fields(fields or {}), "shell": shell}
        return _member(self.call("POST", f"/kinds/{_part(kind)}/jobscript", asked), "script")

    def licences(self) -> list[Licence]:
        """All licences that the farm counts."""
        return [_read(Licence, wire) for wire in _member(self.call("GET", "/licences"), "licences")]

    def set_licence(self, name: str, total: int) -> Licence:
        """Says how many there are of a licence, new or known."""
        return _read(Licence, self.call("PUT", f"/licences/{_part(name)}", {"total": total}))

    def remove_licence(self, name: str) -> Licence:
        """Forgets a licence that no job needs any more; returns what it was."""
        return _read(Licence, self.call("DELETE", f"/licences/{_part(name)}"))

    def owners(self) -> list[Owner]:
        """Owners who have jobs that have not ended, or a weight of their own."""
        return [_read(Owner, wire) for wire in _member(self.call("GET", "/owners"), "owners")]

    def set_owner(self, name: str, weight: float) -> Owner:
        """Gives an owner a weight: their share among owners; 1 is usual."""
        return _read(Owner, self.call("PUT", f"/owners/{_part(name)}", {"weight": weight}))

    # Requests

    def call(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None = None,
        *,
        query: Mapping[str, object] | None = None,
        timeout: float | None = None,
        key: str | None = None,
    ) -> Any:
        """One request to the master as it stands, for what has no method here. Returns what its JSON says.

        `key`: by it masters know a submission that is sent again, so that it is, until the deadline, when its answer was lost.
        """
        deadline = _Deadline(min(timeout or self.timeout, self.timeout))
        lost: CannotReach | None = None
        while True:
            try:
                return self._json(method, path + _query(query or {}), body, deadline, key, lost is not None)
            except DrQueueError as error:
                if isinstance(error, CannotReach) and error.again:
                    lost = error
                if lost is None or not _away(error):
                    raise
                if deadline.comes_within(_LOOK):
                    raise lost from None
            time.sleep(_LOOK)

    def _json(
        self, method: str, path: str, body: Mapping[str, object] | None, deadline: _Deadline, key: str | None, again: bool
    ) -> Any:
        answer = self._answer(method, path, body, deadline, key, again)
        try:
            return answer.json()
        except _Unreached as error:
            error.again = answer.keyed
            raise self._told([error], method) from None

    def stream(self, path: str, query: Mapping[str, object], timeout: float | None) -> Iterator[bytes]:
        """The bytes of a GET as they come; `timeout`: the longest silence among them, None for any. Closing it ends the request."""
        answer = self._answer("GET", path + _query(query), None, _Deadline(self.timeout))
        try:
            while True:
                answer.deadline.renew(timeout)
                try:
                    piece = answer.response.read1(65_536)
                except _BROKEN as error:
                    raise self._told([_Unreached(answer.address, error, True)], "GET") from None
                if not piece:
                    return
                yield piece
        finally:
            answer.close()

    def _answer(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
        deadline: _Deadline,
        key: str | None = None,
        again: bool = False,
    ) -> _Answer:
        """The answer to a request, from the master chosen or from the first that answers; raises what is wrong. `again`: it may be done."""
        content = None if body is None else _encoded(body)
        masters = self.masters
        failures: list[_Unreached] = []
        for _ in range(2):
            keyed = False
            try:
                address = masters[0] if len(masters) == 1 else self._choose(masters, deadline)
                if key is not None:
                    keyed = self._knows_keys(address, deadline.half())
                    if again and not keyed:
                        raise _Unreached(address, "it is of an earlier release, which might do it twice", False)
                # One that does not answer leaves time to ask the next, where that may be done.
                until = deadline.half() if len(masters) > 1 and keyed else deadline
                answer = self._ask(address, method, path, content, until, key)
                answer.keyed = keyed
            except _Unreached as error:
                error.again = error.sent and keyed
                failures.append(error)
                with self._lock:
                    if self._chosen == error.address:
                        self._chosen = None
                # What may have been done is not asked for once more.
                if len(masters) == 1 or (error.sent and method != "GET"):
                    break
            else:
                if 200 <= answer.response.status < 300:
                    return answer
                raise answer.problem()
        raise self._told(failures[-1:], method)

    def _knows_keys(self, address: _Address, deadline: _Deadline) -> bool:
        """Whether a master knows a submission that is sent again: those of release 0.1 carry it out twice."""
        try:
            return "idempotency-key" in self._ask(address, "GET", "/health", None, deadline).json().get("knows", [])
        except _Unreached as error:
            error.sent = False
            raise
        except (AttributeError, TypeError, DrQueueError):
            return False

    def _choose(self, masters: list[_Address], deadline: _Deadline) -> _Address:
        """The master that answered last, else the first that answers now."""
        with self._lock:
            chosen = self._chosen
        if chosen in masters:
            return chosen
        failures: list[_Unreached] = []
        for at, address in enumerate(masters):
            try:
                share = (deadline.left() or self.timeout) / (len(masters) - at + 1)
                health = self._ask(address, "GET", "/health", None, _Deadline(share))
                if health.response.status != 200 or b"ok" not in health.read():
                    raise _Unreached(address, http.client.HTTPException(), False)
            except socket.timeout as error:
                failures.append(_Unreached(address, error, False))
            except _Unreached as error:
                failures.append(error)
            else:
                with self._lock:
                    self._chosen = address
                return address
        raise self._told(failures, "GET")

    def _ask(
        self,
        address: _Address,
        method: str,
        path: str,
        content: bytes | None,
        deadline: _Deadline,
        key: str | None = None,
    ) -> _Answer:
        headers = {"authorization": f"Bearer {self._token}", "accept": "application/json", "connection": "close"}
        if content is not None:
            headers["content-type"] = "application/json"
        if key is not None:
            headers["idempotency-key"] = key
        connection = _Connection(address, deadline)
        try:
            connection.request(method, path, content, headers)
            return _Answer(connection, connection.getresponse(), address)
        except _BROKEN as error:
            connection.close()
            raise _Unreached(address, error, connection.opened) from None
        except BaseException:
            connection.close()
            raise

    def _told(self, failures: Sequence[_Unreached], method: str) -> CannotReach:
        """What a person is told when no master answered."""
        where = "; ".join(f"{_show(one.address)} ({one})" for one in failures)
        sent = any(one.sent for one in failures)
        if sent and method != "GET":
            words = f"cannot reach {where}: it may have been done all the same, so look before you repeat it"
            return CannotReach(words, sent, any(one.again for one in failures))
        return CannotReach(
            f"cannot reach {where}: start a master with drqueue master, or name one in DRQUEUE_MASTER or Farm(master=...)",
            sent,
        )


def _part(name: object) -> str:
    """A part of a path."""
    text = _text(name)
    if not text:
        _wrong("a name may not be empty")
    return quote(text, safe="", errors="replace")


def _query(values: Mapping[str, object]) -> str:
    given = {
        name: str(value).lower() if isinstance(value, bool) else str(value)
        for name, value in values.items()
        if value is not None
    }
    return f"?{urlencode(given, errors='replace')}" if given else ""


def _encoded(body: Mapping[str, object]) -> bytes:
    try:
        content = json.dumps(body, allow_nan=False).encode()
    except (TypeError, ValueError, RecursionError) as error:
        _wrong(f"this can not be sent: {error}")
    if len(content) > _LARGEST_BODY:
        raise DrQueueError("a request has at most 1 MB", 413)
    return content


def _away(error: DrQueueError) -> bool:
    """Whether the master may be back soon: it is away, or its database is."""
    return isinstance(error, CannotReach) or error.status == 503


class _Picture:
    """What the master said last of a job or a slave. It changes only by refresh(), all at once."""

    _farm: Farm
    _said: dict[str, Any]

    def __setattr__(self, name: str, value: object) -> None:
        raise AttributeError(f"{type(self).__name__}.{name} shows how it was: change it by a method, then refresh()")

    def _take(self, farm: Farm, wire: dict[str, Any], **made: Callable[[Any], object]) -> None:
        # One step, so that another thread sees the old picture or the new one.
        self.__dict__.update(_attributes(type(self), wire, **made), _farm=farm, _said=wire)

    @property
    def wire(self) -> dict[str, Any]:
        """The master's own words, as JSON has them."""
        return self._said


class Job(_Picture):
    """A job as it was when the master was asked; `refresh()` asks again. `frame_text` are its frames, `block_size` those per task."""

    id: int
    name: str
    owner: str
    pool: str
    priority: int
    state: str
    stopped: bool
    stop_reason: Optional[str]
    kind: Optional[str]
    after: list[int]
    frame_text: str
    frame_counts: Counts
    task_counts: Counts
    block_size: int
    submitted_at: datetime
    started_at: Optional[datetime]
    ended_at: Optional[datetime]

    def __init__(self, farm: Farm, wire: dict[str, Any]) -> None:
        self._show(farm, wire)

    def _show(self, farm: Farm, wire: dict[str, Any]) -> None:
        self._take(farm, wire, frame_counts=_read_counts, task_counts=_read_counts)

    def __repr__(self) -> str:
        counts = self.frame_counts
        return f"<Job {self.id} {self.name!r} {self.state} {counts.finished}/{counts.total}>"

    @property
    def ended(self) -> bool:
        """Whether it is finished or failed."""
        return self.state in ("finished", "failed")

    @property
    def progress(self) -> float:
        """The share of its frames that are finished, 0 to 1."""
        return self.frame_counts.finished / max(1, self.frame_counts.total)

    @property
    def farm(self) -> Farm:
        """The farm it is in."""
        return self._farm

    def refresh(self) -> Job:
        """Asks the master how it is now; returns itself."""
        return self._refresh(None)

    def _refresh(self, timeout: float | None) -> Job:
        self._show(self._farm, self._farm.call("GET", f"/jobs/{self.id}", timeout=timeout))
        return self

    def details(self) -> JobDetails:
        """All its settings, as they are now."""
        return _read(
            JobDetails,
            self._farm.call("GET", f"/jobs/{self.id}"),
            set_aside=_read_all(SetAside),
            needs=_read_all(Need),
            slowest=lambda one: _read(Slowest, one),
        )

    # Frames

    def frames(self, frames: Frames | None = None) -> list[Frame]:
        """Its frames with their last runs, all or those named."""
        return list(self.each_frame(frames))

    def each_frame(self, frames: Frames | None = None, page: int = 1000) -> Iterator[Frame]:
        """Its frames one after the other, for jobs that have too many for a list; asks for `page` of them at a time."""
        asked = None if frames is None else _frames(frames)
        after: int | None = None
        while True:
            query = {"frames": asked, "after": after, "limit": page}
            answer = self._farm.call("GET", f"/jobs/{self.id}/frames", query=query)
            yield from (_read(Frame, one) for one in _member(answer, "frames"))
            after = answer.get("next")
            if after is None:
                return

    def frame(self, frame: int) -> Frame:
        """One frame with its last run."""
        found = self.frames(frame)
        if not found:
            raise DrQueueError(f"job {self.id} has no frame {frame}", 404)
        return found[0]

    # Actions

    def requeue(self, frames: Frames | None = None) -> Done:
        """Renders frames again, killing those that run; without frames those that failed."""
        return self._act("requeue", _range(frames))

    def finish(self, frames: Frames) -> Done:
        """Calls frames finished without rendering them."""
        return self._act("finish", _range(frames))

    def kill(self, frames: Frames | None = None) -> Done:
        """Kills running frames, all or those named; they wait again."""
        return self._act("kill", _range(frames))

    def stop(self, kill: bool = False) -> Done:
        """Starts no more tasks; with `kill` those that run are killed (a hard stop) and wait again."""
        return self._act("stop", {"kill": kill})

    def continue_(self) -> Done:
        """Takes a stop back."""
        return self._act("continue", {})

    def resume(self) -> Done:
        """The same as continue_()."""
        return self.continue_()

    def rerun(self) -> Done:
        """Renders every frame again, killing what runs."""
        return self._act("rerun", {})

    def delete(self, dependents: str = "refuse") -> Done:
        """Deletes it with its logs and scripts, killing what runs.

        `dependents`: jobs that wait for it keep it from being deleted ("refuse"), are deleted too ("cascade"), or wait no longer
        ("release").
        """
        return _read(Done, self._farm.call("DELETE", f"/jobs/{self.id}", query={"dependents": dependents}))

    def block(self, *slaves: Slave | str) -> Done:
        """Keeps slaves from it; what they run of it ends by itself."""
        return self._act("block", {"slaves": _slave_names(slaves)})

    def unblock(self, *slaves: Slave | str) -> Done:
        """Lets slaves take its tasks again."""
        return self._act("unblock", {"slaves": _slave_names(slaves)})

    def blocked(self) -> list[str]:
        """The slaves that a person keeps from it."""
        return self.details().blocked

    # Settings

    def change(
        self,
        *,
        name: str | _Keep = _KEEP,
        priority: int | _Keep = _KEEP,
        pool: Words | _Keep = _KEEP,
        retries: int | _Keep = _KEEP,
        owner: str | _Keep = _KEEP,
        os: Words | _Keep = _KEEP,
        memory_mb: int | _Keep = _KEEP,
        gpus: int | _Keep = _KEEP,
        licences: Licences | _Keep = _KEEP,
        max_slots: int | None | _Keep = _KEEP,
        max_per_slave: int | None | _Keep = _KEEP,
        not_before: datetime | str | None | _Keep = _KEEP,
        after: Jobs | None | _Keep = _KEEP,
        after_ended: Jobs | None | _Keep = _KEEP,
        frame_by_frame: Jobs | None | _Keep = _KEEP,
        exit_meanings: ExitMeanings | _Keep = _KEEP,
        pictures: Text | None | _Keep = _KEEP,
        retry_delay: Seconds | _Keep = _KEEP,
        frame_timeout: Seconds | None | _Keep = _KEEP,
        silence: Seconds | None | _Keep = _KEEP,
        slave_failures: int | _Keep = _KEEP,
        max_failures: int | _Keep = _KEEP,
        delete_after: Seconds | None | _Keep = _KEEP,
        env: Mapping[str, Value] | _Keep = _KEEP,
        fields: FieldValues | _Keep = _KEEP,
    ) -> Done:
        """Changes what is named, from the next task on. None takes a limit away.

        `licences`, `env`, `exit_meanings` and the jobs it waits for replace what was there; `fields` change those named only.
        """
        settings = dict(locals())
        del settings["self"]
        return _read(Done, self._farm.call("PATCH", f"/jobs/{self.id}", _to_wire(settings)))

    def set_priority(self, priority: int) -> Done:
        """Higher goes first; 500 is usual."""
        return self.change(priority=priority)

    def limits(self) -> Limits:
        """Its limits, as they are now."""
        return _read(Limits, self._farm.call("GET", f"/jobs/{self.id}"))

    def set_limits(
        self,
        *,
        pool: Words | _Keep = _KEEP,
        os: Words | _Keep = _KEEP,
        memory_mb: int | _Keep = _KEEP,
        gpus: int | _Keep = _KEEP,
        licences: Licences | _Keep = _KEEP,
        max_slots: int | None | _Keep = _KEEP,
        max_per_slave: int | None | _Keep = _KEEP,
        not_before: datetime | str | None | _Keep = _KEEP,
    ) -> Done:
        """Changes limits, from the next task on; None takes one away."""
        return self.change(
            pool=pool,
            os=os,
            memory_mb=memory_mb,
            gpus=gpus,
            licences=licences,
            max_slots=max_slots,
            max_per_slave=max_per_slave,
            not_before=not_before,
        )

    def variables(self) -> dict[str, str]:
        """The variables of its jobscript."""
        return self.details().env

    def set_variables(self, variables: Mapping[str, Value | None]) -> Done:
        """Adds and changes variables of its jobscript; None takes one away, the others stay."""
        env: dict[str, Value] = {}
        env.update(self.variables())
        for name, value in variables.items():
            if value is None:
                env.pop(name, None)
            else:
                env[name] = value
        return self.change(env=env)

    # What it does

    def why(self, frame: int | None = None) -> Why:
        """Why it, or one of its frames, is not running."""
        return _read_why(self._farm.call("GET", f"/jobs/{self.id}/why", query={"frame": frame}))

    def log(self, frame: int, attempt: int | None = None) -> str:
        """The log of a frame, of its last attempt or of the one named."""
        pieces = self._farm.stream(self._log_path(frame), {"attempt": attempt}, self._farm.timeout)
        return b"".join(pieces).decode("utf-8", "replace")

    def follow_log(self, frame: int, attempt: int | None = None) -> Iterator[str]:
        """The log of a frame as it is written, piece by piece, until its run ends.

        A frame that has not been started is waited for; a master that is started again too.
        """
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        given = 0
        away: float | None = None
        while True:
            try:
                # The attempt is held on to: after a break another one may have begun.
                attempt = attempt or self._started(frame)
                if attempt is not None:
                    skip = given
                    asked: dict[str, object] = {"attempt": attempt, "follow": True}
                    for piece in self._farm.stream(self._log_path(frame), asked, None):
                        away = None
                        fresh = piece[skip:]
                        skip = max(0, skip - len(piece))
                        given += len(fresh)
                        text = decoder.decode(fresh)
                        if text:
                            yield text
                    rest = decoder.decode(b"", True)
                    if rest:
                        yield rest
                    return
                away = None
            except DrQueueError as error:
                if error.status != 409:
                    away = _patience(error, away)
            time.sleep(_LOOK)

    def wait(self, timeout: float | None = None, poll: float = 0.5) -> Job:
        """Waits until it is finished or failed; returns itself, as it is then.

        Looks every `poll` seconds. Raises NotEnded after `timeout` seconds, and what is wrong when it is deleted or the master is
        away for a minute.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            self._look(end, timeout, poll)
            if self.ended:
                return self
            self._pause(end, timeout, poll)

    def watch(self, timeout: float | None = None, poll: float = 0.5) -> Iterator[Job]:
        """A new Job each time that it has changed, beginning with how it is now, until it has ended."""
        mine = Job(self._farm, self.wire)
        seen: dict[str, Any] | None = None
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            mine._look(end, timeout, poll)
            if mine.wire != seen:
                seen = mine.wire
                yield Job(self._farm, seen)
            if mine.ended:
                return
            mine._pause(end, timeout, poll)

    def _look(self, end: float | None, timeout: float | None, poll: float) -> None:
        """Asks how it is now, and again while the master is away."""
        away: float | None = None
        while True:
            left = None if end is None else max(0.05, end - time.monotonic())
            try:
                self._refresh(left)
                return
            except DrQueueError as error:
                if not (end is not None and _away(error) and time.monotonic() >= end):
                    away = _patience(error, away)
            self._pause(end, timeout, poll)

    def _pause(self, end: float | None, timeout: float | None, poll: float) -> None:
        """Sleeps until it is time to look again; raises NotEnded when there is none left."""
        left = poll if end is None else end - time.monotonic()
        if left <= 0:
            counts = self.frame_counts
            raise NotEnded(
                f"job {self.id} has not ended after {timeout:g} s: it is {self.state},"
                f" {counts.finished} of {counts.total} frames are finished",
                self,
            )
        time.sleep(max(0.01, min(poll, left)))

    def _started(self, frame: int) -> int | None:
        """The attempt at a frame, None while it waits for its first. Raises when it will have none."""
        now = self.frame(frame)
        if now.attempt > 0:
            return now.attempt
        if now.state in ("finished", "failed"):
            raise DrQueueError(f"frame {frame} of job {self.id} is {now.state} without having been started")
        return None

    def _log_path(self, frame: int) -> str:
        return f"/jobs/{self.id}/logs/{_part(frame)}"

    def _act(self, action: str, body: Mapping[str, object]) -> Done:
        return _read(Done, self._farm.call("POST", f"/jobs/{self.id}/{action}", body))


def _range(frames: Frames | None) -> dict[str, object]:
    return {} if frames is None else {"frames": _frames(frames)}


def _patience(error: DrQueueError, away: float | None) -> float:
    """Since when the master is away; raises the error when that is too long, or when it is another one."""
    now = time.monotonic()
    if not _away(error) or (away is not None and now - away > _PATIENCE):
        raise error
    return now if away is None else away


class Slave(_Picture):
    """A slave as the master saw it last; `refresh()` asks again. Its settings are changed through its own port."""

    id: int
    name: str
    state: str
    address: str
    port: int
    os: str
    cpus: int
    memory_mb: int
    free_memory_mb: int
    load: float
    memory_left_mb: int
    gpus: int
    gpus_left: int
    running: int
    free: int
    foreign_slots: int
    in_hours: bool
    sick_since: Optional[datetime]
    suspects: list[int]
    settings: Settings
    problem: Optional[str]
    version: str
    seen_at: datetime

    def __init__(self, farm: Farm, wire: dict[str, Any]) -> None:
        self._show(farm, wire)

    def _show(self, farm: Farm, wire: dict[str, Any]) -> None:
        self._take(farm, wire, settings=_read_settings)

    def __repr__(self) -> str:
        return f"<Slave {self.name!r} {self.state} {self.running}/{self.settings.slots}>"

    @property
    def farm(self) -> Farm:
        """The farm it works for."""
        return self._farm

    def refresh(self) -> Slave:
        """Asks the master how it is now; returns itself."""
        self._show(self._farm, self._farm.call("GET", f"/slaves/{self.id}"))
        return self

    def enable(self) -> Settings:
        """Lets it take tasks, also when it drains or was set aside as sick."""
        self.clear()
        return self._change({"enabled": True, "drain": False})

    def disable(self) -> Settings:
        """Lets it take no more tasks; what it runs ends by itself."""
        return self._change({"enabled": False})

    def drain(self) -> Settings:
        """Lets it end what it runs and take no more, to be switched off then."""
        return self._change({"drain": True})

    def clear(self) -> Slave:
        """Calls it well when it was set aside as sick; returns itself, as it is then."""
        self._show(self._farm, self._farm.call("POST", f"/slaves/{self.id}/clear", {}))
        return self

    def set(
        self,
        *,
        slots: int | _Keep = _KEEP,
        pools: Words | _Keep = _KEEP,
        add_pools: Words | _Keep = _KEEP,
        remove_pools: Words | _Keep = _KEEP,
        enabled: bool | _Keep = _KEEP,
        drain: bool | _Keep = _KEEP,
        leave_mb: int | _Keep = _KEEP,
        load_limit: float | None | _Keep = _KEEP,
        hours: str | _Keep = _KEEP,
        paths: Mapping[str, str] | Iterable[PathPair] | _Keep = _KEEP,
        gpus: int | None | _Keep = _KEEP,
    ) -> Settings:
        """Changes what is named and returns the settings as they are then.

        `paths`: names of folders in the farm and here, as {"/mnt/show": "S:\\\\show"}. `hours`: "mon-fri 19:00-08:00, sat-sun", or
        "" for always. `load_limit=None`: no load takes slots away. `gpus=None`: as nvidia-smi counts them.
        """
        given = dict(locals())
        del given["self"]
        change: dict[str, object] = {}
        for name, value in given.items():
            if value is _KEEP:
                continue
            if name in ("pools", "add_pools", "remove_pools"):
                change[_camel(name)] = [_text(pool) for pool in _list(value)]
            elif name == "paths":
                change["paths"] = _pairs(value)
            else:
                change[_camel(name)] = value
        return self._change(change)

    def why(self) -> Why:
        """Why it runs no more tasks than it does."""
        return _read_why(self._farm.call("GET", f"/slaves/{self.id}/why"))

    def _change(self, change: Mapping[str, object]) -> Settings:
        return _read_settings(self._farm.call("PATCH", f"/slaves/{self.id}/settings", change))


def _pairs(paths: object) -> list[dict[str, str]]:
    if isinstance(paths, Mapping):
        named = cast("Mapping[object, object]", paths)
        return [{"farm": _text(farm), "here": _text(here)} for farm, here in named.items()]
    pairs = _list(paths)
    if not all(isinstance(one, PathPair) for one in pairs):
        _wrong(f"paths is {paths!r}: give a dictionary, as paths={{'/mnt/show': 'S:/show'}}")
    return [{"farm": one.farm, "here": one.here} for one in cast("list[PathPair]", pairs)]


# The small tool


class _Parser(argparse.ArgumentParser):
    """Wrong usage is one line, and exit code 2."""

    def error(self, message: str) -> NoReturn:
        _tell(f"{message} ({self.prog} --help shows what there is)")
        sys.exit(2)


def _plain(text: object) -> str:
    """What comes from elsewhere must not steer the terminal."""
    return re.sub(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]", " ", str(text))


def _tell(message: str) -> None:
    sys.stderr.write(f"drqueue.py: {_plain(message)}\n")


def _print_table(titles: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Numbers to the right, everything else to the left."""
    lines = [list(titles)] + [[_plain("" if cell is None else cell).replace("\n", " ") for cell in row] for row in rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(titles))]
    right = [all(re.fullmatch(r"[0-9./]*", line[at]) for line in lines[1:]) for at in range(len(titles))]
    for line in lines:
        cells = [cell.rjust(width) if to else cell.ljust(width) for cell, width, to in zip(line, widths, right)]
        print("  ".join(cells).rstrip())


def _as_json(value: Any) -> Any:
    """As the master says it."""
    if isinstance(value, _Picture):
        return value.wire
    if is_dataclass(value) and not isinstance(value, type):
        return {_camel(field.name): _as_json(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, list):
        return [_as_json(one) for one in cast("list[Any]", value)]
    return value


def _print_json(value: object) -> None:
    print(json.dumps(_as_json(value), indent=2, ensure_ascii=False))


def _job_rows(jobs: Iterable[Job]) -> Iterator[Sequence[object]]:
    for job in jobs:
        done = f"{job.frame_counts.finished}/{job.frame_counts.total}"
        running, failed = job.task_counts.running or "", job.frame_counts.failed or ""
        yield job.id, job.name, job.owner, job.pool, job.priority, job.state, done, running, failed, job.stop_reason


_JOB_TITLES = ("JOB", "NAME", "OWNER", "POOL", "PRIO", "STATE", "DONE", "RUN", "FAILED", "NOTE")


def _jobs_command(farm: Farm, asked: argparse.Namespace) -> int:
    found = farm.jobs(state=asked.state, owner=asked.owner, pool=asked.pool, name=asked.name, limit=asked.limit)
    if asked.json:
        _print_json(found)
    elif found:
        _print_table(_JOB_TITLES, _job_rows(found))
    else:
        print("no jobs")
    return 0


def _job_command(farm: Farm, asked: argparse.Namespace) -> int:
    job = farm.job(asked.job)
    if asked.json:
        _print_json(job)
        return 0
    counts = job.frame_counts
    facts: list[tuple[str, object]] = [
        ("job", f"{job.id} {job.name}"),
        ("owner", job.owner),
        ("state", job.state),
        ("stopped", job.stop_reason),
        ("kind", job.kind),
        ("command", " ".join(job.wire["command"])),
        ("frames", job.frame_text),
        ("block", job.block_size if job.block_size > 1 else ""),
        ("done", f"{counts.finished} of {counts.total}, {counts.running} running, {counts.waiting} waiting, {counts.failed} failed"),
        ("failed", job.wire["failedFrames"]),
        ("priority", job.priority),
        ("pool", job.pool),
        ("after", ", ".join(str(one) for one in job.after)),
        ("submitted", job.submitted_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")),
    ]
    for name, value in facts:
        if value not in ("", None):
            print(f"{name:<10}  {_plain(value)}")
    return 0


def _frames_command(farm: Farm, asked: argparse.Namespace) -> int:
    found = farm.job(asked.job).frames(_range_asked(asked))
    if asked.json:
        _print_json(found)
        return 0
    titles = ("FRAME", "STATE", "ATTEMPT", "SLAVE", "SECONDS", "CODE", "MESSAGE")
    _print_table(
        titles,
        (
            (one.frame, one.state, one.attempt, one.slave, "" if one.seconds is None else f"{one.seconds:.1f}", one.code, one.message)
            for one in found
        ),
    )
    return 0


def _slaves_command(farm: Farm, asked: argparse.Namespace) -> int:
    found = farm.slaves()
    if asked.json:
        _print_json(found)
    elif found:
        rows = ((s.id, s.name, _slave_state(s), f"{s.running}/{s.settings.slots}", ",".join(s.settings.pools), s.problem) for s in found)
        _print_table(("ID", "NAME", "STATE", "TASKS", "POOLS", "PROBLEM"), rows)
    else:
        print("no slaves: start one with drqueue slave")
    return 0


def _slave_state(slave: Slave) -> str:
    if slave.state != "online":
        return slave.state
    if slave.sick_since is not None:
        return "sick"
    if not slave.settings.enabled:
        return "disabled"
    return "draining" if slave.settings.drain else "online"


def _submit_command(farm: Farm, asked: argparse.Namespace) -> int:
    program: list[str] = asked.program
    if not program and asked.kind is None:
        raise DrQueueError("name the program to run, as in: submit --frames 1-10 -- program args (or a --kind)", 400)
    if program and asked.kind is not None:
        raise DrQueueError(f"{program[0]!r} is one word too many: --kind {asked.kind} knows its program", 400)
    job = farm.submit(
        name=asked.name or (os.path.basename(program[0]) if program else asked.kind) or "job",
        command=program or None,
        kind=asked.kind,
        fields=_pairs_asked(asked.field, "--field") if asked.kind is not None else None,
        frames=asked.frames,
        block=asked.block,
        order=asked.order,
        priority=asked.priority,
        pool=asked.pool,
        owner=asked.owner,
        env=_pairs_asked(asked.env, "--env"),
        folder=os.path.abspath(asked.folder or "."),
        after=asked.after or None,
        stopped=asked.stopped,
    )
    if asked.wait:
        return _wait_for(job, None, asked.json)
    if asked.json:
        _print_json({"id": job.id})
    else:
        print(f"job {job.id} submitted")
    return 0


def _pairs_asked(pairs: Iterable[str], option: str) -> dict[str, Value]:
    for pair in pairs:
        if "=" not in pair:
            raise DrQueueError(f"{option}: {pair!r}: write NAME=VALUE", 400)
    return dict(cast("tuple[str, Value]", pair.split("=", 1)) for pair in pairs)


def _action(verb: str, act: Callable[[Job, argparse.Namespace], Done]) -> Callable[[Farm, argparse.Namespace], int]:
    """A command that does one thing to each job named; what fails is told and does not keep the rest from being done."""

    def command(farm: Farm, asked: argparse.Namespace) -> int:
        numbers: list[int] = asked.jobs if "jobs" in asked else [asked.job]
        results: list[dict[str, object]] = []
        for number in numbers:
            try:
                done = act(farm.job(number), asked)
            except DrQueueError as error:
                if len(numbers) == 1:
                    raise
                results.append({"job": number, "error": error.message})
            else:
                results.append({"job": number, "tasks": done.tasks, "killing": done.killing})
        if asked.json:
            _print_json(results)
        else:
            for result in results:
                print(_result_line(verb, result))
        return 1 if any("error" in result for result in results) else 0

    return command


def _result_line(verb: str, result: Mapping[str, Any]) -> str:
    if "error" in result:
        return f"job {result['job']}: {_plain(result['error'])}"
    parts = [] if verb in ("requeued", "finished") else [verb]
    for count, what in ((result["tasks"], verb), (result["killing"], "being killed")):
        if count:
            parts.append(f"{count} task{'' if count == 1 else 's'} {what}")
    return f"job {result['job']}: {', '.join(parts) or 'nothing to do'}"


def _range_asked(asked: argparse.Namespace) -> str | None:
    return ",".join(asked.frames) if asked.frames else None


def _delete(job: Job, asked: argparse.Namespace) -> Done:
    return job.delete("cascade" if asked.cascade else "release" if asked.release else "refuse")


def _why_command(farm: Farm, asked: argparse.Namespace) -> int:
    why = farm.job(asked.job).why(asked.frame)
    if asked.json:
        _print_json(why)
    else:
        print(_plain(why.text))
    return 0


def _log_command(farm: Farm, asked: argparse.Namespace) -> int:
    job = farm.job(asked.job)
    if asked.json:
        pieces = job.follow_log(asked.frame, asked.attempt) if asked.follow else iter([job.log(asked.frame, asked.attempt)])
        _print_json({"job": job.id, "frame": asked.frame, "log": "".join(pieces)})
    elif asked.follow:
        for piece in job.follow_log(asked.frame, asked.attempt):
            sys.stdout.write(piece)
            sys.stdout.flush()
    else:
        sys.stdout.write(job.log(asked.frame, asked.attempt))
    return 0


def _wait_command(farm: Farm, asked: argparse.Namespace) -> int:
    return _wait_for(farm.job(asked.job), asked.timeout, asked.json)


def _wait_for(job: Job, timeout: float | None, as_json: bool) -> int:
    for now in job.watch(timeout):
        job = now
        if not as_json:
            counts = now.frame_counts
            failed = f", {counts.failed} failed" if counts.failed else ""
            print(f"job {now.id} {_plain(now.name)}: {now.state}, {counts.finished} of {counts.total} frames finished{failed}", flush=True)
    if as_json:
        _print_json(job)
    return 0 if job.state == "finished" else 1


def _job_number(text: str) -> int:
    if not re.fullmatch(r"[0-9]{1,10}", text) or not 1 <= int(text) <= 2_147_483_647:
        raise argparse.ArgumentTypeError(f"{text!r} is not a job number: write for example 12")
    return int(text)


def _whole(text: str) -> int:
    if not re.fullmatch(r"-?[0-9]{1,10}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)


def _seconds(text: str) -> float:
    if not re.fullmatch(r"[0-9]{1,9}([.][0-9]+)?", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a time: write seconds, as 30 or 0.5")
    return float(text)


def _tool() -> _Parser:
    """The commands of the tool."""
    tool = _Parser(
        prog="drqueue.py",
        description="A small tool for a farm, with no more than Python. drqueue itself has all commands.",
        epilog="The master is --master, DRQUEUE_MASTER, or on this machine; the token DRQUEUE_TOKEN, or in the data folder.",
        allow_abbrev=False,
    )
    commands = tool.add_subparsers(metavar="COMMAND", required=True, dest="command")

    def command(
        name: str, does: str, examples: Sequence[str], step: Callable[[Farm, argparse.Namespace], int], jobs: str = ""
    ) -> _Parser:
        one: _Parser = commands.add_parser(
            name,
            help=does,
            description=does,
            epilog="examples:\n" + "\n".join(f"  drqueue.py {example}" for example in examples),
            formatter_class=argparse.RawDescriptionHelpFormatter,
            allow_abbrev=False,
        )
        one.set_defaults(step=step)
        one.add_argument("--master", metavar="HOST[:PORT]", help="the master, or several with commas between")
        one.add_argument("--data", metavar="FOLDER", help="the data folder, where the token is")
        one.add_argument("--json", action="store_true", help="print JSON, as drqueue does")
        if jobs == "one":
            one.add_argument("job", metavar="JOB", type=_job_number, help="number of the job")
        if jobs == "all":
            one.add_argument("jobs", metavar="JOB", type=_job_number, nargs="+", help="numbers of jobs")
        return one

    one = command("jobs", "List jobs, newest first.", ["jobs", "jobs --state failed --owner ana --name 'shot*'"], _jobs_command)
    one.add_argument("--state", choices=["waiting", "running", "stopped", "finished", "failed"], help="only in this state")
    one.add_argument("--owner", metavar="NAME", help="only of this owner")
    one.add_argument("--pool", metavar="NAME", help="only of this pool")
    one.add_argument("--name", metavar="TEXT", help="only with this in their name; * stands for anything")
    one.add_argument("--limit", metavar="N", type=_whole, default=100, help="at most so many (100)")
    command("job", "Show a job.", ["job 12", "job 12 --json"], _job_command, "one")
    one = command("frames", "List the frames of a job.", ["frames 12", "frames 12 5-10", "frames 12 -- -5-3"], _frames_command, "one")
    one.add_argument("frames", metavar="FRAMES", nargs="*", help="only these, as 1-10")
    command("slaves", "List slaves.", ["slaves", "slaves --json"], _slaves_command)

    one = command(
        "submit",
        "Submit a job.",
        [
            "submit --frames 1-100 --name shot7 -- /mnt/scripts/shot7.sh",
            "submit --kind blender --field scene=/mnt/shot7.blend --frames 1-250",
        ],
        _submit_command,
    )
    one.usage = "drqueue.py submit [options] -- PROGRAM ARGS"
    one.add_argument("--name", metavar="NAME", help="name of the job; else the program's")
    one.add_argument("--frames", metavar="FRAMES", default="1", help="as 1-100, 1-100x2 or 1,5,7-9")
    one.add_argument("--kind", metavar="KIND", help="kind of job, instead of a program")
    one.add_argument("--field", metavar="NAME=VALUE", action="append", default=[], help="a field of the kind")
    one.add_argument("--block", metavar="N", type=_whole, help="frames per task")
    one.add_argument("--order", metavar="ORDER", help="forward, reverse, bisect or coarse:N")
    one.add_argument("--priority", metavar="N", type=_whole, help="higher goes first; 500 is usual")
    one.add_argument("--pool", metavar="POOLS", help="pools of slaves, as maya,nuke")
    one.add_argument("--owner", metavar="NAME", help="whose job it is; else yours")
    one.add_argument("--env", metavar="NAME=VALUE", action="append", default=[], help="a variable for the jobscript")
    one.add_argument("--folder", metavar="FOLDER", help="working folder on the slaves; else the one you are in")
    one.add_argument("--after", metavar="JOB", type=_job_number, action="append", default=[], help="starts when this one is finished")
    one.add_argument("--stopped", action="store_true", help="submit without starting")
    one.add_argument("--wait", action="store_true", help="wait until it has ended; exit code 0 only if it is finished")

    one = command(
        "requeue",
        "Render frames again; without frames those that failed.",
        ["requeue 12", "requeue 12 5-10"],
        _action("requeued", lambda job, asked: job.requeue(_range_asked(asked))),
        "one",
    )
    one.add_argument("frames", metavar="FRAMES", nargs="*", help="as 5-10")
    one = command(
        "finish",
        "Call frames finished without rendering them.",
        ["finish 12 5-10"],
        _action("finished", lambda job, asked: job.finish(_range_asked(asked) or "")),
        "one",
    )
    one.add_argument("frames", metavar="FRAMES", nargs="+", help="as 5-10")
    one = command(
        "kill",
        "Kill running frames, all or those named; they wait again.",
        ["kill 12", "kill 12 5-10"],
        _action("requeued", lambda job, asked: job.kill(_range_asked(asked))),
        "one",
    )
    one.add_argument("frames", metavar="FRAMES", nargs="*", help="as 5-10")
    one = command(
        "stop",
        "Start no more frames of jobs; running ones end by themselves.",
        ["stop 12", "stop 12 13 --kill"],
        _action("stopped", lambda job, asked: job.stop(kill=asked.kill)),
        "all",
    )
    one.add_argument("--kill", action="store_true", help="kill the running frames too; they wait again")
    command("continue", "Take a stop back.", ["continue 12"], _action("continued", lambda job, _: job.continue_()), "all")
    command("rerun", "Render all frames of jobs again.", ["rerun 12"], _action("requeued", lambda job, _: job.rerun()), "all")
    one = command("delete", "Delete jobs with their logs.", ["delete 12", "delete 12 --cascade"], _action("deleted", _delete), "all")
    either = one.add_mutually_exclusive_group()
    either.add_argument("--cascade", action="store_true", help="delete the jobs that wait for it too")
    either.add_argument("--release", action="store_true", help="let the jobs that wait for it wait no longer")

    one = command("why", "Say why a job or a frame is not running.", ["why 12", "why 12 5"], _why_command, "one")
    one.add_argument("frame", metavar="FRAME", type=_whole, nargs="?", help="the frame")
    one = command("log", "Print the log of a frame.", ["log 12 5", "log 12 5 -f", "log 12 -- -5"], _log_command, "one")
    one.add_argument("frame", metavar="FRAME", type=_whole, help="the frame")
    one.add_argument("--attempt", metavar="N", type=_whole, help="which attempt, from 1; else the last")
    one.add_argument("-f", "--follow", action="store_true", help="go on until the frame has ended")
    does = "Wait until a job has ended; exit code 0 only if it is finished."
    one = command("wait", does, ["wait 12", "wait 12 --timeout 60"], _wait_command, "one")
    one.add_argument("--timeout", metavar="SECONDS", type=_seconds, help="give up after so long")
    return tool


def main(words: Sequence[str] | None = None) -> int:
    """Runs the small tool; returns its exit code: 0, 1 when it was refused, 2 when it was asked wrongly."""
    asked_for = list(sys.argv[1:] if words is None else words)
    program: list[str] = []
    if asked_for[:1] == ["submit"] and "--" in asked_for:
        at = asked_for.index("--")
        asked_for, program = asked_for[:at], asked_for[at + 1 :]
    asked = _tool().parse_args(asked_for)
    asked.program = program
    try:
        code: int = asked.step(Farm(asked.master, data=asked.data), asked)
        sys.stdout.flush()
        return code
    except DrQueueError as error:
        _tell(error.message)
        return 2 if error.status == 400 else 1
    except BrokenPipeError:
        # A reader that has seen enough, as in `jobs | head -1`: what is left to write goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    for _stream in (sys.stdout, sys.stderr):
        cast("Any", _stream).reconfigure(errors="backslashreplace")
    sys.exit(main())
