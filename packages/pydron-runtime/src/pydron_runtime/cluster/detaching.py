"""Detaching: a command that goes on in the background once it has begun well."""

from __future__ import annotations

import os
import select
import signal
import sys
from collections.abc import Callable

LEAVE = 5.0
"""Seconds that a process which has not begun well has to end, before it is killed."""


def detach(log: str, patience: float, late: str) -> Callable[[str], None]:
    """Go on in a process of its own. Returns in that process only; to be called before there are threads.

    The process that was called waits until the returned function is called: with an empty text it ends with success,
    else it prints the text and ends with failure.

    Args:
        log: File for what is written from now on. It is made readable for this user only.
        patience: Seconds after which the waiting process gives up, and ends the other one.
        late: What it says then.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        os._exit(_waited_for(reader, child, patience, late))
    os.close(reader)
    os.setsid()
    nowhere = os.open(os.devnull, os.O_RDONLY)
    written = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for descriptor, place in ((nowhere, 0), (written, 1), (written, 2)):
        os.dup2(descriptor, place)
    os.close(nowhere)
    os.close(written)

    told = False

    def tell(problem: str) -> None:
        nonlocal told
        if not told:
            told = True
            os.write(writer, (problem or "ok").encode())
            os.close(writer)

    return tell


def _waited_for(reader: int, child: int, patience: float, late: str) -> int:
    """Wait for word from the other process; the exit status of this one."""
    if _is_told(reader, patience):
        said = os.read(reader, 65536).decode()
    else:
        said = late
        os.kill(child, signal.SIGTERM)  # it is still our child: the number is not another's
        if not _is_told(reader, LEAVE):
            os.kill(child, signal.SIGKILL)
    if said == "ok":
        return 0
    print(f"pydron: error: {said or 'It ended before it had begun.'}", file=sys.stderr, flush=True)
    return 1


def _is_told(reader: int, patience: float) -> bool:
    """Whether the other process says something, or ends, in time."""
    return bool(select.select([reader], [], [], patience)[0])
