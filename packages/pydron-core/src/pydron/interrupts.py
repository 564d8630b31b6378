"""Interrupts: what a signal handler raises, wherever the code of the main thread stands just then.

Ctrl-C is one, a limit of time kept by ``signal.alarm`` another. No operation of the program's has failed, and no code
that expects failures may take it for one. The program stops where the sequential one would be, at the oldest entry.
"""

from __future__ import annotations

from types import CodeType
from typing import Any


def is_interrupt(error: BaseException) -> bool:
    """Whether a signal handler has raised this, and not the code that the signal has met."""
    through: list[CodeType] = []
    entry = error.__traceback__
    last = None
    while entry is not None:
        last, entry = entry, entry.tb_next
        through.append(last.tb_frame.f_code)
    if type(error) is KeyboardInterrupt:
        from opcode import opmap  # needed for this rare question only

        # Python's own handler has no frame: what stands last was doing something else.
        if last is None or last.tb_frame.f_code.co_code[last.tb_lasti] != opmap["RAISE_VARARGS"]:
            return True
    return bool(through) and not _handlers().isdisjoint(through)


def let_through(error: BaseException) -> None:
    """To be called by whoever goes on after any failure: an interrupt is raised again."""
    if is_interrupt(error):
        raise error


def _handlers() -> set[CodeType]:
    """Code of the functions that handle signals now."""
    # The module `signal` makes names of numbers, which takes a hundred times as long.
    import _signal  # type: ignore[import-not-found]

    found = set()
    for number in range(1, _signal.NSIG):
        code = _code_of(_signal.getsignal(number))
        if code is not None:
            found.add(code)
    return found


def _code_of(handler: Any) -> CodeType | None:
    """The Python code that runs first when a handler is called; None for one in C, or for none at all."""
    if not callable(handler):
        return None
    handler = getattr(handler, "func", handler)  # of a partial
    handler = getattr(handler, "__func__", handler)
    if not hasattr(handler, "__code__"):
        handler = vars(type(handler)).get("__call__")
    code = getattr(handler, "__code__", None)
    return code if isinstance(code, CodeType) else None
