"""Behind the entries of a traceback that were made: frames of Pydron's, which must not keep what the program drops.

A made entry has a frame, and that one's callers are the functions that made it, up to the program's own. Python keeps
their frames with all their variables as long as the traceback. With the error among these it would be a part of a
cycle, and everything that the user's frames hold would live until the garbage collector comes by.
"""

from __future__ import annotations

from pydron.runner import is_own


def let_go_behind(error: BaseException) -> None:
    """Drop what frames of Pydron's hold that have finished, and stand behind the entries of an error's traceback."""
    entry = error.__traceback__
    while entry is not None:
        behind = entry.tb_frame.f_back
        while behind is not None and is_own(behind.f_code):
            try:
                behind.clear()
            except RuntimeError:  # it is being executed
                break
            behind = behind.f_back
        entry = entry.tb_next
