"""The private directory that holds the sockets of one pool: only this user can enter it."""

from __future__ import annotations

import os
import shutil
import tempfile

LONGEST = 100
"""Bytes that the path of a Unix socket may have (the system's limit is a little above)."""

PREFIX = "pydron-"


def make() -> str:
    """A new directory, mode 0700, whose path leaves room for the name of a socket.

    Raises:
        OSError: None of the usual places can be written to.
    """
    failure: OSError | None = None
    for parent in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp", "/var/tmp"):
        if not parent or len(os.fsencode(parent)) + len(PREFIX) + 16 > LONGEST:
            continue
        try:
            return tempfile.mkdtemp(prefix=PREFIX, dir=parent)
        except OSError as error:
            failure = error
    raise failure or OSError("no directory has a path short enough for a socket")


def remove(directory: str) -> None:
    """Remove it and what is in it. What is gone already is fine."""
    shutil.rmtree(directory, ignore_errors=True)
