"""What a run has cost, as people read it below the annotated source."""

from __future__ import annotations

from collections.abc import Iterable

from pydron.explain.measured import CallCost, Measured, WaitCost, duration
from pydron.explain.reasons import page_of
from pydron.ir.printer import one_line


def measured_lines(measured: Measured) -> Iterable[str]:
    """The lines of the section."""
    yield f"in the run {one_line(measured.trace)}, which took {duration(measured.seconds)}:"
    if measured.remark:
        yield f"    {measured.remark}"
    points = [wait for wait in measured.waits if wait.sync_point]
    others = [wait for wait in measured.waits if not wait.sync_point]
    yield "    what made the program wait, the most costly first:" if points else "    nothing made the program wait."
    for wait in points:
        yield f"        {_cost(wait, measured)}"
        yield f"            To do: {one_line(wait.hint)}"
        if wait.code.startswith("PD"):
            yield f"            More: {page_of(wait.code)}"
    if others:
        yield "    besides, it waited for the work itself:"
        yield from (f"        {_cost(wait, measured)}" for wait in others)
    if measured.calls:
        yield "    functional calls:"
        yield from (f"        {_call(call)}" for call in measured.calls)


def _cost(wait: WaitCost, measured: Measured) -> str:
    share = f" ({wait.seconds / measured.seconds:.0%})" if measured.seconds > 0 else ""
    times = "once" if wait.count == 1 else f"{wait.count} times, {duration(wait.longest)} at most"
    code = f"{wait.code} " if wait.code.startswith("PD") else ""
    what = f": {one_line(wait.what)}" if wait.what else ""
    return f"{duration(wait.seconds)}{share} at line {wait.line}, {times}: {code}{wait.title}{what}"


def _call(call: CallCost) -> str:
    number = f"{call.calls} call{'' if call.calls == 1 else 's'}"
    failed = f", {call.failed} failed" if call.failed else ""
    mean = "none has ended" if call.mean is None else f"{duration(call.mean)} mean"
    if call.in_program == 0:
        where = "in workers"
    elif call.in_program == call.calls:
        where = f"ran in the program itself. {call.why}"
    else:
        where = f"{call.in_program} of them ran in the program itself. {call.why}"
    return f"line {call.line}: {one_line(call.function)}: {number}{failed}, {mean}, {where}".rstrip()
