"""Results: how the value of a call that returned is had.

At once if it is small; when somebody looks at it if it is large, or if a worker holds it.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from pydron.errors import TaskLostError
from pydron.interrupts import let_through
from pydron_runtime.data import failures, payload, references
from pydron_runtime.data.output import Transcript
from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Failed, Lost, Skipped, Succeeded, Untransportable
from pydron_runtime.executors.base import Holder
from pydron_runtime.machine.calls.brought_forth import listening
from pydron_runtime.machine.effects.aside import make_room
from pydron_runtime.machine.order.contexts import cut_context
from pydron_runtime.machine.values.pending import Pending

if TYPE_CHECKING:
    from pydron_runtime.machine.machine import Machine
    from pydron_runtime.machine.order.entries import TaskEntry

Call = tuple[Callable[..., Any], Payload, Mapping[int, Pending]]
"""A function, its pickled arguments as they were at issue, and the pending values that these refer to."""


def _load(result: Payload, call: Call | None, own: bool = False) -> Any:
    """The value of a result that came from elsewhere."""
    try:
        return payload.load(result, own)
    except BaseException as error:  # whatever a class's unpickling raises: the call's own result is what counts
        let_through(error)
        if call is None:
            raise
        return _made(call, error)


def _made(call: Call, error: BaseException | None = None) -> Any:
    """The value of a call, made here because its result cannot travel."""
    with listening(Transcript()):  # what it puts out has come with the result
        value, failure = run_here(call)
    if failure is not None:
        raise failure from error
    return value


def run_here(call: Call) -> tuple[Any, BaseException | None]:
    """What a call gives, or raises, in the program."""
    callee, arguments, met = call
    with references.resolving(lambda number: met[number].get()):
        args, kwargs = payload.load(arguments)
    make_room()
    around = sys.exc_info()[1]
    try:
        return callee(*args, **kwargs), None
    except BaseException as error:
        cut_context(error, around)
        return None, error


class Results:
    """The results of one machine's tasks.

    Attributes:
        in_program: Tasks whose values the program alone has.
        read_elsewhere: Tasks to whose results other calls were given references.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.in_program: set[int] = set()
        self.read_elsewhere: set[int] = set()

    def drop(self, numbers: Iterable[int]) -> None:
        """These tasks will not be referred to again."""
        self.in_program.difference_update(numbers)
        self.read_elsewhere.difference_update(numbers)

    def settle(self, entry: TaskEntry, result: Payload) -> None:
        """Give the pending value of a call its value. What the placeholder keeps must not keep the call's operands:
        they would stay with the workers as long as it."""
        pending, number = entry.pending, entry.number
        call = (entry.callee, entry.arguments, entry.references)
        if result.held:
            pending.settle_later(lambda: self._fetched(number, None if call[2] else call))
        elif result.size < payload.READ_AT_ONCE:
            try:
                value = payload.load(result)
            except BaseException as error:  # the user's class refuses; it will do so again when somebody looks
                let_through(error)
                pending.settle_later(lambda: _load(result, call))
            else:
                pending.settle(value)
        else:
            operands = call[2]
            pending.settle_later(lambda: _load(result, None if operands else call, self._take(number)))

    def _fetched(self, number: int, call: Call | None) -> Any:
        """The value of a result that a worker holds. Blocks until it is here."""
        completion = cast(Holder, self._machine.executor).obtain(number)
        match completion:
            case Succeeded():
                return _load(completion.result, call)
            case Failed():
                raise failures.load_failure(completion.exception)[0]
            case Untransportable() if call is not None:
                return _made(call)
            case Lost() | Untransportable():
                raise TaskLostError(completion.reason)
            case Skipped():
                raise TaskLostError("A value that was lost with its worker could not be computed again.")

    def _take(self, number: int) -> bool:
        """A result is about to be loaded. Whether the program is the only one that will ever read it."""
        if number in self.read_elsewhere:
            return False
        self.in_program.add(number)
        return True
