"""Census: what a program has of the system's things, counted through /proc, and which of its processes are Pydron's."""

from __future__ import annotations

import os
import tempfile
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Census:
    """One count. Megabytes are of resident memory; 0 where there is no such process.

    Attributes:
        processes: Descendants of the program, without zombies.
        zombies: Descendants that have ended and wait to be noticed.
        descriptors: Of the program.
        threads: Of the program.
        shared: Entries of ``/dev/shm``.
        files: Entries of the directory for temporary files.
        program: Megabytes of the program.
        nursery: Megabytes of the process that starts workers.
        worker: Megabytes of the largest worker.
    """

    processes: int
    zombies: int
    descriptors: int
    threads: int
    shared: int
    files: int
    program: float
    nursery: float
    worker: float

    def leftovers(self, before: Census) -> list[str]:
        """What there is more of than before, memory aside."""
        now, then = asdict(self), asdict(before)
        names = ("processes", "zombies", "descriptors", "threads", "shared", "files")
        return [f"{name}: {then[name]} before, {now[name]} now" for name in names if now[name] > then[name]]


def stat(pid: int) -> tuple[str, int] | None:
    """State and parent of a process; None if it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as stream:
            fields = stream.read().rpartition(")")[2].split()
    except OSError:
        return None
    return fields[0], int(fields[1])


def children_of(pid: int) -> list[int]:
    """Processes whose parent is this one, zombies included."""
    found = []
    for name in os.listdir("/proc"):
        if name.isdigit():
            known = stat(int(name))
            if known is not None and known[1] == pid:
                found.append(int(name))
    return found


def descendants_of(pid: int) -> list[int]:
    """Processes that a process has started, and theirs, zombies included."""
    found: list[int] = []
    todo = [pid]
    while todo:
        children = children_of(todo.pop())
        found += children
        todo += children
    return found


def nurseries(program: int) -> list[int]:
    """The living nurseries of a program."""
    return [pid for pid in children_of(program) if b"transport.nursery" in _command(pid) and _lives(pid)]


def workers(program: int) -> list[int]:
    """The living workers of a program. (Processes that calls have started are children of workers.)"""
    return [worker for nursery in nurseries(program) for worker in children_of(nursery) if _lives(worker)]


def megabytes(pid: int) -> float:
    """Resident memory of a process; 0 if it is gone."""
    try:
        with open(f"/proc/{pid}/statm") as stream:
            return int(stream.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    except OSError:
        return 0.0


def census() -> Census:
    """Count now."""
    program = os.getpid()
    states = [known[0] for pid in descendants_of(program) if (known := stat(pid)) is not None]
    zombies = states.count("Z")
    return Census(
        processes=len(states) - zombies,
        zombies=zombies,
        descriptors=len(os.listdir("/proc/self/fd")) - 1,
        threads=len(os.listdir("/proc/self/task")),
        shared=len(os.listdir("/dev/shm")) if os.path.isdir("/dev/shm") else 0,
        files=len(os.listdir(tempfile.gettempdir())),
        program=round(megabytes(program), 1),
        nursery=round(max(map(megabytes, nurseries(program)), default=0.0), 1),
        worker=round(max(map(megabytes, workers(program)), default=0.0), 1),
    )


def _command(pid: int) -> bytes:
    try:
        with open(f"/proc/{pid}/cmdline", "rb") as stream:
            return stream.read()
    except OSError:
        return b""


def _lives(pid: int) -> bool:
    known = stat(pid)
    return known is not None and known[0] not in ("Z", "X")
