"""Calls of callables that are known, or inferred, to compute only."""

from __future__ import annotations

import functools
import operator
from collections import deque
from collections.abc import Callable
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from pydron.analysis.library import FORBIDDEN_KEYWORDS
from pydron.analysis.purity import is_calling, is_known_pure, is_passing, returned_argument, writes_into
from pydron.analysis.verdicts import Verdict
from pydron_runtime.machine.calls.pinning import pinned
from pydron_runtime.machine.calls.undecorated import verdict_now
from pydron_runtime.machine.effects.call_forms import with_keywords
from pydron_runtime.machine.effects.putting_off import computed, put_off
from pydron_runtime.machine.effects.sharing import is_own, made
from pydron_runtime.machine.failures.stopping import may_stop
from pydron_runtime.machine.iteration.lent import fed, is_fed
from pydron_runtime.machine.iteration.own_pace import at_own_pace
from pydron_runtime.machine.operations.access import spread
from pydron_runtime.machine.operations.keyed import by_key, select
from pydron_runtime.machine.operations.mapping import MAPPING, is_mapped, make_map
from pydron_runtime.machine.operations.pure import listed, pure, tupled
from pydron_runtime.machine.operations.using_up import collected, given_one_by_one, used_up
from pydron_runtime.machine.order.current import await_writers, await_writers_inside, current, settled, value_of
from pydron_runtime.machine.order.stores import MISSING
from pydron_runtime.machine.values.data import all_data, all_frozen, is_data
from pydron_runtime.machine.values.indirect import PAIRING
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import CONTAINERS, SCALARS, VIEWS, is_immutable, is_safe, is_safe_type

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame

_FUNCTIONS = (FunctionType, MethodType, BuiltinFunctionType)
_GETTERS = (operator.itemgetter, operator.attrgetter)
_FIRST = frozenset({list, tuple, sorted, deque})
"""Builtins that go through all of an iterable before they look at an element."""

_KEYED = frozenset({sorted, min, max})
_COLLECTING = frozenset({list, tuple, sorted, deque, set, frozenset, dict, sum, min, max})
"""Builtins that go through all of an iterable."""


def known(frame: Frame, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A call of a builtin or library function that only computes; MISSING where it is a sync-point nevertheless."""
    args = tuple(current(frame, site, arg) for arg in args)
    if writes_into(callee, len(args), kwargs):
        return MISSING
    given_back = returned_argument(callee)
    if given_back is not None and given_back < len(args) and not kwargs:
        return args[given_back]
    if args and callee not in _FIRST:
        found = used_up(frame, site, callee, args, kwargs)
        if found is not MISSING:
            return found
    if callee is iter and len(args) == 1 and not kwargs:
        return made(frame, site, args, pure(frame, site, callee, *args))
    if callee in _COLLECTING and (len(args) == 1 or args and callee is sum):
        maps = frame.machine.iterators.maps
        if type(args[0]) is filter and args[0] in maps and is_own(frame, site, args[0]):
            function, sources = maps[args[0]]
            if not may_stop(function):
                del maps[args[0]]
                args = (select(frame, site, function, sources[0]), *args[1:])
        args = (gone_through(frame, site, args[0], callee in _FIRST), *args[1:])
    if callee in _KEYED and "key" in kwargs:
        found = by_key(frame, site, callee, args, {**kwargs, "key": current(frame, site, kwargs["key"])})
        if found is not MISSING:
            return found
    if any(is_fed(frame.machine, arg) for arg in args):
        given = given_one_by_one(frame, site, args)
        return at_own_pace(frame, site, callee, given, kwargs, is_pure_callable)
    if kwargs or is_calling(callee) or _may_call(callee, args):
        return _with_functions(frame, site, callee, args, kwargs)
    only = args[0] if len(args) == 1 else MISSING
    if callee is len and type(only) in CONTAINERS:
        await_writers(frame, site, only)
        return len(only)
    if callee is len and type(only) is Pending and only.parts is not None:
        return len(only.parts)
    if callee is list or callee is tuple:
        shallow = _copied(frame, site, callee, only)
        if shallow is not MISSING:
            return shallow
    if type(callee) is type and issubclass(callee, BaseException):
        return callee(*(settled(frame, site, arg) for arg in args))  # keeps its arguments, and looks at none
    return pure(frame, site, callee, *args)


def _may_call(callee: Any, args: tuple[Any, ...]) -> bool:
    """Whether the callee is given a function that it may call: builtins not known to do so never do."""
    functions = any(issubclass(type(arg), _FUNCTIONS) for arg in args)
    return functions and getattr(callee, "__module__", "") != "builtins"


def gone_through(frame: Frame, site: int, iterable: Any, first: bool = True) -> Any:
    """What goes through all of an iterable gets a list in place of an iterator that only computes.

    Args:
        first: It goes through all of the iterable before it looks at an element.
    """
    if first and is_fed(frame.machine, iterable):
        return collected(frame, site, iterable)
    if type(iterable) in PAIRING and iterable in frame.machine.iterators.known:
        return listed(frame, [*spread(frame, site, iterable)])
    return iterable


def _copied(frame: Frame, site: int, callee: Any, only: Any) -> Any:
    """``list(x)`` and ``tuple(x)`` move elements without looking at them."""
    if type(only) in (list, tuple, range):
        await_writers(frame, site, only)
        if callee is tuple:
            return tupled(frame, site, *only)
        result = list(only)
        frame.machine.containers.track_if(result, only)
        return result
    if type(only) in VIEWS:
        elements = [*spread(frame, site, only)]
        return tupled(frame, site, *elements) if callee is tuple else listed(frame, elements)
    return MISSING


def _with_functions(frame: Frame, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A call with keywords, or of something that calls functions it is given."""
    if not FORBIDDEN_KEYWORDS.isdisjoint(kwargs):
        return MISSING
    kwargs = {name: current(frame, site, value) for name, value in kwargs.items()}
    operands = (*args, *kwargs.values())
    calls = is_calling(callee)
    functions = [operand for operand in operands if issubclass(type(operand), (*_FUNCTIONS, type, *_GETTERS))]
    reads: list[Any] = []
    for function in functions:
        if issubclass(type(function), type) and not calls and type(function) is type:
            continue  # a class that says what is meant, such as dtype=float
        if _looks_up(function):
            reads.append(function.__self__)
            continue
        if not is_pure_callable(function):
            return MISSING
    if not functions:
        return pure(frame, site, with_keywords(callee, len(args), tuple(kwargs)), *operands)

    holds_pending = frame.machine.containers.holds_pending

    def harmless(*values: Any) -> bool:
        known = all(any(value is function for function in functions) or is_data(value) for value in values)
        return known and all(holds_pending(read) or is_data(read) for read in reads)

    if not all(type(operand) is Pending or harmless(operand) or holds_pending(operand) for operand in operands):
        return MISSING
    return compute(frame, site, with_keywords(callee, len(args), tuple(kwargs)), operands, tuple(reads), harmless)


def _looks_up(function: Any) -> bool:
    """Whether this is the ``get`` of a mapping, as in ``max(d, key=d.get)``, and runs no code of the user's."""
    if type(function) is not BuiltinFunctionType or function.__name__ not in ("get", "__getitem__"):
        return False
    mapping = function.__self__
    return type(mapping) is dict and all(is_immutable(key) and is_safe(key) for key in mapping)


def is_pure_callable(function: Any) -> bool:
    """Whether a function that is handed on computes only, given data, whenever it is called."""
    if type(function) in _GETTERS or is_known_pure(function) and not is_calling(function):
        return True
    if type(function) is FunctionType:
        verdict = verdict_now(function)
        return verdict is not None and not verdict.immutable and not verdict.cells and all_frozen(*verdict.reads)
    return False


def inferred(
    frame: Frame, site: int, function: FunctionType, verdict: Verdict, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """A call of a plain function that was found to compute only; MISSING where its arguments do not allow it."""
    operands = tuple(current(frame, site, operand) for operand in (*args, *kwargs.values()))
    allowed = all_frozen if verdict.immutable else all_data
    if not all_data(*verdict.reads) and not any(map(frame.machine.containers.holds_pending, verdict.reads)):
        return MISSING
    own = {id(cell) for cell in function.__closure__ or ()}
    if any(id(cell) not in own or type(content) is FunctionType for cell, content in verdict.cells):
        operands = tuple(settled(frame, site, operand) for operand in operands)
    elif verdict.cells and any(map(frame.machine.containers.holds_pending, operands)):
        function = pinned(function)
    callee = with_keywords(function, len(args), tuple(kwargs))
    return compute(frame, site, callee, operands, verdict.reads, allowed)


def compute(
    frame: Frame,
    site: int,
    function: Callable[..., Any],
    operands: tuple[Any, ...],
    reads: tuple[Any, ...],
    safe: Callable[..., bool],
) -> Any:
    """``function(*operands)``, which may give back an operand; MISSING where it may do more than compute.

    Operands that can be changed are not copied: later stores to them wait until the operation has run.

    Args:
        reads: What the function looks at besides.
        safe: Tells, given the operands' values, whether the operation only computes.
    """
    machine = frame.machine
    looked_at = (*operands, *reads)
    for value in looked_at:
        if type(value) not in SCALARS and type(value) is not Pending:
            await_writers_inside(frame, site, value)
    holds_pending = machine.containers.holds_pending
    if not any(map(holds_pending, looked_at)):
        return computed(frame, site, function, *operands) if safe(*operands) else MISSING
    if not all(type(value) is Pending or holds_pending(value) or safe(value) for value in operands):
        return MISSING
    inside = tuple(value for value in looked_at if value in machine.containers)
    sources = tuple(value for value in looked_at if type(value) is not Pending and not is_immutable(value))
    entry = put_off(frame, site, function, operands, snapshots=inside, safe=safe, sources=sources)
    machine.poll()
    return entry.pending


def partially(frame: Frame, site: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """``functools.partial(...)``, which keeps what it is given, and looks at nothing."""
    args = tuple(value_of(frame, site, arg) for arg in args)
    kwargs = {name: value_of(frame, site, value) for name, value in kwargs.items()}
    make: Callable[..., Any] = functools.partial
    return make(*args, **kwargs)


def lazily(frame: Frame, site: int, callee: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """A call that makes an iterator of the library; MISSING where going through it may do more than compute."""
    machine = frame.machine
    args = tuple(value_of(frame, site, arg) for arg in args)
    kwargs = {name: value_of(frame, site, value) for name, value in kwargs.items()}
    if callee in MAPPING and not kwargs and _is_gone_through(frame, callee, args):
        return make_map(frame, site, callee, args)
    iterators = machine.iterators.known
    if is_passing(callee):
        if not all(_is_passed_through(frame, value) for value in (*args, *kwargs.values())):
            return MISSING
    else:
        args = tuple(settled(frame, site, arg) for arg in args)
        kwargs = {name: settled(frame, site, value) for name, value in kwargs.items()}
        for value in (*args, *kwargs.values()):
            is_iterator = type(value) in PAIRING and value in iterators
            if not (is_iterator or is_data(value) or is_calling(callee) and is_pure_callable(value)):
                return MISSING
    for arg in args:
        await_writers(frame, site, arg)
    if any(is_fed(machine, arg) for arg in args):
        iterator = callee(*(fed(machine, arg) for arg in args), **kwargs)
        machine.iterators.feeding.add(iterator)
    else:
        iterator = callee(*args, **kwargs)
    iterators.add(iterator)
    if not is_calling(callee):
        machine.speculation.wrappings.made(iterator, callee, args, kwargs)
    return made(frame, site, args, iterator)


def _is_gone_through(frame: Frame, callee: Any, args: tuple[Any, ...]) -> bool:
    """Whether a map is for the machine: of functional calls, or of a known function over results."""
    if len(args) < 2 or callee is not map and len(args) > 2:
        return False
    if is_mapped(args[0]):
        return True
    machine = frame.machine
    if any(is_fed(machine, arg) for arg in args[1:]):
        return is_pure_callable(args[0]) or args[0] is None or args[0] is bool
    return callee is map and is_pure_callable(args[0]) and any(map(machine.containers.holds_pending, args[1:]))


def _is_passed_through(frame: Frame, value: Any) -> bool:
    kind = type(value)
    if kind in SCALARS or kind in CONTAINERS or kind in VIEWS or is_safe_type(kind) and is_safe(value):
        return True
    return is_fed(frame.machine, value) or kind in PAIRING and value in frame.machine.iterators.known
