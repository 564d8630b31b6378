"""Views and iterators of the interpreter: objects through which a builtin container is seen without being held.

What goes through one of them sees the container as it is at that moment, placeholders and later stores included.
"""

from __future__ import annotations

import gc
from typing import Any

from pydron_runtime.machine.safety import ITERATORS, VIEWS

_CHANGEABLE = frozenset({list, dict, set})

PAIRING: frozenset[type] = frozenset({enumerate, zip, reversed})
"""Iterators over other iterables that hand out elements without looking at them."""

_INDIRECT: frozenset[type] = ITERATORS | VIEWS | PAIRING


def is_indirect(kind: type) -> bool:
    """Whether objects of this type show a container that they are not."""
    return kind in _INDIRECT


def behind(value: Any) -> tuple[Any, ...]:
    """The changeable builtin containers that a view or iterator, or the iterators that it goes through, show."""
    found: list[Any] = []
    stack = [value]
    while stack:
        for part in gc.get_referents(stack.pop()):
            kind = type(part)
            if kind in _CHANGEABLE:
                found.append(part)
            elif kind in _INDIRECT:
                stack.append(part)
            elif kind is tuple:  # of the iterators that a zip goes through
                stack.extend(inner for inner in part if type(inner) in _INDIRECT)
    return tuple(found)
