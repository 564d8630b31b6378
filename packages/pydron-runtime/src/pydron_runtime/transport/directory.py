"""The private directory that holds the sockets of one pool: only this user can enter it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

LONGEST = 100
"""Bytes that the path of a Unix socket may have (the system's limit is a little above)."""

PREFIX = "pydron-"


ATTEMPTS = 100
"""Names that are tried in one place: random ones, so that the second is never needed as a rule."""


def _places() -> Iterator[str | None]:
    """Where a directory may be made, best first.

    What `tempfile` knows comes last: it takes long to import, and the first worker waits for this.
    """
    for variable in ("XDG_RUNTIME_DIR", "TMPDIR", "TEMP", "TMP"):
        yield os.environ.get(variable)
    yield from ("/tmp", "/var/tmp")
    import tempfile

    yield tempfile.gettempdir()


def _fitting_places() -> Iterator[str]:
    """Those whose paths leave room for the name of a socket."""
    for parent in _places():
        if parent and len(os.fsencode(os.path.abspath(parent))) + len(PREFIX) + 20 <= LONGEST:
            yield parent


def _new_path(parent: str) -> str:
    return os.path.join(os.path.abspath(parent), PREFIX + os.urandom(6).hex())


def likely() -> str | None:
    """Path of a directory that can probably be made; None if there is no place for one."""
    return next((_new_path(each) for each in _fitting_places() if os.access(each, os.W_OK | os.X_OK)), None)


def _make_in(parent: str) -> str:
    for _ in range(ATTEMPTS):
        path = _new_path(parent)
        try:
            os.mkdir(path, 0o700)
        except FileExistsError:
            continue
        return path
    raise FileExistsError(f"no name is free in {parent}")


def make() -> str:
    """A new directory, mode 0700, whose path leaves room for the name of a socket.

    Raises:
        OSError: None of the usual places can be written to.
    """
    failure: OSError | None = None
    for parent in _fitting_places():
        try:
            return _make_in(parent)
        except OSError as error:
            failure = error
    raise failure or OSError("no directory has a path short enough for a socket")


def remove(directory: str) -> None:
    """Remove it and what is in it. What is gone already, or cannot be removed, is passed over."""
    for folder, folders, files in os.walk(directory, topdown=False):
        for name in files:
            _quietly(os.unlink, os.path.join(folder, name))
        for name in folders:
            _quietly(os.rmdir, os.path.join(folder, name))
    _quietly(os.rmdir, directory)


def _quietly(action: Callable[[str], None], path: str) -> None:
    try:
        action(path)
    except OSError:
        pass
