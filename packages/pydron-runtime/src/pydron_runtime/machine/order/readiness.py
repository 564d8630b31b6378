"""Readiness: going on when values are there, all the way down.

A pending value may turn out to be a container that itself holds pending values. What looks at it deeply has to wait for
those too; until then it counts as a reader, so that the code that runs ahead does not modify the container meanwhile.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.order.entries import Entry, State
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import SCALARS, is_immutable

if TYPE_CHECKING:
    from pydron_runtime.machine.machine import Machine


def when_there(machine: Machine, entry: Entry, wanted: Sequence[Any], then: Callable[[], None]) -> None:
    """Call ``then`` when every wanted value is there, and every one inside it; at once if they are.

    Args:
        entry: On whose behalf; it reads the values at its place in program order.
        wanted: Pending values, and containers that may hold some.
    """
    if entry.state is State.DROPPED:
        return
    missing: list[Pending] = []
    changeable: list[Any] = []
    for value in wanted:
        if type(value) is Pending:
            if not value.done:
                missing.append(value)
                continue
            while value.origin is not None:
                value = value.origin
            if value.load is not None:
                continue  # comes from a worker: there are no placeholders in it
            value = value.get()
            if type(value) not in SCALARS and not is_immutable(value):
                changeable.append(value)
        if value in machine.containers:
            inner = list(machine.containers.inside(value))
            if inner:
                missing += inner
                machine.claims.announce((value,), entry)
            else:
                machine.containers.fill_deep(value)
    if not missing:
        then()
        return
    if changeable:
        machine.claims.announce(tuple(changeable), entry)
    left = len(missing)

    def arrived(pending: Pending) -> None:
        nonlocal left
        left -= 1
        if not left:
            machine.ready.append(lambda: when_there(machine, entry, wanted, then))
        elif pending.load is None and not is_immutable(pending.value):
            # It may be an object that the program knows; what is wanted besides may take a while.
            machine.claims.announce((pending.value,), entry)

    for pending in missing:
        pending.waiters.append(functools.partial(arrived, pending))
