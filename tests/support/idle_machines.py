"""A machine that runs nothing by itself, for tests of its parts."""

from __future__ import annotations

from pydron.entry import Record
from pydron_runtime.machine.code import Code, code_of
from pydron_runtime.machine.machine import Machine
from pydron_runtime.machine.observer import Observer
from pydron_runtime.machine.order.frames import Frame
from pydron_runtime.testing.scripted import ScriptedExecutor


def nothing(x: object) -> object:
    return [x]


def some_code() -> Code:
    """Code of a function with a place or two."""
    code = code_of(Record(nothing, False))  # type: ignore[arg-type]
    assert code is not None
    return code


def idle_machine() -> Machine:
    """A machine whose main frame has begun and does nothing."""
    return Machine(ScriptedExecutor(), Observer(None), some_code())


def begin_frame(parent: Frame) -> Frame:
    """A deferred frame at the parent's present place, entered in its queue."""
    frame = Frame(parent.machine, parent, parent.next_order(), 0, parent.code, "region")
    parent.queue.append(frame)
    return frame
