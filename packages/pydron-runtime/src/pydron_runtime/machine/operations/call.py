"""Calls: the callee is looked up when the program gets there, and decides what the call is.

Functional: a task. Scheduled: a frame of its own, deferred if everything in it has an effect known in advance. Known
to be pure: an operation. Anything else: a sync-point.
"""

from __future__ import annotations

import functools
import operator
import time
from collections import deque
from types import BuiltinFunctionType, FunctionType, MethodType, MethodWrapperType
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent

from pydron.analysis.library import FORBIDDEN_KEYWORDS
from pydron.analysis.output import is_output
from pydron.analysis.purity import (
    MUTATING,
    PURE_METHOD_NAMES,
    is_known_pure,
    is_lazy,
    is_pure_method,
    method_writes_into,
)
from pydron.marks import is_functional, scheduled_record
from pydron_runtime.data.payload import TransportError
from pydron_runtime.machine.calls.activation import enter
from pydron_runtime.machine.calls.brought_forth import call_in_turn, short_call
from pydron_runtime.machine.calls.granularity import SHORT_CALL, Cost, cost_of
from pydron_runtime.machine.calls.straight import may_enter
from pydron_runtime.machine.calls.tasks import tell_once
from pydron_runtime.machine.calls.undecorated import MOST_WITHIN, called_by_class, is_entered, record_of, verdict_now
from pydron_runtime.machine.effects.call_forms import method_call
from pydron_runtime.machine.effects.callers import as_written, called
from pydron_runtime.machine.effects.putting_off import all_safe, put_off
from pydron_runtime.machine.effects.turns import look
from pydron_runtime.machine.failures.entering import is_known_manager
from pydron_runtime.machine.iteration.lent import is_fed
from pydron_runtime.machine.iteration.own_pace import at_own_pace
from pydron_runtime.machine.operations.access import attribute
from pydron_runtime.machine.operations.construct import construct
from pydron_runtime.machine.operations.draw import draw, drawing, is_generator
from pydron_runtime.machine.operations.known import gone_through, inferred, known, lazily, partially
from pydron_runtime.machine.operations.modify import modify
from pydron_runtime.machine.operations.output import put_out
from pydron_runtime.machine.operations.pure import pure
from pydron_runtime.machine.operations.store import set_attribute
from pydron_runtime.machine.operations.using_up import following, given_one_by_one
from pydron_runtime.machine.order.current import await_writers, await_writers_inside, current, settled, value_of
from pydron_runtime.machine.order.stores import MISSING, owner_of
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import (
    CONTAINERS,
    MAPPINGS,
    SCALARS,
    is_immutable,
    is_safe,
    is_safe_type,
    name_of,
    runs_user_code_for_attribute,
)
from pydron_runtime.machine.values.sizes import size_of

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame


def call(frame: Frame, site: int, callee: Any, /, *args: Any, **kwargs: Any) -> Any:
    """``callee(*args, **kwargs)``."""
    callee = value_of(frame, site, callee)
    kind = type(callee)
    if kind is FunctionType or kind is MethodType:
        if is_functional(callee):
            return issue(frame, site, callee, args, kwargs)
        record = scheduled_record(callee)
        if record is not None:
            if kind is MethodType:
                args = (callee.__self__, *args)
            return enter(frame, site, record, args, kwargs)
        if frame.machine.main.queue and is_output(callee):
            result = put_out(frame, site, callee, args, kwargs)
            if result is not MISSING:
                return result
        return _plain(frame, site, callee, args, kwargs)
    elif is_known_pure(callee):
        result = known(frame, site, callee, args, kwargs)
        if result is not MISSING:
            return result
    elif is_lazy(callee):
        result = lazily(frame, site, callee, args, kwargs)
        if result is not MISSING:
            return result
        args = given_one_by_one(frame, site, tuple(current(frame, site, arg) for arg in args), changes=True)
    elif is_output(callee) and frame.machine.main.queue:
        result = put_out(frame, site, callee, args, kwargs)
        if result is not MISSING:
            return result
    elif is_known_manager(callee, made=True):
        return callee(*(settled(frame, site, arg) for arg in args), **kwargs)
    elif callee is functools.partial:
        return partially(frame, site, args, kwargs)
    elif kind is operator.itemgetter or kind is operator.attrgetter:
        return pure(frame, site, callee, *args)
    elif kind is functools.partial:
        return call(frame, site, callee.func, *callee.args, *args, **{**callee.keywords, **kwargs})
    elif kind is BuiltinFunctionType and callee.__self__ is not None and _is_plain(type(callee.__self__)):
        return method(frame, site, callee.__self__, callee.__name__, *args, **kwargs)
    elif is_functional(callee):
        return issue(frame, site, callee, args, kwargs)
    elif issubclass(kind, type):
        result = construct(frame, site, callee, args, kwargs)
        if result is not MISSING:
            frame.machine.speculation.wrappings.wrapped(result, args, kwargs)
            return result
    elif (by_class := called_by_class(callee)) is not None:
        return call(frame, site, by_class, *args, **kwargs)
    return _seldom(frame, site, callee, args, kwargs)


def _seldom(frame: Frame, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A call of something that programs call seldom, or of which nothing is known."""
    if callee is next and not kwargs:
        found = following(frame, site, args)
        if found is not MISSING:
            return found
    elif callee is setattr and len(args) == 3 and not kwargs:
        return set_attribute(frame, site, args[0], value_of(frame, site, args[1]), args[2])
    elif callee is getattr and len(args) == 2 and not kwargs:
        return attribute(frame, site, args[0], value_of(frame, site, args[1]))
    elif type(callee) is MethodWrapperType and callee.__qualname__ == "object.__init__" and not args and not kwargs:
        return None
    drawn = drawing(frame, site, callee, args, kwargs)
    return native(frame, site, callee, args, kwargs) if drawn is MISSING else drawn


def _is_plain(kind: type) -> bool:
    return kind in CONTAINERS or kind in SCALARS or is_safe_type(kind)


def native(frame: Frame, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A call nobody can reason about: it happens when it would have happened, with everything earlier finished."""
    frame.machine.fence(frame, site, "PD101", name_of(callee))
    args = tuple(value_of(frame, site, arg) for arg in args)
    kwargs = {name: value_of(frame, site, value) for name, value in kwargs.items()}
    try:
        made = called(frame, site, callee, args, kwargs)
    finally:
        frame.machine.passed += 1  # it may have called back, and changed something afterwards
    if type(made) in SCALARS:
        return made
    frame.machine.endings.made(made)
    if args or kwargs:
        wrappings = frame.machine.speculation.wrappings
        if callee is enumerate or callee is zip:
            wrappings.made(made, callee, args)
        elif type(made).__module__ in ("_csv", "csv"):
            wrappings.made(made, callee, args, kwargs)
        else:
            wrappings.wrapped(made, args, kwargs)
    return made


def issue(frame: Frame, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A functional call: becomes a task, or runs here where it cannot travel."""
    machine = frame.machine
    function = callee
    if type(callee) is MethodType:
        function, args = callee.__func__, (callee.__self__, *args)
    if machine.claims.any_writer or machine.changes_pending:
        for value in (*args, *kwargs.values()):
            await_writers_inside(frame, site, value)
    cost = cost_of(function)
    short = cost.is_short
    if cost.sizes is not None:
        args = tuple(current(frame, site, value) for value in args)
        short = cost.is_short_call(args, kwargs)
    if short or (machine.likely and cost.is_fairly_short and frame.code.node(site) in machine.likely):
        holds_pending = machine.containers.holds_pending
        args = tuple(current(frame, site, value) for value in args)
        if not any(map(holds_pending, args)) and not any(map(holds_pending, kwargs.values())):
            return _run_short(frame, site, cost, function, args, kwargs)
    for value in (*args, *kwargs.values()):
        if type(value) is Pending and value.writer is not None:
            current(frame, site, value)
    if machine.window.full and getcurrent() is machine.driver:
        machine.wait(frame, lambda: machine.window.has_room, site, "window")
    if machine.unfolding.is_full and getcurrent() is machine.driver:
        machine.wait(frame, lambda: not machine.unfolding.is_full, site, "window")
        return issue(frame, site, function, args, kwargs)
    unfolded = machine.unfolding.put(frame, site, function, args, kwargs)
    if unfolded is not None:
        return unfolded
    try:
        pending = machine.tasks.issue(frame, site, function, args, kwargs)
    except TransportError as error:
        problem = error
    else:
        machine.poll()
        return pending
    # Outside of the handler: nothing that the call raises has to do with why it could not travel.
    return _stays(frame, site, problem, function, args, kwargs)


def _stays(
    frame: Frame, site: int, problem: TransportError, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """A functional call that cannot be serialised."""
    tell_once(name_of(function), problem.what, str(problem))
    args = tuple(settled(frame, site, value) for value in args)
    kwargs = {name: settled(frame, site, value) for name, value in kwargs.items()}
    with frame.machine.observer.here(frame, site, function, str(problem), args, kwargs):
        return call_in_turn(frame, site, function, args, kwargs)


def _run_short(
    frame: Frame, site: int, cost: Cost, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """A functional call that takes less time than handing it out."""
    observer = frame.machine.observer
    if observer.recorder is not None:
        with observer.here(frame, site, function, SHORT_CALL, args, kwargs):
            return _timed(frame, site, cost, function, args, kwargs)
    return _timed(frame, site, cost, function, args, kwargs)


def _timed(frame: Frame, site: int, cost: Cost, function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    started = time.perf_counter_ns()
    result = short_call(frame, site, function, args, kwargs)
    took = time.perf_counter_ns() - started
    cost.ran_in_program(took)
    if cost.sizes is not None:
        cost.sizes.measured(size_of(args, kwargs), took)
    frame.machine.tasks.made_here += 1
    return result


def _plain(frame: Frame, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A call of a Python function that nobody marked."""
    if is_known_pure(callee):
        result = known(frame, site, callee, args, kwargs)
        return native(frame, site, callee, args, kwargs) if result is MISSING else result
    function = callee
    if type(callee) is MethodType:
        if is_generator(type(callee.__self__)):
            drawn = drawing(frame, site, callee, args, kwargs)
            return native(frame, site, callee, args, kwargs) if drawn is MISSING else drawn
        function, args = callee.__func__, (callee.__self__, *args)
    if type(function) is FunctionType:
        verdict = verdict_now(function)
        if verdict is not None and frame.machine.main.queue:
            if not verdict.reads and not kwargs and SCALARS.issuperset(map(type, args)):
                return function(*args)
            result = inferred(frame, site, function, verdict, args, kwargs)
            if result is not MISSING:
                return result
        elif verdict is None and len(frame.order) < MOST_WITHIN and is_entered(callee, (*args, *kwargs.values())):
            return enter(frame, site, record_of(function), args, kwargs)
        elif (
            verdict is None
            and type(callee) is MethodType
            and frame.machine.main.queue
            and may_enter(frame, function, args, kwargs)
        ):
            return enter(frame, site, record_of(function), args, kwargs)
    return native(frame, site, function, args, kwargs)


def method(frame: Frame, site: int, target: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
    """``target.name(*args, **kwargs)``."""
    target = current(frame, site, target)
    if type(target) is Pending:
        if name in PURE_METHOD_NAMES and FORBIDDEN_KEYWORDS.isdisjoint(kwargs):
            found = _method_of_pending(frame, site, target, name, args, kwargs)
            if found is not MISSING:
                return found
        target = value_of(frame, site, target)
    kind = type(target)
    if _is_plain(kind):
        return _method_of_builtin(frame, site, target, name, args, kwargs)
    if is_generator(kind):
        drawn = draw(frame, site, target, name, args, kwargs)
        if drawn is not MISSING:
            return drawn
    if runs_user_code_for_attribute(target, name):
        frame.machine.fence(frame, site, "PD302", kind.__qualname__)
        found = as_written(frame, site, getattr, target, name)
    else:
        found = getattr(target, name)
    return call(frame, site, found, *args, **kwargs)


def _method_of_pending(
    frame: Frame, site: int, target: Pending, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """A method of a value that is not there yet; MISSING where an argument can be changed."""
    operands = tuple(current(frame, site, arg) for arg in (*args, *kwargs.values()))
    if not all(type(value) is Pending or is_immutable(value) for value in operands):
        return MISSING if kwargs else pure(frame, site, method_call(name), target, *operands)

    def computes(receiver: Any, *values: Any) -> bool:
        kind = type(receiver)
        return is_pure_method(kind, name) and not method_writes_into(kind, name, count) and all_safe(receiver, *values)

    count = len(args)
    return put_off(frame, site, method_call(name, count, tuple(kwargs)), (target, *operands), safe=computes).pending


def _method_of_builtin(
    frame: Frame, site: int, target: Any, name: str, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    kind = type(target)
    if name in MUTATING.get(kind, ()):
        result = modify(frame, site, target, name, args, kwargs)
        if result is not MISSING:
            return result
    elif method_writes_into(kind, name, len(args)):
        pass
    elif is_pure_method(kind, name) and kwargs and FORBIDDEN_KEYWORDS.isdisjoint(kwargs):
        return pure(frame, site, method_call(name, len(args), tuple(kwargs)), target, *args, *kwargs.values())
    elif is_pure_method(kind, name) and not kwargs:
        args = tuple(current(frame, site, arg) for arg in args)
        if kind in MAPPINGS and name == "get" and 1 <= len(args) <= 2:
            found = _get(frame, site, target, *args)
            if found is not MISSING:
                return found
        await_writers(frame, site, owner_of(target))
        if name == "join" and args:
            args = (gone_through(frame, site, args[0]), *args[1:])
        elif any(is_fed(frame.machine, arg) for arg in args):
            bound = getattr(settled(frame, site, target), name)
            found = at_own_pace(frame, site, bound, given_one_by_one(frame, site, args), {})
            if found is not MISSING:
                return found
        shallow = _shallow_method(frame, target, name, args)
        if shallow is not MISSING:
            return shallow
        if name in ("keys", "values", "items") and kind in MAPPINGS:
            return getattr(target, name)(*args)
        return pure(frame, site, method_call(name), target, *args)
    args = given_one_by_one(frame, site, tuple(current(frame, site, arg) for arg in args), changes=True)
    return native(frame, site, getattr(target, name), args, kwargs)


def _get(frame: Frame, site: int, target: Any, key: Any, default: Any = None) -> Any:
    """``target.get(key, default)`` on a mapping, as it is at this place; what it gives may be a placeholder."""
    if type(key) in SCALARS and not frame.machine.claims:
        return target.get(key, default)
    if type(key) is Pending or is_immutable(key) and is_safe(key):
        if type(default) is Pending or is_immutable(default):
            return look(frame, site, target, lambda name: target.get(name, default), (key,))
        key = value_of(frame, site, key)
        await_writers(frame, site, target)
        return target.get(key, default)
    return MISSING


def _shallow_method(frame: Frame, target: Any, name: str, args: tuple[Any, ...]) -> Any:
    """Methods that move elements without looking at them."""
    kind = type(target)
    if (kind is list or kind is deque or kind in MAPPINGS) and name == "copy" and not args:
        result = target.copy()
        frame.machine.containers.track_if(result, target)
        return result
    return MISSING


def mutate(frame: Frame, site: int, target: Any, name: str, /, *args: Any, **kwargs: Any) -> Any:
    """``target.name(...)`` where ``name`` is that of a known mutating method."""
    target = value_of(frame, site, target, "PD303")
    return method(frame, site, target, name, *args, **kwargs)
