"""Files read twice: what a loop over the lines of a file will come to, found without touching the program's own file.

``for line in file`` takes each line when everything before has finished, because a file has a place that others can
see. While the program waits, the loop may look ahead: a file that lies on a disk can be opened again. Should its
content have changed, the guesses are in vain.
"""

from __future__ import annotations

import io
import os
import stat
from collections.abc import Iterator
from typing import Any


def lines_again(file: Any) -> Iterator[Any] | None:
    """The lines, or the pieces, that a file has yet to give; None where it is no plain file that is only read.

    Where nobody can tell its place, because some lines have been taken by ``next``, they begin at the first.
    """
    binary = file.buffer if type(file) is io.TextIOWrapper else file
    if type(binary) is not io.BufferedReader or type(binary.raw) is not io.FileIO or file.closed:
        return None
    if binary.raw.writable() or not isinstance(binary.name, (str, bytes)):
        return None
    try:
        there, here = os.stat(binary.name), os.fstat(binary.fileno())
    except OSError:
        return None
    if not stat.S_ISREG(here.st_mode) or (there.st_dev, there.st_ino) != (here.st_dev, here.st_ino):
        return None
    try:
        place = file.tell()
    except OSError:
        place = 0
    text = {"encoding": file.encoding, "errors": file.errors} if file is not binary else {}
    return _lines(binary.name, "r" if text else "rb", place, text)


def _lines(name: str | bytes, mode: str, place: int, text: dict[str, Any]) -> Iterator[Any]:
    with open(name, mode, **text) as again:
        again.seek(place)
        yield from again
