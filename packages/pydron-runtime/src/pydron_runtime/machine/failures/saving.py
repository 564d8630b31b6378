"""Saving: keeps calls that have failed in the trace, as long as they are not too large, so that they can be repeated.

See docs/adr/0019. Nothing here may fail: the program is about to hear of its own error.
"""

from __future__ import annotations

import os
import sys
import weakref
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from pydron.interrupts import let_through
from pydron_runtime.data import functions, payload, references
from pydron_runtime.data.payload import Payload, TransportError
from pydron_runtime.data.saved_calls import Pickled, SavedCall, encode, pickled
from pydron_runtime.machine.order.entries import TaskEntry
from pydron_runtime.machine.values.pending import Pending, reference_of
from pydron_runtime.machine.values.previews import preview

if TYPE_CHECKING:
    from pydron_runtime.data.tasks import Function
    from pydron_runtime.recording import Recorder

MOST_BYTES = 16_000_000
"""Of one call."""

MOST_IN_ALL = 64_000_000
"""Of all calls that one trace keeps."""

MOST_CALLS = 200
"""So many calls of one trace are looked at: a program may expect failures, and go on."""


class _Room:
    """How much a trace may still keep."""

    def __init__(self) -> None:
        self.bytes = MOST_IN_ALL
        self.calls = MOST_CALLS


_rooms: weakref.WeakKeyDictionary[Recorder, _Room] = weakref.WeakKeyDictionary()


class _TooLarge(Exception):
    """The call is not kept; the argument says why."""


def keep_task(recorder: Recorder, entry: TaskEntry) -> None:
    """Keep a task that has failed."""
    _keep(recorder, entry.number, lambda: (entry.function, entry.arguments, entry.references))


def keep_call(
    recorder: Recorder, number: int, callee: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any]
) -> None:
    """Keep a functional call that ran in the program and has failed."""

    def parts() -> tuple[Function, Payload, Mapping[int, Pending]]:
        function = functions.function_of(callee)
        with references.collecting() as met:
            arguments = payload.dump((args, dict(kwargs)), "arguments")
        return function, arguments, {reference_of(pending): pending for pending in met}

    _keep(recorder, number, parts)


def _keep(
    recorder: Recorder, number: int, parts: Callable[[], tuple[Function, Payload, Mapping[int, Pending]]]
) -> None:
    try:
        room = _rooms.setdefault(recorder, _Room())
        if room.calls <= 0:
            return
        room.calls -= 1
        limit = min(MOST_BYTES, room.bytes)
        function, arguments, met = parts()
        size = len(function.blob) + arguments.size
        _check(size, limit)
        values: dict[int, Pickled] = {}
        for reference, value in _values(met):
            size += value.size
            _check(size, limit)
            values[reference] = pickled(value)
        python = f"{sys.version_info[0]}.{sys.version_info[1]}"
        saved = SavedCall(
            function.name, function.blob, pickled(arguments), values, python, tuple(map(str, sys.path)), _directory()
        )
        data = encode(saved)
        _check(len(data), limit)
        room.bytes -= len(data)
        recorder.save_call(number, data, "", _preview(arguments, met))
    except _TooLarge as reason:
        recorder.save_call(number, None, str(reason))
    except TransportError as problem:
        recorder.save_call(number, None, str(problem))
    except BaseException as problem:  # a class of the user's may refuse in any way
        let_through(problem)
        recorder.save_call(number, None, f"The call cannot be serialised ({type(problem).__name__}).")


def _preview(arguments: Payload, met: Mapping[int, Pending]) -> str:
    """The arguments with the values that they refer to; "" where no value was missing when the call was issued."""
    if not met:
        return ""
    with references.resolving(lambda number: met[number].get()):
        args, kwargs = payload.load(arguments)
    return preview(args, kwargs)


def _values(met: Mapping[int, Pending]) -> Iterator[tuple[int, Payload]]:
    for number, pending in met.items():
        if not pending.done:  # the call failed without it: its worker died, say
            raise _TooLarge("One of the results that the call needs was not there when it failed.")
        yield number, payload.dump(pending.get(), "arguments")


def _check(size: int, limit: int) -> None:
    if size > limit:
        kept = f"of one call {MOST_BYTES // 1_000_000} MB are kept, and {MOST_IN_ALL // 1_000_000} MB in all"
        raise _TooLarge(f"The function and its arguments take more than there is room for: {kept}.")


def _directory() -> str:
    try:
        return os.getcwd()
    except OSError:  # removed meanwhile
        return ""
