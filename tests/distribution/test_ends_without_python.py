"""What Pydron keeps on the program's behalf ends without any code in Python.

An object ends wherever the program drops it, also when a signal (Ctrl-C, ``signal.alarm``) has come and its handler is
about to be called. It is called in whatever Python code runs next. In a finalizer, what it raises is lost.
"""

from __future__ import annotations

import dis
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest

from pydron import runner
from pydron_runtime.data import own_mappings, segments
from pydron_runtime.data.extents import SHARED_FROM
from pydron_runtime.data.output import Transcript, stand_ins
from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Succeeded
from pydron_runtime.data.versions import Versions
from pydron_runtime.transport.answers import Answers

on_linux = pytest.mark.skipif(not segments.host(), reason="there are no segments on this system")


def python_code_when_dropped(kept: list[Any]) -> list[str]:
    """Names of the functions that run when the last references to some objects go."""
    ran: list[str] = []

    def note(frame: Any, event: str, argument: object) -> None:
        if event == "call":
            ran.append(frame.f_code.co_qualname if sys.version_info >= (3, 11) else frame.f_code.co_name)

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        kept.clear()
    finally:
        sys.setprofile(before)
    return ran


def segment() -> segments.Segment:
    made = segments.make(memoryview(b"x" * SHARED_FROM))
    assert made is not None
    return made


def passed_string(versions: Versions) -> Payload:
    return versions.arguments(("y" * SHARED_FROM,), {})


@on_linux
def test_segments_and_mappings_of_them() -> None:
    versions = Versions(lambda: 0)
    made = segment()
    kept = [made, segments.mapped(made), own_mappings.map_own(segment()), passed_string(versions)]
    del made
    assert python_code_when_dropped(kept) == []


def test_stand_ins_for_streams() -> None:
    transcript = Transcript()
    kept = [*stand_ins(transcript)]
    print("x", file=kept[0])
    kept[0].buffer.write(b"y")
    assert python_code_when_dropped(kept) == []
    assert kept == [] and transcript


def test_code_that_was_emitted() -> None:
    kept = [compile("1", "<emitted>", "exec")]
    runner.show_as(kept[0], test_code_that_was_emitted.__code__)
    assert python_code_when_dropped(kept) == []


class Interrupt(BaseException):
    """Comes where a signal handler would be called."""


def interrupted_after_call(place: int, code: Callable[[], object]) -> bool:
    """Run some code, and raise when the call of this number has returned: there Python looks for signals, after calls
    of functions in C as well. False if there are not so many."""
    left = place
    previous = ""

    def trace(frame: Any, event: str, argument: object) -> Any:
        nonlocal left, previous
        frame.f_trace_opcodes = True
        if event == "call" and sys.version_info[:2] == (3, 12):
            sys.settrace(trace)  # it looks at the attribute only here
        if event == "opcode":
            left -= previous.startswith("CALL")
            previous = dis.opname[frame.f_code.co_code[frame.f_lasti]]
            if left < 0:
                sys.settrace(None)
                raise Interrupt
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        code()
        return False
    except Interrupt:
        return True
    finally:
        sys.settrace(before)


def obtain(answers: Answers) -> None:
    bell = answers.expect(1)
    answers.give(Succeeded(1, Payload(b""), "w", 0))
    answers.wait(1, bell)


def test_an_interrupt_after_any_call_leaves_no_lock_behind_on_the_way_to_a_value() -> None:
    came, place = True, 0
    while came:
        answers = Answers()
        came = interrupted_after_call(place, lambda answers=answers: obtain(answers))  # type: ignore[misc]
        other = threading.Thread(target=obtain, args=(answers,), daemon=True)
        other.start()
        other.join(10)
        assert not other.is_alive(), f"somebody waits for ever after an interrupt behind call {place}"
        place += 1
    assert place > 5
