"""Errors that leave generator expressions.

Python does not let a ``StopIteration`` out of a generator: it would look like the generator's end. It becomes the cause
of a ``RuntimeError``. The elements of a stream are computed by code that is no generator, or by calls that fail
elsewhere, so here the machine does the same.
"""

from __future__ import annotations

from types import TracebackType

from pydron import runner


class Raised:
    """An error on its way out.

    Attributes:
        error: What it is by now.
    """

    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def leaving(self, below: TracebackType | None) -> TracebackType | None:
        """The error leaves a generator, which is the first entry of ``below``. Gives the traceback that it has then.

        Python raises the other error outside of the generator, which stands in the traceback of the cause only.
        """
        stop = self.error
        if not isinstance(stop, StopIteration):
            return below
        self.error = _other(stop, below)
        self.error.__cause__ = self.error.__context__ = stop
        return None


def left_generator(stop: StopIteration) -> RuntimeError:
    """What a ``StopIteration`` becomes that the code of a stream has raised."""
    return _other(stop, runner.without_own_frames(stop.__traceback__))


def _other(stop: StopIteration, below: TracebackType | None) -> RuntimeError:
    stop.__traceback__ = below
    return RuntimeError("generator raised StopIteration")


def show_cause(error: BaseException) -> None:
    """Where Python itself has turned a ``StopIteration`` into an error: it shows no frames of Pydron's own either."""
    stop = error.__cause__
    if isinstance(stop, StopIteration) and isinstance(error, RuntimeError):
        stop.__traceback__ = runner.without_own_frames(stop.__traceback__)
