"""Containers that hold pending values (the I-structures of the dataflow literature).

A placeholder may be put straight into an exact list or dict, or into the attributes of a plain object. Such a container
is *tracked* until its placeholders have been replaced by their values. A container that holds a tracked container is
tracked too, so that one look tells whether a value can be used deeply.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.order.entries import State
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import MAPPINGS, is_immutable, own_attributes

if TYPE_CHECKING:
    from pydron_runtime.machine.order.claims import Claims

_SWEEP = 256


class Containers:
    """The tracked containers of one machine."""

    __slots__ = ("_claims", "_limit", "_tracked")

    def __init__(self, claims: Claims | None = None) -> None:
        self._claims = claims
        self._tracked: dict[int, Any] = {}
        self._limit = _SWEEP

    def __len__(self) -> int:
        return len(self._tracked)

    def __contains__(self, container: object) -> bool:
        return id(container) in self._tracked

    def holds_pending(self, value: Any) -> bool:
        """Whether a value is pending or is a container that holds pending values, however deep."""
        return type(value) is Pending or id(value) in self._tracked

    def tracked(self) -> list[Any]:
        """The tracked containers."""
        return list(self._tracked.values())

    def track(self, container: Any) -> None:
        """A placeholder, or a tracked container, was put into this one."""
        key = id(container)
        if key not in self._tracked:
            self._tracked[key] = container
            if len(self._tracked) > self._limit:
                self._sweep()

    def track_if(self, container: Any, *elements: Any) -> None:
        """Track the container if one of the elements that were put into it needs that."""
        if Pending in map(type, elements) or self._tracked and not self._tracked.keys().isdisjoint(map(id, elements)):
            self.track(container)

    def inside(self, container: Any) -> Iterator[Pending]:
        """Every pending value that is not there yet in a tracked container, however deep."""
        seen: set[int] = set()
        stack = [container]
        while stack:
            current = stack.pop()
            if id(current) in seen:
                continue
            seen.add(id(current))
            for element in contents(current):
                if type(element) is Pending:
                    if not element.done:
                        yield element
                    elif element.is_remote:
                        continue  # a value that comes from a worker holds no placeholders
                    elif id(element.get()) in self._tracked:
                        stack.append(element.get())
                elif id(element) in self._tracked:
                    stack.append(element)

    def placeholders(self, container: Any) -> Iterator[Pending]:
        """Every placeholder in a tracked container, however deep, whether its value is there or not."""
        seen: set[int] = set()
        stack = [container]
        while stack:
            current = stack.pop()
            if id(current) in seen:
                continue
            seen.add(id(current))
            for element in contents(current):
                if type(element) is Pending:
                    yield element
                elif id(element) in self._tracked:
                    stack.append(element)

    def fill_deep(self, container: Any) -> None:
        """Replace the placeholders in a tracked container and in those it holds; all their values are there."""
        stack = [container]
        while stack:
            current = stack.pop()
            if self._tracked.pop(id(current), None) is None:
                continue
            if fill_container(current, self._hand_over):
                self._tracked[id(current)] = current
            stack.extend(element for element in contents(current) if id(element) in self._tracked)

    def fill(self) -> None:
        """Replace each placeholder whose value is there by the value; forget containers with none left."""
        remaining = {}
        for key, container in self._tracked.items():
            if fill_container(container, self._hand_over):
                remaining[key] = container
        if remaining:
            remaining = self._still_deep(remaining)
        self._tracked = remaining
        self._limit = max(_SWEEP, 2 * len(remaining))

    def _hand_over(self, pending: Pending) -> Any:
        """The value of a placeholder that is to be replaced. Whoever will change it claims it from now on."""
        value = taken(pending)
        if pending.readers and self._claims is not None:
            self._claims.hand_over(pending, value)
        writer = pending.writer
        if writer is not None and writer.state is State.OPEN and self._claims is not None and not is_immutable(value):
            self._claims.claim(value, writer)
        return value

    def _still_deep(self, directly: dict[int, Any]) -> dict[int, Any]:
        """Of the containers tracked before, those that still reach one that holds a placeholder."""
        kept = dict(directly)
        grown = True
        while grown:
            grown = False
            for key, container in self._tracked.items():
                if key not in kept and any(id(element) in kept for element in contents(container)):
                    kept[key] = container
                    grown = True
        return kept

    def _sweep(self) -> None:
        """Forget containers that only this table still holds, and fill what can be filled.

        A loop such as ``out = out + [f(x)]`` makes a new container each time; without this all of them would stay.
        """
        self.drop_garbage()
        self.fill()

    def drop_garbage(self) -> None:
        """Forget containers that nobody else holds, so that nobody fetches values for them."""
        while True:
            garbage = [key for key in self._tracked if self._is_alone(key)]
            for key in garbage:
                del self._tracked[key]
            if not garbage:
                break

    def _is_alone(self, key: int) -> bool:
        container = self._tracked[key]
        # 3: the table's value, the local variable, the argument. (Going through items() would hold it once more.)
        return sys.getrefcount(container) <= 3


def contents(container: Any) -> list[Any]:
    """What a container holds directly and a placeholder could stand for."""
    kind = type(container)
    if kind is list or kind is tuple or kind is set or kind is frozenset or kind is deque:
        return list(container)
    if kind in MAPPINGS:
        return list(container.values())
    return list((own_attributes(container) or {}).values())


def taken(pending: Pending) -> Any:
    """The value of a pending value, handed to the program.

    The program may change the object from now on, so a reference to the task's own result no longer means the same.
    """
    pending.task = None
    return pending.get()


def fill_container(container: Any, hand_over: Callable[[Pending], Any] = taken) -> bool:
    """Replace the placeholders whose values are there; True if one is left."""
    left = False
    kind = type(container)
    if kind is list or kind is deque:
        for index, element in enumerate(container):
            if type(element) is Pending:
                if element.done:
                    container[index] = hand_over(element)
                else:
                    left = True
        return left
    mapping = container if kind in MAPPINGS else own_attributes(container)
    if mapping is None:
        return False
    for name, element in list(mapping.items()):
        if type(element) is Pending:
            if element.done:
                mapping[name] = hand_over(element)
            else:
                left = True
    return left
