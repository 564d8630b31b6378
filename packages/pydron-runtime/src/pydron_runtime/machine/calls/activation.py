"""Activations: how emitted functions and regions come to run, in line or deferred."""

from __future__ import annotations

import contextvars
import functools
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent

from pydron.headroom import SHALLOW, add_room, give_back, users_limit
from pydron_runtime.machine.calls import at_own_speed
from pydron_runtime.machine.calls.deferral import (
    is_deferrable_function,
    looked_up,
    may_defer,
    may_swallow,
    readable,
    stored_objects,
)
from pydron_runtime.machine.calls.pinning import pinned_code, surroundings
from pydron_runtime.machine.failures.attempts import UNBOUND
from pydron_runtime.machine.order.current import await_writers, current
from pydron_runtime.machine.order.entries import State
from pydron_runtime.machine.order.frames import Frame, Through
from pydron_runtime.machine.order.stores import MISSING
from pydron_runtime.machine.values.pending import Pending

if TYPE_CHECKING:
    from pydron.emit.regions import Deferrable
    from pydron.entry import Record
    from pydron_runtime.machine.code import Code
    from pydron_runtime.machine.machine import Machine


def choose(frame: Frame, site: int, number: int, function: Callable[..., Any], test: Any, *captures: Any) -> Any:
    """``if test: ... else: ...`` as a region: deferred as a whole if the test is not there yet."""
    test = current(frame, site, test)
    plan = frame.code.deferrable[number]
    if type(test) is Pending:
        received = dict(zip(plan.captures, captures))
        if may_defer(frame.code, plan.facts, received):
            child = _region_frame(frame, site, plan, received)

            def begin() -> None:
                if not child.machine.closed and child.state is State.OPEN:
                    child.start(lambda: function(child, test, *captures))

            test.waiters.append(lambda: frame.machine.ready.append(begin))
            return child.outputs
    return function(frame, test, *captures)


def loop(frame: Frame, site: int, number: int, function: Callable[..., Any], *captures: Any) -> Any:
    """A ``while`` loop, ``try`` or ``with`` as a region: begins at once, and is deferred from its first wait on."""
    machine = frame.machine
    plan = frame.code.deferrable[number]
    received = dict(zip(plan.captures, captures))
    unbound = any(received[name] is UNBOUND for name in plan.doubtful)
    if unbound or not may_defer(frame.code, plan.facts, received):
        return function(frame, *captures)
    if any(received[name] is UNBOUND for name in plan.swallowed) and may_swallow(frame.code, plan.facts, received):
        return function(frame, *captures)
    if machine.window.full and getcurrent() is machine.driver:
        machine.wait(frame, lambda: machine.window.has_room, site, "window")
    child = _region_frame(frame, site, plan, received)
    results = _begin(child, lambda: function(child, *captures))
    machine.poll()
    return results


def loop_over(frame: Frame, site: int, number: int, function: Callable[..., Any], iterable: Any, *captures: Any) -> Any:
    """A ``for`` loop as a region: deferred as a whole if what it goes through is not there yet."""
    iterable = current(frame, site, iterable)
    if type(iterable) is Pending and iterable.parts is None:
        plan = frame.code.deferrable[number]
        received = {**dict(zip(plan.captures, captures)), "": iterable}
        if may_defer(frame.code, plan.facts, received):
            child = _region_frame(frame, site, plan, received)
            return _begin(child, functools.partial(function, child, iterable, *captures))
    held = [iterable]
    del iterable  # this frame may be in the traceback of a failure, and would keep alive what only the loop has
    return function(frame, held.pop(), *captures)


_NESTED = 16
"""Deferred frames that begin within one another; those further in begin from the driver's, which is not as deep."""

_FRAMES = 50
"""One of them begins within another for so many frames of Python's that the limit of recursion allows: it takes ten."""


def _begin(child: Frame, run: Callable[[], tuple[Any, ...]]) -> tuple[Any, ...]:
    """Start a deferred frame; its results themselves if it finished without waiting."""
    values: list[tuple[Any, ...]] = []

    def keep() -> tuple[Any, ...]:
        result = run()
        values.append(result)
        return result

    if _nesting(child.machine) < min(_NESTED, users_limit() // _FRAMES):
        child.start(keep)
        return values[0] if values else child.outputs
    context = contextvars.copy_context()
    child.machine.ready.append(lambda: child.start(run, context))
    return child.outputs


def _nesting(machine: Machine) -> int:
    """How many deferred frames have begun within one another in the present stack."""
    here, count = getcurrent(), 0
    while here is not machine.driver and here.parent is not None:
        here, count = here.parent, count + 1
    return count


def _region_frame(frame: Frame, site: int, plan: Deferrable, received: Mapping[str, Any]) -> Frame:
    """A frame for a region that is being deferred, with its claims."""
    child = Frame(frame.machine, frame, frame.next_order(), site, frame.code, "region")
    child.outputs = tuple(Pending() for _ in plan.results)
    for name, output in zip(plan.results, child.outputs):
        output.fresh = name in plan.facts.counted
    for name in plan.facts.numbers:
        value = received[name]
        if type(value) is Pending and not value.done:
            value.writer = child
            frame.machine.changes_pending = True
    _reads(child, received.values())
    claims = frame.machine.claims
    stored = stored_objects(frame.code, plan.facts, received) or ()
    for target in stored:
        claims.claim(target, child)
    claims.announce(readable({**received, **looked_up(frame.code, plan.facts, received)}, stored), child)
    frame.queue.append(child)  # last: what cannot be begun, because the stack is full, must not be waited for
    return child


def _reads(child: Frame, values: Iterable[Any]) -> None:
    """A deferred frame reads pending values at its place in the program."""
    for value in values:
        if type(value) is Pending:
            value.read_by(child)
            child.machine.claims.announce(value.sources, child)


def deferred_call(frame: Frame, site: int, code: Code, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Frame:
    """A frame for a call, not begun yet, whose function has no effect but computing its result."""
    child = Frame(frame.machine, frame, frame.next_order(), site, code, "function")
    child.outputs = (Pending(),)
    child.code = pinned_code(code)
    for value in (*args, *kwargs.values()):
        await_writers(frame, site, value)
    received = {str(position): value for position, value in enumerate((*args, *kwargs.values()))}
    received.update(surroundings(child.code.record.function))
    _reads(child, received.values())
    frame.machine.claims.announce(readable(received), child)
    frame.queue.append(child)
    return child


def _functions_around(frame: Frame | None) -> int:
    """How many functions of the program's are under way where a frame's code stands."""
    count = 0
    while frame is not None:
        count += frame.kind == "function"
        frame = frame.frame
    return count


def enter(
    frame: Frame,
    site: int,
    record: Record,
    args: tuple[Any, ...],
    kwargs: Mapping[str, Any],
    through: Through | None = None,
) -> Any:
    """A call of a scheduled function: a frame of its own.

    Args:
        through: The line of the library's that makes the call.
    """
    from pydron_runtime.machine.code import code_of  # the two refer to each other
    from pydron_runtime.machine.operations.call import native

    code = code_of(record)
    if code is None or not code.accepts(args, kwargs):
        return native(frame, site, record.function, args, dict(kwargs))
    if len(frame.order) >= users_limit() <= _functions_around(frame):
        raise RecursionError("maximum recursion depth exceeded")
    if is_deferrable_function(record):
        sizes = None if through is not None else at_own_speed.sizes_of(record, code)
        result = MISSING if sizes is None else at_own_speed.run_short(frame, site, record, sizes, args, kwargs)
        if result is not MISSING:
            return result
        child = deferred_call(frame, site, code, args, kwargs)
        child.through = through
        with at_own_speed.measuring(child, sizes, args, kwargs):
            return _begin(child, lambda: (child.code.function(child, *args, **kwargs),))[0]
    deep = len(frame.order) >= SHALLOW
    if deep:
        add_room()
    child = Frame(frame.machine, frame, frame.next_order(), site, code, "function")
    child.through = through
    frame.queue.append(child)
    try:
        result = code.function(child, *args, **kwargs)
    except BaseException as error:
        child.finished = True
        child.kept = None
        child.state = State.DONE  # what it had begun retires; the error goes on in the caller
        frame.machine.observer.frame_finished(child, error)
        raise
    finally:
        if deep:
            give_back()
    child.finished = True
    child.kept = None
    child.state = State.DONE
    frame.machine.observer.frame_finished(child, None)
    return result
