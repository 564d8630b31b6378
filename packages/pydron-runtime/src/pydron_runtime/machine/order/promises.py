"""Promises: values that are not there yet, but are known to be the results of tasks.

The placeholder of a deferred call follows that of a task from the moment at which its code has returned the latter. A
call that is given the former can be handed out then; its operand need not come by the program.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from pydron_runtime.machine.order.entries import State, TaskEntry
from pydron_runtime.machine.order.readiness import when_there
from pydron_runtime.machine.values.pending import Pending

if TYPE_CHECKING:
    from pydron_runtime.machine.machine import Machine


def promised_task(pending: Pending) -> int | None:
    """The task whose result a pending value is, or will be; None if it has come to the program, or none is known."""
    if pending.done:
        return pending.task if pending.is_remote else None
    source = pending.source
    return source.task if source.writer is None else None


def when_promised(machine: Machine, entry: TaskEntry, wanted: Sequence[Pending], then: Callable[[], None]) -> None:
    """Call ``then`` when each wanted value is there, or promised by a task that the executor has; at once if they are.

    It may be called although the entry was submitted meanwhile, and not at all if one of the values is no task's.
    """
    if entry.state is not State.OPEN or entry.by_value or machine.closed:
        return
    again = functools.partial(when_promised, machine, entry, wanted, then)
    outstanding = machine.tasks.outstanding
    for pending in wanted:
        if pending.done:
            continue
        number = promised_task(pending)
        if number is None:
            pending.source.when_followed(again)
            return
        producer = outstanding.get(number)
        if producer is not None and not producer.submitted:
            producer.followers.append(lambda: machine.ready.append(again))
            return
        if number in machine.tasks.results.in_program:
            return  # it is there, or will be, by the program
    when_there(machine, entry, [pending for pending in wanted if pending.done], then)
