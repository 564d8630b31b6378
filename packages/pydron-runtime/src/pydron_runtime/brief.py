"""Brief functions: scheduled functions whose calls are over before anybody could help, and run as they are written.

A call on the machine costs the program some hundred microseconds. A function that takes less than a few milliseconds,
and hands out nothing, gains nothing by that. So it runs as it is, at its own speed, once it is known that

* calls of it have handed out nothing, and every functional function that it can come to takes less time than handing
  out a call (:mod:`pydron_runtime.machine.calls.granularity`);
* its arguments, and what it reads from around it, are not much larger than those of the calls that were seen. How
  large is a matter of a few numbers (the *extent*), so that it takes next to no time.

How long it takes is still looked at. When it takes long after all, the machine is in charge again, and for longer each
time.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from operator import le
from types import BuiltinFunctionType, CellType, FunctionType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from pydron.analysis.reach import functional_functions
from pydron.config import Settings
from pydron_runtime.machine.calls.granularity import cost_of
from pydron_runtime.machine.calls.within_itself import run_within_itself
from pydron_runtime.machine.code import Code, code_of
from pydron_runtime.machine.values.safety import own_attributes

if TYPE_CHECKING:
    from pydron.entry import Record
    from pydron_runtime.machine.machine import Machine

    _Watch = Callable[[Machine], Callable[[], None]]

Extent = list[float]
"""How large values are: numbers that grow with what a function that is given them may have to do."""

LONG = 8_000_000
"""Nanoseconds; a call that takes so long is none for this. (A loop asks for ranges if it takes half as long.)"""

VERY_LONG = 64_000_000
"""Nanoseconds; no doubt is left."""

ON_MACHINE = 16_000_000
"""Nanoseconds; on the machine it may take so long, all told."""

_PATIENCE = 2
"""So many calls in a row have to be brief on the machine first; after each disappointment, several times as many."""

_GROWTH = 4

_MOST_PATIENT = 256

_SIZED = frozenset({list, tuple, range, dict, set, frozenset, str, bytes, bytearray})

_CALLABLE = (FunctionType, MethodType, BuiltinFunctionType, type)

_TINY = 1e-9
"""So that what is as good as nothing, many times, is still something."""

_LARGE = 1 << 40
"""The largest number that counts, and what True counts as: calls with a switch turned on are not like those without."""


class Brief:
    """What is known of a function that may be brief.

    Attributes:
        settings: Those under which calls that fit run as they are; None while that is not known.
    """

    __slots__ = ("_around", "_limit", "_patience", "_recursive", "_seen", "_still", "_surprised", "settings")

    def __init__(self, around: tuple[Callable[[], Any], ...]) -> None:
        self.settings: Settings | None = None
        self._around = around
        self._recursive = self._surprised = False
        self._seen: Extent = []
        self._limit: Extent = []
        self._patience = self._still = _PATIENCE

    def fits(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
        """Whether a call is not much larger than those that were seen."""
        limits = self._limit
        if kwargs or self._around:
            args = self._values(args, kwargs)
        if len(args) != len(limits):
            return False
        for value, limit in zip(args, limits):
            if type(value) is int:
                if not -limit <= value <= limit:
                    return False
            elif not _MEASURES.get(type(value), _number)(value) <= limit:
                return False
        return True

    def extent(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Extent:
        """The extent of a call's arguments, and of what the function reads around it. Runs no code of the user's."""
        return [_MEASURES.get(type(value), _number)(value) for value in self._values(args, kwargs)]

    def _values(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, ...]:
        return (*args, *kwargs.values(), *[read() for read in self._around])

    def run(self, record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
        """Run the function as it is. Raises what it raises."""
        began = time.perf_counter_ns()
        try:
            if self._recursive:
                return run_within_itself(record, args, kwargs)
            return record.as_written(*args, **kwargs)
        finally:
            took = time.perf_counter_ns() - began
            if took > LONG:
                self._took_long(took)
            elif self._surprised:
                self._surprised = False

    def _took_long(self, nanoseconds: int) -> None:
        """A call that ran as it is took long. Once may be the system's doing, which lets others run as well."""
        if nanoseconds < VERY_LONG and not self._surprised:
            self._surprised = True
            return
        self._patience = min(self._patience * _GROWTH, _MOST_PATIENT)
        self._forget()

    def _forget(self) -> None:
        self.settings = None
        self._surprised = False
        self._seen, self._limit = [], []
        self._still = self._patience

    def ran_on_machine(self, code: Code, chosen: Settings, extent: Extent, nanoseconds: int, issued: int) -> None:
        """A call of this extent ran on the machine.

        Args:
            code: The function's.
            issued: How many calls, and ranges of calls, were handed out or put off.
        """
        if issued or nanoseconds > ON_MACHINE or math.inf in extent:
            if len(extent) == len(self._limit) and all(map(le, extent, self._limit)):
                self._forget()
            return
        if len(extent) != len(self._seen):
            self._forget()
            self._seen = extent
        self._seen = list(map(max, self._seen, extent))
        self._limit = list(map(_somewhat_more, self._seen))
        self._still -= 1
        if self._still <= 0:
            self._decide(code, chosen)

    def _decide(self, code: Code, chosen: Settings) -> None:
        """Enough calls were brief. They will stay so as far as all functional functions are known to be short."""
        parameters = code.signature.parameters
        if any(named.captured and named.root in parameters and not named.attributes for named in code.callees):
            return  # it calls what it is given
        if _comes_to_short_calls_only(code.record.function):
            self._recursive = any(_is_own(named.root, code) for named in code.callees if not named.attributes)
            self.settings = chosen


def _comes_to_short_calls_only(function: FunctionType) -> bool:
    """Whether all functional functions that a function comes to are known to be short, and so are those of the methods
    that it may come to which have been called."""
    reached = functional_functions(function)
    if reached is None:
        return False
    named, methods = reached
    called = {one for one in methods if cost_of(one).calls}
    costs = [cost_of(one) for one in named | called]
    return bool(costs) and all(cost.is_short and cost.sizes is None for cost in costs)


def _is_own(name: str, code: Code) -> bool:
    """Whether a name in a function means what users call in its place."""
    try:
        return code.lookup(name) is code.record.entry
    except (LookupError, AttributeError):
        return False


def trial(
    record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any], chosen: Settings, watch: _Watch | None
) -> _Watch:
    """What looks whether a call on the machine is brief.

    Args:
        watch: What else is to be told of the machine.
    """
    if record.brief is None:
        record.brief = Brief(_around(record.function))
    brief: Brief = record.brief
    extent = brief.extent(args, kwargs)

    def begin(machine: Machine) -> Callable[[], None]:
        over = None if watch is None else watch(machine)
        began = time.perf_counter_ns()

        def end() -> None:
            code = code_of(record)
            if code is not None:
                took = time.perf_counter_ns() - began
                brief.ran_on_machine(code, chosen, extent, took, machine.tasks.issued)
            if over is not None:
                over()

        return end

    return begin


def _around(function: FunctionType) -> tuple[Callable[[], Any], ...]:
    """What reads the values around a function on which it may depend how much it has to do: no functions or classes."""
    found: list[Callable[[], Any]] = []
    namespace = function.__globals__
    for name in function.__code__.co_names:
        if name in namespace and not isinstance(namespace[name], (*_CALLABLE, ModuleType)):
            found.append(lambda name=name: namespace.get(name))  # type: ignore[misc]
    for cell in function.__closure__ or ():
        if not isinstance(_content(cell), (*_CALLABLE, ModuleType)):
            found.append(lambda cell=cell: _content(cell))  # type: ignore[misc]
    return tuple(found)


def _content(cell: CellType) -> Any:
    try:
        return cell.cell_contents
    except ValueError:
        return None


def _somewhat_more(number: float) -> float:
    return number + (number >> 2) + 2 if isinstance(number, int) else number * 1.25


def _ends(value: Any) -> float:
    """Of a sequence: how long it is, times what stands at its ends."""
    if not value:
        return 0
    first, last = value[0], value[-1]
    if type(first) is int and type(last) is int:
        return (len(value) + 1) * (abs(first) + abs(last) + 1)
    return (len(value) + 1) * (_number(first) + _number(last) + _TINY)


def _number(value: Any) -> float:
    """Of anything but a sequence, and of a sequence within one."""
    kind = type(value)
    if kind is int or kind is float:
        return min(abs(value), _LARGE)  # type: ignore[no-any-return]
    if kind in _SIZED:
        return len(value)
    if kind is bool:
        return _LARGE if value else 0
    if kind.__module__ == "numpy" and kind.__name__ == "ndarray":
        return int(value.size)
    if isinstance(value, _CALLABLE):
        return math.inf  # what it does may be anything
    return sum(map(_part, (own_attributes(value) or {}).values()))


def _part(value: Any) -> float:
    """Of what an object has in an attribute."""
    kind = type(value)
    if kind is int:
        return abs(value)  # type: ignore[no-any-return]
    return len(value) if kind in _SIZED else math.inf if isinstance(value, _CALLABLE) else 0


_MEASURES: dict[type, Callable[[Any], float]] = {
    **dict.fromkeys((int, float), abs),
    **dict.fromkeys(_SIZED, len),
    **dict.fromkeys((list, tuple, range), _ends),
}
