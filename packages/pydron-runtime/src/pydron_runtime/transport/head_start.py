"""A head start: the nursery begins to import while the program still imports what talks to it."""

from __future__ import annotations

import os
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
    """Start a nursery. None where that fails: the driver tries again, and tells what is wrong.

    The directory is made when there is somebody who will remove it, should the program be killed at the next moment.
    """
    home = directory.likely()
    if home is None:
        return None
    try:
        nursery = NurseryLink(home, endpoint_in(home), workers)
    except OSError:
        return None
    try:
        os.mkdir(home, 0o700)
    except OSError:
        nursery.end()
        return None
    return HeadStart(home, nursery)
