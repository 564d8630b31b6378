"""A head start: the nursery begins to import while the program still imports what talks to it."""

from __future__ import annotations

from dataclasses import dataclass

from pydron_runtime.transport import directory
from pydron_runtime.transport.nursery_link import NurseryLink


@dataclass(frozen=True, slots=True)
class HeadStart:
    """A nursery that was started before the driver was there.

    Attributes:
        home: The private directory of its socket.
        nursery: The program's end of it.
    """

    home: str
    nursery: NurseryLink


def endpoint_in(home: str) -> str:
    """The address of the scheduler's socket in a private directory."""
    return f"ipc://{home}/s"


def head_start(workers: int) -> HeadStart | None:
    """Start a nursery. None where that fails: the driver tries again, and tells what is wrong."""
    try:
        home = directory.make()
    except OSError:
        return None
    try:
        return HeadStart(home, NurseryLink(home, endpoint_in(home), workers))
    except OSError:
        directory.remove(home)
        return None
