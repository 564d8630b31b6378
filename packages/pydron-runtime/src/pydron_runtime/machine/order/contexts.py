"""Contexts of exceptions: ``__context__`` as it would be if everything had run in program order.

Python gives an exception the one that is being handled where it is raised. The machine runs operations, and raises what
has failed, at other places than the program's; so what is handled *there* is taken off, and what was handled at the
operation's own place is put on.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from pydron import runner

if TYPE_CHECKING:
    from pydron_runtime.machine.order.entries import Entry

Result = TypeVar("Result")


def while_handling(handled: BaseException | None, run: Callable[[], Result]) -> Result:
    """What ``run()`` gives where an exception is being handled: a stack of its own knows of none."""
    if handled is None:
        return run()
    shown = handled.__traceback__
    try:
        raise handled
    except BaseException:
        handled.__traceback__ = shown
        return run()


def cut_context(error: BaseException, around: BaseException | None) -> None:
    """Take off the end of an exception's chain of contexts what was being handled where the machine stands."""
    if around is None:
        return
    seen = {id(error)}
    last = error
    while last.__context__ is not None and id(last.__context__) not in seen:
        if last.__context__ is around:
            last.__context__ = None
            return
        last = last.__context__
        seen.add(id(last))


def handled_at(failed: Entry) -> BaseException | None:
    """The exception that was being handled where an entry has failed, as it was there."""
    if failed.handled is not None:
        failed.handled.__traceback__ = runner.without_own_frames(failed.handled_at)
    return failed.handled


def end_context(error: BaseException, context: BaseException | None, handled: BaseException | None) -> None:
    """Give an exception the context that it has at its own place of the program.

    Args:
        context: The one with which it failed, elsewhere or earlier.
        handled: The exception that was being handled at that place; it stands at the end of the chain.
    """
    error.__context__ = None if context is error else context
    last, seen = error, {id(error)}
    while last.__context__ is not None and id(last.__context__) not in seen:
        last = last.__context__
        seen.add(id(last))
    if last.__context__ is None and handled is not None and id(handled) not in seen:
        last.__context__ = handled
