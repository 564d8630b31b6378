"""Events: everything that can happen to a cluster. Times are nanoseconds of the scheduler's monotonic clock."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec


class HostJoined(msgspec.Struct, frozen=True):
    """A host offers slots. ``host`` is its name in the cluster, ``name`` that of the machine."""

    now: int
    host: str
    name: str
    pid: int
    slots: int
    memory_limit: int
    labels: frozenset[str]
    packages: Mapping[str, str]


class HostLeft(msgspec.Struct, frozen=True):
    """A host is gone, or cannot be reached."""

    now: int
    host: str
    reason: str


class ProgramJoined(msgspec.Struct, frozen=True):
    """A program will want workers, on hosts that have all its labels."""

    now: int
    program: str
    name: str
    pid: int
    labels: frozenset[str]


class ProgramLeft(msgspec.Struct, frozen=True):
    """A program has ended, died, or cannot be reached."""

    now: int
    program: str


class Asked(msgspec.Struct, frozen=True):
    """A program wants workers, under these names."""

    now: int
    program: str
    workers: tuple[str, ...]


class Returned(msgspec.Struct, frozen=True):
    """A program does not need a worker any more."""

    now: int
    program: str
    worker: str


class WorkerExited(msgspec.Struct, frozen=True):
    """A worker process of a host has ended."""

    now: int
    host: str
    lease: str
    reason: str
    running: int


class HostBeat(msgspec.Struct, frozen=True):
    """How a host is: its load in processors, the bytes that its workers use."""

    now: int
    host: str
    load: float
    memory: int


class ProgramBeat(msgspec.Struct, frozen=True):
    """How many workers a program could use now, and how many calls it has running."""

    now: int
    program: str
    wanted: int
    running: int


class Tick(msgspec.Struct, frozen=True):
    """Time has passed."""

    now: int


Event = (
    HostJoined
    | HostLeft
    | ProgramJoined
    | ProgramLeft
    | Asked
    | Returned
    | WorkerExited
    | HostBeat
    | ProgramBeat
    | Tick
)
