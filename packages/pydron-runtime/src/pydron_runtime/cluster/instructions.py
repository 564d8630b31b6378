"""Instructions: everything that a cluster can want done. A lease is named ``PROGRAM/WORKER``."""

from __future__ import annotations

import msgspec


class StartWorker(msgspec.Struct, frozen=True):
    """Have a host start a worker."""

    host: str
    lease: str


class EndWorker(msgspec.Struct, frozen=True):
    """Have a host end a worker."""

    host: str
    lease: str


class TellShare(msgspec.Struct, frozen=True):
    """Tell a program how many workers it may have, of how many."""

    program: str
    size: int
    total: int


class TellGone(msgspec.Struct, frozen=True):
    """Tell a program that a worker is gone; ``died`` if the process ended by itself."""

    program: str
    worker: str
    reason: str
    running: int
    died: bool


class Introduce(msgspec.Struct, frozen=True):
    """Tell a program about a host on which it gets its first worker."""

    program: str
    host: str


Instruction = StartWorker | EndWorker | TellShare | TellGone | Introduce
