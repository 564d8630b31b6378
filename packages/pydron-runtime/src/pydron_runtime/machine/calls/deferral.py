"""Whether a region or a call may be deferred, now, with the values it would receive."""

from __future__ import annotations

import builtins
import inspect
from collections.abc import Mapping
from types import FunctionType, GeneratorType, MethodType, ModuleType
from typing import TYPE_CHECKING, Any

from pydron.analysis.purity import is_known_pure, is_lazy
from pydron.emit.facts import Facts
from pydron.emit.lookups import Callee
from pydron.marks import is_functional, scheduled_record
from pydron_runtime.machine.calls.pinning import surroundings
from pydron_runtime.machine.calls.properties import getter_of, keeps_value
from pydron_runtime.machine.calls.undecorated import is_entered, plain_function, record_of, verdict_now
from pydron_runtime.machine.effects.outlets import goes_out
from pydron_runtime.machine.failures.entering import is_known_manager, swallows
from pydron_runtime.machine.order.entries import State
from pydron_runtime.machine.order.stores import is_plain
from pydron_runtime.machine.values.indirect import is_indirect
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import (
    CODE,
    CONTAINERS,
    SCALARS,
    VIEWS,
    is_immutable,
    own_attributes,
    runs_user_code_for_attribute,
)

if TYPE_CHECKING:
    from pydron_runtime.machine.code import Code

_CLAIMABLE = (list, dict, set)
_NOTHING: Any = object()
_FEW = 32


def may_defer(code: Code, facts: Facts, received: Mapping[str, Any], seen: frozenset[int] = frozenset()) -> bool:
    """Whether every effect of a region is known in advance.

    Args:
        received: The values of the variables it gets from outside.
        seen: Code that is being looked at already (recursion).
    """
    if not facts.closed or any(map(_leads_to_iterator, received.values())):
        return False  # a frame that goes through an iterator later would take what the program takes now
    if stored_objects(code, facts, received) is None:
        return False
    if not all(_only_computes(received.get(look.root), look.attributes, seen) for look in facts.looks):
        return False
    for name in facts.numbers:
        if not _may_count(received.get(name)):
            return False
    if not all(is_known_manager(_find(code, managed.place, received), managed.made) for managed in facts.managers):
        return False
    makers = {managed.place for managed in facts.managers if managed.made}
    callees = (callee for callee in facts.callees if callee not in makers)
    return all(_is_harmless(_find(code, callee, received), seen) for callee in callees)


def _only_computes(value: Any, attributes: tuple[str, ...], seen: frozenset[int]) -> bool:
    """Whether reading these attributes, one of another, does nothing but compute, as far as they can be seen."""
    for name in attributes:
        if type(value) is Pending or value is _NOTHING:
            return True
        if runs_user_code_for_attribute(value, name):
            getter = getter_of(value, name)
            return getter is not None and not keeps_value(value, name) and _is_harmless_plain(getter, seen)
        value = getattr(value, name, _NOTHING)
    return True


def _leads_to_iterator(value: Any, depth: int = 1) -> bool:
    """Whether a value is an iterator, or small and holds one."""
    kind = type(value)
    if kind in SCALARS or kind in CODE:
        return False
    if kind is Pending:
        return False
    if is_indirect(kind) and kind not in VIEWS or kind is GeneratorType:
        return True
    if not depth:
        return False
    held: Any = value
    if kind is dict or kind not in CONTAINERS:
        attributes = value if kind is dict else own_attributes(value)
        held = () if attributes is None else attributes.values()
    return len(held) <= _FEW and any(_leads_to_iterator(inner, depth - 1) for inner in held)


def may_swallow(code: Code, facts: Facts, received: Mapping[str, Any]) -> bool:
    """Whether a manager that a region enters may let the code after its block go on after a failure in it."""
    return any(swallows(_find(code, managed.place, received), managed.made) for managed in facts.managers)


def _may_count(value: Any) -> bool:
    """Whether a region may change a variable by augmented assignment: no object that others know is changed by it."""
    if type(value) is not Pending:
        return is_immutable(value)
    if value.done:
        return is_immutable(value.get())
    return value.fresh and (value.writer is None or value.writer.state is not State.OPEN)


def stored_objects(code: Code, facts: Facts, received: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """The objects that a region will modify; None if that cannot be said without running user code."""
    found = []
    for stored in facts.stores:
        target = _find(code, stored.place, received)
        if stored.attribute:
            if target is _NOTHING or type(target) is Pending or not is_plain(target, stored.attribute):
                return None
        elif type(target) not in _CLAIMABLE:
            return None
        found.append(target)
        if stored.in_place:
            present = _present(target, stored.attribute)
            if present is None:
                return None
            found += present
    return tuple(found)


def _present(target: Any, attribute: str) -> list[Any] | None:
    """What an augmented assignment may modify in place, beside storing its result; None if that cannot be said."""
    if attribute:
        if runs_user_code_for_attribute(target, attribute):
            return None
        held = getattr(target, attribute, None)
        if type(held) in _CLAIMABLE:
            return [held]
        return [] if type(held) is Pending or is_immutable(held) else None
    elements = target.values() if type(target) is dict else target
    return [] if all(type(element) is Pending or is_immutable(element) for element in elements) else None


def _find(code: Code, callee: Callee, received: Mapping[str, Any]) -> Any:
    """What a callee is, looked up without running user code; ``_NOTHING`` if that cannot be said."""
    if callee.captured:
        found = received.get(callee.root, _NOTHING)
    else:
        try:
            found = code.lookup(callee.root)
        except (LookupError, AttributeError):
            return _NOTHING
    for name in callee.attributes:
        if found is _NOTHING or type(found) is Pending or runs_user_code_for_attribute(found, name):
            return _NOTHING
        found = getattr(found, name, _NOTHING)
        if type(found) is Pending:
            return _NOTHING
    return found


def looked_up(code: Code, facts: Facts, received: Mapping[str, Any]) -> dict[str, Any]:
    """The objects that a region may come to read through global and free names, its own or those of what it calls."""
    found: dict[str, Any] = {}
    for read in facts.reads:
        try:
            value = code.lookup(read.root)
        except (LookupError, AttributeError):
            continue
        for name in read.attributes:
            if not issubclass(type(value), (ModuleType, type)):
                break
            value = inspect.getattr_static(value, name, None)
        found[f"{len(found)} read"] = value
    for callee in facts.callees:
        value = _find(code, callee, received)
        function = value.__func__ if type(value) is MethodType else value
        if type(function) is FunctionType and not is_functional(function):
            around = surroundings(function)
            found.update((f"{len(found)} {name}", value) for name, value in around.items())
    return found


def is_harmless_call(code: Code, callee: Callee, received: Mapping[str, Any]) -> bool:
    """Whether a call in a function that is entered is no sync-point."""
    return _is_harmless(_find(code, callee, received), frozenset())


def is_pure_callee(code: Code, callee: Callee) -> bool:
    """Whether a global name of a function, and what follows it, means a function that is known to be pure."""
    return is_known_pure(_find(code, callee, {}))


def _is_harmless(callee: Any, seen: frozenset[int]) -> bool:
    if callee is _NOTHING or type(callee) is Pending:
        return False
    if is_functional(callee) or is_known_pure(callee) or is_lazy(callee) or goes_out(callee):
        return True
    if issubclass(type(callee), type) and issubclass(callee, BaseException) and callee.__module__ == builtins.__name__:
        return True
    if type(callee) not in (FunctionType, MethodType):
        return False
    record = scheduled_record(callee)
    if record is None:
        return is_known_pure(callee) or _is_harmless_plain(callee, seen)
    return is_deferrable_function(record, seen)


def _is_harmless_plain(callee: FunctionType | MethodType, seen: frozenset[int]) -> bool:
    """The same for a function that nobody marked."""
    function = plain_function(callee)
    if function is None:
        return False
    if is_entered(callee):
        return is_deferrable_function(record_of(function), seen)
    return verdict_now(function) is not None


def is_deferrable_function(record: Any, seen: frozenset[int] = frozenset()) -> bool:
    """Whether a scheduled function, called with whatever, has no effect but computing its result."""
    from pydron_runtime.machine.code import code_of  # the two refer to each other

    code = code_of(record)
    if code is None:
        return False
    if id(code) in seen:
        return True  # a recursive call: harmless if the rest is
    facts = code.facts
    if facts.stores or any(callee.captured for callee in facts.callees):
        return False
    return may_defer(code, Facts(facts.closed, facts.callees, managers=facts.managers), {}, seen | {id(code)})


def readable(values: Mapping[str, Any], stored: tuple[Any, ...] = ()) -> tuple[Any, ...]:
    """Of the values a region receives, those through which it may see later modifications, but for what it claims."""
    claimed = {id(target) for target in stored}
    found = (_there(value) for value in values.values())
    return tuple(
        value
        for value in found
        if id(value) not in claimed
        and type(value) not in SCALARS
        and type(value) is not Pending
        and not issubclass(type(value), (ModuleType, type))
        and not is_immutable(value)
    )


def _there(value: Any) -> Any:
    """What the program may have got hold of: the value that a placeholder stands for, once it has been looked at."""
    return value.get() if type(value) is Pending and value.done and value.load is None else value
