"""A bell: what one thread waits for and others ring, whatever signals interrupt them meanwhile.

``threading.Event`` and ``Condition`` take their locks in Python code. An interrupt (Ctrl-C) that is raised in there
leaves them locked for good, and whoever comes next waits for ever. A lock by itself, in C, is taken or is not.
"""

from __future__ import annotations

from _thread import allocate_lock


class Bell:
    """Is rung once, or many times before somebody listens: that is the same."""

    __slots__ = ("_silence",)

    def __init__(self) -> None:
        self._silence = allocate_lock()
        self._silence.acquire()

    def ring(self) -> None:
        """Wake who waits, or who will wait next."""
        try:
            self._silence.release()
        except RuntimeError:
            pass  # it has been rung, and nobody has heard it yet

    def wait(self, timeout: float | None = None) -> bool:
        """Block until it is rung, or has been since the last time. False after ``timeout`` seconds.

        Raises:
            BaseException: What a signal handler raises. A ring may then be lost.
        """
        return self._silence.acquire(timeout=-1 if timeout is None else timeout)
