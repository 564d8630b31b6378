"""Detaching: a command that goes on in the background once it has begun well."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable


def detach(log: str, patience: float) -> Callable[[str], None]:
    """Go on in a process of its own. Returns in that process only; to be called before there are threads.

    The process that was called waits until the returned function is called: with an empty text it ends with success,
    else it prints the text and ends with failure.

    Args:
        log: File for what is written from now on. It is made readable for this user only.
        patience: Seconds after which the waiting process gives up.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        os._exit(_waited_for(reader, patience))
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


def _waited_for(reader: int, patience: float) -> int:
    """Wait for word from the other process; the exit status of this one."""
    ready, _, _ = select.select([reader], [], [], patience)
    said = os.read(reader, 65536).decode() if ready else f"It did not begin within {patience:.0f} seconds."
    if said == "ok":
        return 0
    print(f"pydron: error: {said or 'It ended before it had begun.'}", file=sys.stderr, flush=True)
    return 1
