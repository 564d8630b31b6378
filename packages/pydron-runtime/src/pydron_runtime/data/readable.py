"""Readable values: what is sent must not only be written, the other side has to be able to read it back.

A class may write what it then refuses to read: an exception whose constructor wants more than it passes on, a proxy
whose ``__getattr__`` needs what is not there yet. Whoever finds that out in a worker is too late, for the objects
themselves were not sent. So the first value with a class that has a hand in this is read back here, once per class.
"""

from __future__ import annotations

import weakref

from pydron.interrupts import let_through
from pydron_runtime.data.payload import Payload, Place, dump, load, unreadable
from pydron_runtime.data.references import Unresolved

HANDS = ("__new__", "__reduce__", "__reduce_ex__", "__setattr__", "__getattribute__")
"""Methods that every class has, and those with a hand in how they are read have one of their own."""

MORE_HANDS = ("__setstate__", "__getattr__")
"""Methods that only such classes have."""

_STATIC = 1 << 9
"""Flag that a class made by ``class`` has, and Python's own in C have not (``Py_TPFLAGS_HEAPTYPE``)."""

_trusted: weakref.WeakSet[type] = weakref.WeakSet()


def dump_readable(value: object, what: str, place: Place | None = None) -> Payload:
    """Serialise a value as it is now, if it can be read back. Arguments as those of :func:`.payload.dump`.

    Raises:
        TransportError: It cannot be written, or not be read.
    """
    kinds: set[type] = set()
    payload = dump(value, what, place, kinds=kinds)
    new = [kind for kind in kinds if kind not in _trusted]
    if new:
        if any(map(_has_a_hand, new)):
            try:
                load(payload)
            except Unresolved:
                return payload  # what it refers to is not there yet: not now
            except BaseException as error:
                let_through(error)
                raise unreadable(value, what, error) from error
        _trusted.update(new)
    return payload


def _has_a_hand(kind: type) -> bool:
    """Whether a class decides how its objects are read."""
    if not kind.__flags__ & _STATIC:
        return False
    base: type = BaseException if issubclass(kind, BaseException) else object
    hands = HANDS if base is object else ("__init__", *HANDS)  # an exception is read by calling its class
    return any(getattr(kind, name) is not getattr(base, name) for name in hands) or any(
        name in vars(each) for each in kind.__mro__ if each.__flags__ & _STATIC for name in MORE_HANDS
    )
