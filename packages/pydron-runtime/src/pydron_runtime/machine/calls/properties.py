"""Properties: attributes whose value a plain function computes."""

from __future__ import annotations

import functools
from types import FunctionType, MethodType
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent

from pydron.callers import shown_caller_at
from pydron_runtime.machine.calls.undecorated import MOST_WITHIN, is_entered, record_of
from pydron_runtime.machine.order.frames import Through
from pydron_runtime.machine.order.stores import MISSING
from pydron_runtime.machine.values.safety import definer, own_attributes

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame


def getter_of(target: Any, name: str) -> MethodType | None:
    """The plain function behind ``target.name``, bound; None where it is no property, or reading it does more."""
    kind = type(target)
    if definer(kind, "__getattribute__") is not object or hasattr(kind, "__getattr__"):
        return None
    found = _member(kind, name)
    getter = None
    if type(found) is property:
        getter = found.fget
    elif type(found) is functools.cached_property and keeps_value(target, name):
        getter = found.func
    return MethodType(getter, target) if type(getter) is FunctionType else None


def keeps_value(target: Any, name: str) -> bool:
    """Whether an attribute is a ``cached_property``: its value is computed once, and kept in the object."""
    found = _member(type(target), name)
    return type(found) is functools.cached_property and found.attrname == name and own_attributes(target) is not None


def _member(kind: type, name: str) -> Any:
    home = definer(kind, name)
    return None if home is None else home.__dict__[name]


def through_property(frame: Frame, site: int, target: Any, name: str) -> Any:
    """``target.name`` where that is a property which the machine executes as it does other functions; else MISSING."""
    # The two refer to each other.
    from pydron_runtime.machine.calls.activation import enter
    from pydron_runtime.machine.calls.deferral import is_deferrable_function
    from pydron_runtime.machine.calls.straight import may_enter
    from pydron_runtime.machine.operations.store import set_attribute

    getter = getter_of(target, name)
    function: Any = None if getter is None else getter.__func__
    if function is None or len(frame.order) >= MOST_WITHIN:
        return MISSING
    if not is_entered(getter) and not may_enter(frame, function, (target,), {}):
        return MISSING
    record = record_of(function)
    keeps = keeps_value(target, name)
    if getcurrent() is not frame.machine.driver and (keeps or not is_deferrable_function(record)):
        return MISSING  # what a frame that was put off changes has to be known in advance
    if not keeps:
        return enter(frame, site, record, (target,), {})
    through = _call_of_getter()
    written = shown_caller_at(through.code, vars(functools), through.line)
    value = written(enter, (frame, site, record, (target,), {}, through), {})
    set_attribute(frame, site, target, name, value)
    return value


@functools.cache
def _call_of_getter() -> Through:
    """Where ``cached_property`` calls the function: tracebacks have an entry of that line."""
    import dis  # few programs come here

    code = functools.cached_property.__get__.__code__
    at = max(step.offset for step in dis.get_instructions(code) if step.argval == "func")
    return Through(code, next(line for begin, end, line in code.co_lines() if line and begin <= at < end))
