"""Granularity: calls that take less time than handing them out run in the program.

What a function costs is measured as it runs, in the workers and in the program. A function whose calls are short runs
where the program is, at its own speed; when a call takes long after all, the next ones are handed out again.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from types import FunctionType
from typing import Any

from pydron.analysis.reach import is_recursive
from pydron.config import always
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.sizes import Sizes, size_of

SHORT = 90_000
"""Nanoseconds. Handing out a call and taking its result in costs the program some 60 µs of processor time, and a worker
some 25 µs (measured). On two cores that the program shares with its workers, shorter calls end sooner here."""

BRIEF = SHORT // 2
"""Nanoseconds that a call of nearly the same size has taken. This one may take twice as long, and is short even so."""

FAIRLY_SHORT = 2_000_000
"""Nanoseconds. Up to here calls are better made ahead, in ranges, where the loop allows it."""

SHORT_CALL = "The call takes less time than handing it to a worker."
"""Why a short call ran in the program."""

LONG = 200_000
"""Nanoseconds after which a iteration of a loop shows that its calls are to be handed out. (With ranges: VERY_LONG.)"""

VERY_LONG = 8_000_000
"""Nanoseconds after which a call, or a iteration of a loop with ranges, shows that its calls are to be handed out."""

_ENOUGH = 3
"""Calls that have to be measured before a function counts as short."""


class Cost:
    """What one function's calls take.

    Attributes:
        beneath: Calls have written to descriptors, beneath Python's streams. What they write in a worker comes out when
            they count; in the program it would at once. So they are not made ahead of others there.
        calls: How many were measured.
        mean: Nanoseconds, the recent ones weighing more.
        largest: Bytes of the largest result that came from a worker; None if none did.
        sizes: What calls of each size take, if the function is recursive.
        surprised: The last call that ran in the program took very long.
    """

    __slots__ = ("beneath", "calls", "largest", "mean", "sizes", "surprised")

    def __init__(self, sizes: Sizes | None = None) -> None:
        self.sizes = sizes
        self.beneath = False
        self.calls = 0
        self.surprised = False
        self.largest: int | None = None
        self.mean = 0.0

    @property
    def is_known(self) -> bool:
        """Whether enough calls were measured to tell what the next one takes, or its size does."""
        return self.calls >= _ENOUGH

    @property
    def is_short(self) -> bool:
        """Whether calls are better made where the program is."""
        return self.is_known and self.mean < SHORT and not self.beneath and not always()

    @property
    def is_fairly_short(self) -> bool:
        """Whether calls are better made in ranges than handed out one by one."""
        return self.is_known and self.mean < FAIRLY_SHORT and not self.beneath and not always()

    def is_short_call(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> bool:
        """Whether this call is better made where the program is."""
        sizes = self.sizes
        if sizes is None or not sizes.tell or self.beneath or always():
            return self.is_short
        if Pending in map(type, args) or Pending in map(type, kwargs.values()):
            return False
        expected = sizes.expected(size_of(args, kwargs))
        return expected is not None and expected < BRIEF

    def measured(self, nanoseconds: int) -> None:
        """A call took so long."""
        self.calls += 1
        # The first call of all loads what it needs, so that it tells nothing of the others.
        self.mean += (nanoseconds - self.mean) / min(max(self.calls - 1, 1), 20)

    def returned(self, size: int) -> None:
        """A result of so many bytes came from a worker."""
        self.largest = max(size, self.largest or 0)

    def ran_in_program(self, nanoseconds: int) -> None:
        """A call that ran in the program took so long."""
        if nanoseconds <= VERY_LONG:
            self.surprised = False
            self.measured(nanoseconds)
        elif not self.surprised:
            self.surprised = True  # once may be the system's doing, or another thread's
        else:
            self.surprised = False
            self.calls = 0  # measure anew, in the workers


_costs: dict[int, tuple[weakref.ref[Any], Cost]] = {}
"""By the identity of the function, as long as it exists: each call asks several times, and no code of the user's."""


def cost_of(function: Callable[..., Any]) -> Cost:
    """What is known of a function's cost in this process."""
    known = _costs.get(id(function))
    return _first_asked(function) if known is None else known[1]


def _first_asked(function: Callable[..., Any]) -> Cost:
    cost = Cost(Sizes() if type(function) is FunctionType and is_recursive(function) else None)
    key = id(function)

    def forget(_: object, costs: dict[int, Any] = _costs) -> None:  # a default: at the very end, names mean nothing
        costs.pop(key, None)

    try:
        _costs[key] = weakref.ref(function, forget), cost
    except TypeError:
        pass  # it cannot be referred to weakly
    return cost
