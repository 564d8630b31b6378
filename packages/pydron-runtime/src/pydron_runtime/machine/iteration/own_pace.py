"""Known functions that go through an iterable of the machine's at their own pace: ``Counter(f(x) for x in xs)``.

What such a function does with an element, and when it asks for the next one, is its own business. So it runs as it is,
on a generator that computes each element when it is asked for it. While that waits, the loop of the generator
expression asks for the calls of the next elements as guesses (:mod:`..ahead.speculation`); nothing else is ahead of the
function, so what it raises, and what it leaves unasked, is what it would be without the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from types import BuiltinFunctionType, FunctionType, MethodType, TracebackType
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.failures.attempts import Unwinding
from pydron_runtime.machine.order.current import settled
from pydron_runtime.machine.order.stores import MISSING
from pydron_runtime.machine.values.data import is_data

if TYPE_CHECKING:
    from pydron_runtime.machine.iteration.folding import Plain
    from pydron_runtime.machine.order.frames import Frame

_FUNCTIONS = (FunctionType, MethodType, BuiltinFunctionType)


class OneByOne(chain[Any]):
    """The elements of an iterable of the machine's as values, each when it is asked for."""

    __slots__ = ()


def one_by_one(frame: Frame, site: int, elements: Iterator[Any], tiers: Plain, changes: bool = False) -> Iterator[Any]:
    """The elements as values, each when it is asked for.

    Args:
        tiers: What they come from. Once they come at Python's own speed, so they do here.
        changes: Who asks may change something with each element: everything before has to have finished.
    """
    return OneByOne.from_iterable(_parts(frame, site, elements, tiers, changes))


def _parts(frame: Frame, site: int, elements: Iterator[Any], tiers: Plain, changes: bool) -> Iterator[Iterable[Any]]:
    for element in elements:
        if tiers.plain:
            yield (element,)
            yield tiers.stay_plain(elements)
            return
        value = settled(frame, site, element)
        if changes or not is_data(value):  # whoever takes it in may run code of the user's
            frame.machine.fence(frame, site, "PD302", type(value).__qualname__)
        yield (value,)


def at_own_pace(
    frame: Frame,
    site: int,
    callee: Any,
    args: tuple[Any, ...],
    kwargs: dict[str, Any],
    computes: Callable[[Any], bool] = lambda function: False,
) -> Any:
    """A call of a known function, some of whose arguments are generators of :func:`one_by_one`.

    MISSING where another argument may run code of the user's.

    Args:
        computes: Whether a function that it is given computes only.
    """
    args = tuple(settled(frame, site, value) for value in args)
    kwargs = {name: settled(frame, site, value) for name, value in kwargs.items()}
    for value in (*args, *kwargs.values()):
        if isinstance(value, _FUNCTIONS) and computes(value):
            continue
        if not (type(value) in (OneByOne, type) or is_data(value)):
            return MISSING
    begun = frame.next_order()
    try:
        return callee(*args, **kwargs)
    except Unwinding as unwinding:
        failed = frame.machine.failed if unwinding.attempt is None else unwinding.attempt.failed
        if failed is not None and failed.order >= begun:
            failed.asked = Asked(frame, site, tuple(_of_library(unwinding.__traceback__)))
        raise


@dataclass(frozen=True, slots=True)
class Asked:
    """A library function that had asked for an element of which a part failed.

    Attributes:
        frame, site: Of its call.
        entries: Those of the traceback that are in the library.
    """

    frame: Frame
    site: int
    entries: tuple[TracebackType, ...]

    def above(self, below: TracebackType | None) -> TracebackType | None:
        """A traceback with these entries in front."""
        for entry in reversed(self.entries):
            below = TracebackType(below, entry.tb_frame, entry.tb_lasti, entry.tb_lineno)
        return below


def _of_library(entry: TracebackType | None) -> Iterator[TracebackType]:
    """The entries between the call and the element."""
    entry = entry.tb_next if entry is not None else None  # the first is that of the call
    while entry is not None and entry.tb_frame.f_code is not _parts.__code__:
        yield entry
        entry = entry.tb_next
