"""Whether the program has file descriptors left. Without them no worker is reached, and a library ends the process."""

from __future__ import annotations

import os

NEEDED = 32
"""Descriptors that a pool needs in the program: sockets, their wake-up calls, modules that are being imported."""


def are_left(count: int = NEEDED) -> bool:
    """Whether so many descriptors can be opened now. Takes some microseconds; all are closed again."""
    opened: list[int] = []
    try:
        while len(opened) < count:
            opened.extend(os.pipe())
        return True
    except OSError:
        return False
    finally:
        for descriptor in opened:
            os.close(descriptor)
