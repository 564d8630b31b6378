"""What scouts do (:mod:`.scouts`): the operations that they have for themselves.

A functional call becomes a guess. A call of a scheduled function, or of a plain helper that the machine would enter or
that only computes, is gone through by a scout of its own. A call of a known function that only computes is made. All
others are unforeseen.
"""

from __future__ import annotations

import operator
import weakref
from collections import deque
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from pydron.analysis.provenance import is_of_library
from pydron.analysis.purity import (
    is_known_pure,
    is_passing,
    is_pure_method,
    method_writes_into,
    writes_into,
)
from pydron.emit.scouts import ScoutUnit, function_scout_unit
from pydron.marks import is_functional, scheduled_record
from pydron_runtime.machine.ahead.scouts import GONE_THROUGH, INDEXED, Scout, ScoutCode
from pydron_runtime.machine.ahead.speculation import Unforeseen
from pydron_runtime.machine.calls.granularity import cost_of
from pydron_runtime.machine.calls.undecorated import filled_by, is_entered, record_of, verdict_now
from pydron_runtime.machine.operations.access import attribute
from pydron_runtime.machine.values.data import is_data
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.quiet import is_quiet
from pydron_runtime.machine.values.safety import SCALARS, is_safe, is_safe_type

if TYPE_CHECKING:
    from pydron.entry import Record

_ELEMENTS = 16
"""Elements of a loop within another that a scout goes through at most."""


def nothing(scout: Scout) -> Pending:
    """What is not known: a value that never comes."""
    return Pending()


def scouted_parts(scout: Scout, site: int, value: Any) -> Any:
    """What a scout unpacks: a list or tuple, which does not change by it."""
    if type(value) is Pending or type(value) not in (list, tuple):
        raise Unforeseen
    return value


def scouted_named(scout: Scout, site: int, value: Any) -> Any:
    """What stands after two stars in a call: a dict."""
    if type(value) is not dict:
        raise Unforeseen
    return value


def scouted_steps(scout: Scout, site: int, source: Any) -> list[Any]:
    """The elements that a scout takes in a loop within the one that it looks ahead for."""
    if type(source) not in GONE_THROUGH:
        raise Unforeseen
    found = list(islice(source, _ELEMENTS))
    for _ in found:
        scout.step()
    return found


def scouted_turns(scout: Scout, site: int) -> Iterator[int]:
    """The iterations of a ``while`` loop that a scout goes through at most, as long as it may take steps."""
    for turn in range(_ELEMENTS):
        if scout.left <= 0:
            return
        scout.step()
        yield turn


def scouted(scout: Scout, site: int, callee: Any, /, *args: Any, **kwargs: Any) -> Any:
    """A call that a scout has come to."""
    kind = type(callee)
    if kind is Pending:
        raise Unforeseen
    if args and id(args[0]) in scout.own and kind is BuiltinFunctionType and not kwargs:
        if callee is next:
            return next(*args)
        if (callee.__module__, callee.__name__) in _IN_ORDER and all(map(is_data, args[1:])):
            return callee(*args)
    if is_functional(callee):
        return _guessed(scout, site, callee, args, kwargs)
    if kind is MethodType and type(callee.__func__) is FunctionType:
        return _entered(scout, site, callee, callee.__func__, (callee.__self__, *args), kwargs)
    if kind is FunctionType and not is_known_pure(callee):
        return _entered(scout, site, callee, callee, args, kwargs)
    if callee is super and not kwargs and all(type(arg) is not Pending for arg in args):
        return super(*args)
    if issubclass(kind, type) and (fills := filled_by(callee)) is not None:
        _entered(scout, site, fills, fills, (Pending(), *args), kwargs)
        return Pending()
    if kwargs or not all(map(is_data, args)):
        raise Unforeseen
    if is_passing(callee) and all(type(arg) in INDEXED for arg in args):
        return list(islice(callee(*args), _ELEMENTS))
    if kind is BuiltinFunctionType and not isinstance(callee.__self__, type(operator)):
        target = type(callee.__self__)
        known = target in SCALARS or is_safe_type(target)
        if (
            not known
            or not is_pure_method(target, callee.__name__)
            or method_writes_into(target, callee.__name__, len(args))
        ):
            raise Unforeseen
        return callee(*args)
    if not is_known_pure(callee) or writes_into(callee, len(args)):
        raise Unforeseen
    return callee(*args)


def _guessed(scout: Scout, site: int, callee: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    function = callee
    if type(callee) is MethodType:
        function, args = callee.__func__, (callee.__self__, *args)
    machine = scout.frame.machine
    holds_pending = machine.containers.holds_pending
    for value in (*args, *kwargs.values()):
        if type(value) is not Pending and (holds_pending(value) or not is_quiet(value)):
            raise Unforeseen
        if machine.speculation.stands_for(value) and all(value is not guess.result for guess in scout.guesses):
            raise Unforeseen  # a chain from iteration to iteration: nothing would overlap
    cost = cost_of(function)
    if cost.is_short:
        raise Unforeseen
    if machine.claims.any_writer or machine.changes_pending:
        if not all(_stays_as_it_is(scout, value) for value in (*args, *kwargs.values())):
            raise Unforeseen  # it may be changed before the program comes to the call: the guess would be in vain
    if cost.sizes is not None:
        raise Unforeseen  # it is unfolded
    if not scout.asking:
        return Pending()
    scout.step()
    guess = machine.speculation.guess(scout.frame, scout.place_of(site), function, args, kwargs, scout.known)
    scout.guesses.append(guess)
    return guess.result


def _stays_as_it_is(scout: Scout, value: Any) -> bool:
    """Whether nothing that is under way changes an argument."""
    machine = scout.frame.machine
    if type(value) in SCALARS or machine.speculation.stands_for(value):
        return True
    return type(value) is not Pending and machine.claims.claimed_inside(value, scout.frame) is None


# Changes, which only a forecast makes: of what it has copied.

_CHANGES: dict[type, frozenset[str]] = {
    list: frozenset({"append", "clear", "extend", "insert", "pop", "reverse"}),
    deque: frozenset({"append", "appendleft", "clear", "extend", "extendleft", "pop", "popleft", "rotate"}),
    set: frozenset({"add", "clear", "discard", "pop", "remove", "update"}),
    dict: frozenset({"clear", "pop", "popitem", "setdefault", "update"}),
}


_IN_ORDER = frozenset(
    {("_heapq", name) for name in ("heapify", "heappop", "heappush", "heappushpop", "heapreplace")}
    | {("_bisect", f"insort{side}") for side in ("", "_left", "_right")}
)
"""Functions that change the list which they are given first, by module and name."""


def _may_change(scout: Scout, owner: Any, args: tuple[Any, ...]) -> None:
    if id(owner) not in scout.own:
        raise Unforeseen
    if type(owner) in (set, dict) and not all(map(is_safe, args)):
        raise Unforeseen  # it could be asked for its hash


def scouted_method(scout: Scout, site: int, owner: Any, name: str, /, *args: Any) -> Any:
    """``owner.name(*args)``, which may change the object."""
    if name not in _CHANGES.get(type(owner), ()):
        return scouted(scout, site, attribute(scout, site, owner, name), *args)  # type: ignore[arg-type]
    _may_change(scout, owner, args)
    if name in ("extend", "extendleft", "update") and not all(type(arg) in EXTENDING for arg in args):
        raise Unforeseen
    return getattr(owner, name)(*args)


EXTENDING = frozenset({list, tuple, range, set, dict, deque})
"""What a scout goes through to extend a container."""


def scouted_set(scout: Scout, site: int, owner: Any, index: Any, value: Any) -> None:
    """``owner[index] = value``."""
    _may_change(scout, owner, (index,))
    owner[index] = value


def scouted_delete(scout: Scout, site: int, owner: Any, index: Any) -> None:
    """``del owner[index]``."""
    _may_change(scout, owner, (index,))
    del owner[index]


# Functions that are entered.


def _entered(
    scout: Scout, site: int, callee: Any, function: FunctionType, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> Any:
    """Go through a function that the program would enter, or that only computes; what it would give, or nothing."""
    record = scheduled_record(callee)
    if record is None:
        if is_of_library(function):
            raise Unforeseen
        if not is_entered(callee, (*args, *kwargs.values())) and verdict_now(function) is None:
            raise Unforeseen
        record = record_of(function)
    elif record.strict and not record.verified:
        raise Unforeseen
    code = _scout_of_function(record)
    if code is None:
        raise Unforeseen
    with scout.entering(site, code):
        run = code.runs()
        users = record.entry
        run.__defaults__, run.__kwdefaults__ = users.__defaults__, users.__kwdefaults__
        return run(scout, *args, **kwargs)


_units: dict[int, tuple[weakref.ref[CodeType], ScoutUnit]] = {}
"""Id of a function's code -> that code, and the scout for it. Local functions share their code."""


def _scout_of_function(record: Record) -> ScoutCode | None:
    """The scout of a function, made the first time; None where there is none."""
    from pydron_runtime.machine.code import code_of  # the two refer to each other

    code = code_of(record)
    if code is None:
        return None
    if _WHOLE not in code.scouts:
        code.scouts[_WHOLE] = ScoutCode(code, _unit_of(record))
    found: ScoutCode = code.scouts[_WHOLE]
    return found


_WHOLE = -1
"""In place of a loop's node: the function itself."""


def _unit_of(record: Record) -> ScoutUnit:
    users = record.function.__code__
    kept = _units.get(id(users))
    if kept is not None and kept[0]() is users:
        return kept[1]
    unit = function_scout_unit(record.taken_apart)
    key = id(users)
    _units[key] = (weakref.ref(users, partial(_units.pop, key)), unit)
    return unit
