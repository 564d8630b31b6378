"""What a stretch of code does to files, directories and the environment, by Python's audit events.

An audit hook cannot be removed again. So there is one for the whole process, which only passes on what happens while
somebody in the same thread is watching. It raises nothing, whatever happens.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import Any

from pydron_runtime.check.surroundings import is_of_library_file

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

_CHANGES = {
    "os.remove": "removes",
    "os.rename": "renames",
    "os.mkdir": "makes the directory",
    "os.rmdir": "removes the directory",
    "os.link": "links",
    "os.symlink": "links",
    "os.truncate": "truncates",
    "os.chmod": "changes the mode of",
    "os.chown": "changes the owner of",
    "os.utime": "changes the times of",
    "os.chdir": "changes the working directory to",
    "os.putenv": "sets the environment variable",
    "os.unsetenv": "removes the environment variable",
}
"""Audit event -> what it does to its first argument."""

_OF_FILES = frozenset(verb for event, verb in _CHANGES.items() if event not in ("os.chdir", "os.putenv", "os.unsetenv"))

_watchers = threading.local()
_installed: list[bool] = []


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that was done to a file, directory or variable.

    Attributes:
        verb: Such as ``writes the file``.
        name: Of the file, as an absolute path, or of the variable.
        file, line: The user's line that did it; "" and 0 where there is none.
        made: It was not there before.
    """

    verb: str
    name: str
    file: str
    line: int
    made: bool


class Deeds:
    """What was done while watching, in order, each deed once."""

    def __init__(self) -> None:
        self._done: dict[tuple[str, str], Deed] = {}

    def add(self, verb: str, name: str) -> None:
        """Something was done to a file or variable of this name, just now, in this thread."""
        if (verb, name) not in self._done:
            made = verb in ("writes the file", "makes the directory") and not os.path.lexists(name)
            self._done[verb, name] = Deed(verb, name, *_users_line(), made)

    def lasting(self) -> Iterator[Deed]:
        """What is left when the stretch has ended: a file that was made and removed again within it is nothing."""
        passing = {deed.name for deed in self._done.values() if deed.made and not os.path.lexists(deed.name)}
        for deed in self._done.values():
            if not (deed.name in passing and deed.verb in (*_OF_FILES, "writes the file")):
                yield deed


def _users_line() -> tuple[str, int]:
    """File and line of the innermost frame of code that belongs to no library."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if not is_of_library_file(frame.f_code.co_filename, str(frame.f_globals.get("__name__"))):
            return frame.f_code.co_filename, frame.f_lineno
        frame = frame.f_back
    return "", 0


@contextmanager
def watching() -> Iterator[Deeds]:
    """Collect what this thread does to files, directories and the environment."""
    if not _installed:
        _installed.append(True)
        sys.addaudithook(_hear)
    deeds = Deeds()
    stack: list[Deeds] = _watchers.__dict__.setdefault("stack", [])
    stack.append(deeds)
    try:
        yield deeds
    finally:
        stack.remove(deeds)


@contextmanager
def unwatched() -> Iterator[None]:
    """What happens inside is nobody's deed."""
    stack: list[Deeds] = _watchers.__dict__.setdefault("stack", [])
    kept, stack[:] = list(stack), []
    try:
        yield
    finally:
        stack[:] = kept


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event != "open" and event not in _CHANGES:
        return
    stack = getattr(_watchers, "stack", None)
    if not stack:
        return
    try:
        name = _name(arguments[0], event, arguments)
        if name is None or "__pycache__" in name or name == os.devnull:
            return
        verb = _CHANGES.get(event, "")
        if event == "open":
            mode, flags = arguments[1], arguments[2]
            if not (any(letter in mode for letter in "wax+") if isinstance(mode, str) else flags & _WRITING):
                return
            verb = "writes the file"
        stack[-1].add(verb, name)
    except Exception:  # an event of a shape that is not known here must not disturb the program
        return


_DIRECTORY: dict[str, int] = {
    "os.remove": 1,
    "os.rmdir": 1,
    "os.mkdir": 2,
    "os.rename": 2,
    "os.chmod": 2,
    "os.chown": 3,
}
"""Audit event -> which argument holds the descriptor of the directory that the path is relative to; -1 for none."""


def _name(given: Any, event: str, arguments: tuple[Any, ...]) -> str | None:
    if isinstance(given, int):
        return None  # a descriptor: whoever opened it was heard
    name = os.fsdecode(given)
    if event in ("os.putenv", "os.unsetenv"):
        return name
    place = _DIRECTORY.get(event)
    if place is not None and len(arguments) > place and isinstance(arguments[place], int) and arguments[place] >= 0:
        name = os.path.join(os.readlink(f"/proc/self/fd/{arguments[place]}"), name)
    return os.path.abspath(name)
