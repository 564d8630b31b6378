"""Claims: per-object program order between deferred work and the code that runs ahead of it.

A deferred frame claims the containers that it will modify. An operation that stands later in the program and meets a
claimed container waits until the claim is given up. A frame also announces what it will *read*: a later store to
anything that can be reached from there waits, so that the frame finds things as they were at its place in the program.
"""

from __future__ import annotations

import contextlib
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Iterable
from types import MemberDescriptorType
from typing import Any

from pydron_runtime.machine.order.entries import Entry, Order, State, TaskEntry
from pydron_runtime.machine.order.frames import Frame
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import CODE, CONTAINERS, MAPPINGS, SCALARS, is_immutable, own_attributes

_REACH_LIMIT = 20_000


def released(entry: Entry) -> bool:
    """Whether an entry no longer touches the objects it claimed."""
    if entry.state is State.DROPPED:
        return True
    if isinstance(entry, Frame):
        return entry.finished
    if isinstance(entry, TaskEntry):
        return entry.submitted or entry.state is State.DONE
    return entry.state is State.DONE


def is_within(frame: Frame | None, ancestor: Entry) -> bool:
    """Whether a frame is the given one or was begun, at whatever distance, by it."""
    while frame is not None:
        if frame is ancestor:
            return True
        frame = frame.frame
    return False


class Claims:
    """Which unfinished deferred work modifies, or reads, which objects."""

    __slots__ = ("_reach", "_readers", "_writers", "memory_stores")

    def __init__(self) -> None:
        self.memory_stores = 0
        self._writers: dict[int, tuple[Any, list[tuple[Order, int, Entry]]]] = {}
        self._readers: list[tuple[Entry, tuple[Any, ...]]] = []
        self._reach: dict[int, tuple[Any, set[int] | None]] = {}

    def __bool__(self) -> bool:
        return bool(self._writers) or bool(self._readers)

    @property
    def any_writer(self) -> bool:
        """Whether any object is claimed for modification."""
        return bool(self._writers)

    def claim(self, container: Any, entry: Entry) -> None:
        """The entry will modify the container."""
        _, holders = self._writers.setdefault(id(container), (container, []))
        insort(holders, (entry.order, id(entry), entry))

    def announce(self, roots: tuple[Any, ...], entry: Entry) -> None:
        """The entry will read these objects, and what can be reached from them."""
        if roots:
            self._readers.append((entry, roots))

    def hand_over(self, pending: Pending, value: Any) -> None:
        """The program gets hold of a value: what was put off, and reads or modifies it, comes before later stores."""
        if pending.readers:
            readers = [entry for entry in pending.readers if not released(entry)]
            pending.readers.clear()
            if readers and not is_immutable(value):
                for entry in readers:
                    self.announce((value,), entry)

    def writer_before(self, container: Any, frame: Frame) -> Entry | None:
        """The unfinished claim on an object that an operation of this frame, here, has to wait for."""
        found = self._writers.get(id(container))
        if found is None:
            return None
        holders = found[1]
        while holders and released(holders[0][2]):
            del holders[0]
        if not holders:
            del self._writers[id(container)]
            return None
        here = frame.here
        for order, _, entry in holders:
            if order > here:
                return None
            if not entry.looks and not released(entry) and not is_within(frame, entry):
                return entry
        return None

    def before(self, container: Any, order: Order, frame: Frame, looks: bool) -> Entry | None:
        """What an operation on an object, at a place in program order, has to come after; None if it is its turn.

        Of several claims the last before it, which itself comes after the others.

        Args:
            frame: Whose operation it is.
            looks: It only looks at the object.
        """
        found = self._writers.get(id(container))
        if found is not None:
            holders = found[1]
            while holders and released(holders[0][2]):
                del holders[0]
            if not holders:
                del self._writers[id(container)]
            for index in range(bisect_left(holders, (order,)) - 1, -1, -1):
                entry = holders[index][2]
                if not (looks and entry.looks) and not released(entry) and not is_within(frame, entry):
                    return entry
        return None if looks else self.reader_before(container, frame, order)

    def reader_before(self, container: Any, frame: Frame, order: Order | None = None) -> Entry | None:
        """An unfinished reader, earlier in the program, that a store to this object would disturb.

        Args:
            order: The place of the store; None for where the frame's code stands.
        """
        if not self._readers:
            return None
        self._readers = [item for item in self._readers if not released(item[0])]
        if not self._readers:
            self._reach.clear()
            return None
        here = frame.here if order is None else order
        for entry, roots in self._readers:
            if entry.order < here and not is_within(frame, entry) and self._reaches(roots, container):
                return entry
        return None

    def stored(self, container: Any) -> None:
        """An object was modified: what can be reached through it is to be looked at anew."""
        if type(container) not in CONTAINERS and own_attributes(container) is None:
            self.memory_stores += 1
        if self._reach:
            key = id(container)
            stale = [root for root, (_, reach) in self._reach.items() if reach is None or key in reach]
            for root in stale:
                del self._reach[root]

    def claimed_inside(self, value: Any, frame: Frame) -> Entry | None:
        """The claim to wait for before a value may be looked at deeply."""
        if not self._writers:
            return None
        reach = reachable((value,))
        for key in [key for key in self._writers if reach is None or key in reach]:
            entry = self.writer_before(self._writers[key][0], frame)
            if entry is not None:
                return entry
        return None

    def clear(self) -> None:
        """Everything has retired."""
        self._writers.clear()
        self._readers.clear()
        self._reach.clear()

    def _reaches(self, roots: tuple[Any, ...], container: Any) -> bool:
        key = id(container)
        for root in roots:
            known = self._reach.get(id(root))
            if known is None:
                known = (root, reachable((root,)))
                self._reach[id(root)] = known
            if known[1] is None or key in known[1]:
                return True
        return False


def reachable(roots: Iterable[Any]) -> set[int] | None:
    """Identities of the changeable objects that can be reached; None if there are too many to say."""
    seen: set[int] = set()
    stack = list(roots)
    while stack:
        value = stack.pop()
        kind = type(value)
        if kind in SCALARS or kind in CODE or issubclass(kind, type):
            continue
        if kind is Pending:
            if value.done and value.load is None:
                stack.append(value.value)
            continue
        if id(value) in seen:
            continue
        seen.add(id(value))
        if len(seen) > _REACH_LIMIT:
            return None
        if kind is list or kind is tuple or kind is set or kind is frozenset or kind is deque:
            if len(value) > _REACH_LIMIT:
                return None
            stack.extend(value)
        elif kind in MAPPINGS:
            stack.extend(value)
            stack.extend(value.values())
        else:
            inside = _inside_of_object(value)
            if inside is None:
                return None
            stack.extend(inside)
    return seen


def _inside_of_object(value: Any) -> list[Any] | None:
    base = getattr(value, "base", None) if type(value).__module__ == "numpy" else None
    if base is not None:
        return [base]
    inside: list[Any] = []
    for kind in type(value).__mro__:
        for slot in kind.__dict__.values():
            if type(slot) is MemberDescriptorType:
                with contextlib.suppress(AttributeError):
                    inside.append(slot.__get__(value))
    own = own_attributes(value)
    if own is not None:
        inside.extend(own.values())
    elif not inside and type(value).__module__ != "numpy":
        return None if hasattr(type(value), "__iter__") else inside
    return inside
