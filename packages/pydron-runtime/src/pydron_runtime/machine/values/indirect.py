"""Views and iterators of the interpreter: objects through which a builtin container is seen without being held.

What goes through one of them sees the container as it is at that moment, placeholders and later stores included.
"""

from __future__ import annotations

import gc
import itertools
from collections import deque
from typing import Any

from pydron_runtime.machine.values.safety import ITERATORS, MAPPINGS, VIEWS

_CHANGEABLE = MAPPINGS | {list, set, deque}

_REVERSIBLE: tuple[Any, ...] = ([], {}, {}.values(), {}.items(), deque())

PAIRING: frozenset[type] = frozenset(
    {enumerate, zip, reversed, map, filter}
    | {type(reversed(values)) for values in _REVERSIBLE}
    | {kind for kind in vars(itertools).values() if isinstance(kind, type) and hasattr(kind, "__next__")}
)
"""Iterators over other iterables. Those that the machine made itself it may go through like the iterables."""

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
            elif kind is tuple:  # of what a zip or a chain goes through
                found.extend(inner for inner in part if type(inner) in _CHANGEABLE)
                stack.extend(inner for inner in part if type(inner) in _INDIRECT)
    return tuple(found)
