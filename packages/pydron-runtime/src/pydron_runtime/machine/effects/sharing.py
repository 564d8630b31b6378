"""Iterators that the program shares: a handler, the caller or later code may go on with them.

The machine goes through an iterator ahead of results that are not there. Should one of these turn out to be a failure,
whoever else reads the iterator must find it where it was. Taking an element is a store: if the iterator can be put
back, it is taken at once, and the undo log knows how. If not, it is taken when everything before has retired.

An iterator that the program has just made, and that one place reads and no other, is that place's *own*. Nobody sees
how far it has got, so nothing of this applies to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.order.current import await_writers_behind
from pydron_runtime.machine.order.stores import store
from pydron_runtime.machine.values.indirect import PAIRING, behind
from pydron_runtime.machine.values.safety import ITERATORS

if TYPE_CHECKING:
    from pydron_runtime.machine.order.frames import Frame
    from pydron_runtime.machine.order.undo import Inverse

_PLACED: frozenset[type] = frozenset(map(type, (iter([]), iter(()), iter(""), iter("é"), iter(b""), reversed([]))))
"""Iterators that say how far they have got, and can be put back, as long as they have not come to their end."""

Reader = tuple[Any, frozenset[int]]
"""Code, and those of its nodes that read an iterator."""

ANYBODY: Reader = (None, frozenset())
"""For an iterator that only another one goes through, which is somebody's own."""


def made(frame: Frame, site: int, args: tuple[Any, ...], iterator: Any) -> Any:
    """An iterator of the library has been made of the arguments of a call. Gives it."""
    own = frame.machine.iterators.own
    inner = [arg for arg in args if _is_iterator(arg)]
    alone = True
    for arg in inner:
        alone = is_own(frame, site, arg) and alone
        if arg is not iterator:
            own[arg] = ANYBODY
    code = frame.code
    readers = code.sole_readers.get(code.node(site)) if alone else None
    if readers is not None:
        own[iterator] = code, readers
    return iterator


def is_own(frame: Frame, site: int, iterator: Any) -> bool:
    """Whether an iterator is for this place alone. Says so once."""
    if type(iterator) is GeneratorType:
        return iterator in frame.machine.iterators.lent  # nobody else sees it
    reader = frame.machine.iterators.own.pop(iterator, None)
    if reader is None:
        return False
    return reader is ANYBODY or reader[0] is frame.code and frame.code.node(site) in reader[1]


def _is_iterator(value: Any) -> bool:
    kind = type(value)
    return kind in ITERATORS or kind in PAIRING or kind is GeneratorType


def through_shared(frame: Frame, site: int, iterator: Iterator[Any]) -> Iterator[Any]:
    """Go through an iterator of the interpreter that others see."""
    containers = behind(iterator)
    machine = frame.machine

    def take() -> Any:
        return next(iterator)

    while True:
        await_writers_behind(frame, site, containers)
        known = machine.main.queue and _way_back(iterator) is not None
        if not known:
            machine.fence(frame, site, "PD402", type(iterator).__qualname__)
        try:
            element = store(frame, frame.here, lambda: _way_back(iterator) or _stay, take) if known else take()
        except StopIteration:
            return
        yield element


def _stay() -> None:
    """An iterator at its end: nothing is taken from it."""


def in_order(frame: Frame, site: int, iterator: Any, steps: Iterator[Any]) -> Iterator[Any]:
    """Take each step when everything before has retired."""
    detail = type(iterator).__qualname__
    while True:
        frame.machine.fence(frame, site, "PD402", detail)
        try:
            element = next(steps)
        except StopIteration:
            return
        yield element


def _way_back(iterator: Any) -> Inverse | None:
    """What puts an iterator back to where it is; None where nothing does, as at its end."""
    parts = _parts(iterator)
    if parts is None:
        return None
    places: list[tuple[Callable[[Any], object], Any]] = []
    for part in parts:
        if not part.__length_hint__():
            return None
        places.append((part.__setstate__, part.__reduce__()[2]))

    def put_back() -> None:
        for set_state, place in places:
            set_state(place)

    return put_back


def _parts(iterator: Any) -> list[Any] | None:
    """The iterators that one goes through, or itself, if these are all that it needs to be put back."""
    kind = type(iterator)
    if kind in _PLACED:
        return [iterator]
    if kind is not zip:
        return None
    found: list[Any] = []
    for inner in iterator.__reduce__()[1]:
        parts = _parts(inner)
        if parts is None:
            return None
        found += parts
    return found
