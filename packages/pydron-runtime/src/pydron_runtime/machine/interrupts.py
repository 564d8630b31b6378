"""Interrupts: what a signal handler raises (Ctrl-C), wherever the code of the main thread stands just then.

No operation of the program's has failed. The program stops where the sequential one would be, at the oldest entry.
"""

from __future__ import annotations


def is_interrupt(error: BaseException) -> bool:
    """Whether a signal has raised this, and no ``raise`` statement of the program's own."""
    if type(error) is not KeyboardInterrupt:
        return False
    from opcode import opmap  # needed for this rare question only

    entry = error.__traceback__
    while entry is not None and entry.tb_next is not None:
        entry = entry.tb_next
    return entry is None or entry.tb_frame.f_code.co_code[entry.tb_lasti] != opmap["RAISE_VARARGS"]
