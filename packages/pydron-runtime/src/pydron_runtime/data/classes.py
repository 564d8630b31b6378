"""Classes that travel by value: those of ``__main__``, of notebooks, and local ones.

A class must come back as the very class it was: ``isinstance`` and ``except`` have to hold in the program, and
the program's class must not be redefined from the outside. So a class is written as a *definition*: its
content hash, an identity that stays the same through all processes, and the pickled class. Who reads a
definition of a class that it knows takes the class it has, without looking at the pickle. That also makes the
second instance of a class cheap: the pickle is made once per class and skipped by the reader.

A worker follows the program: if the program changed a class between two calls, a definition with a new hash
updates the worker's class. The program itself follows nobody.
"""

from __future__ import annotations

import pickle
import threading
import weakref
from collections.abc import Callable
from typing import Any

import msgspec
from cloudpickle import cloudpickle as engine

from pydron_runtime.data.main_names import note
from pydron_runtime.data.modules import by_name


class Definition(msgspec.Struct, frozen=True):
    """A class in serialised form.

    Attributes:
        snapshot: Identities of the class's attributes when the definition was made; differs if it was changed.
        digest: Content hash of ``blob``.
        identity: The same in all processes, whatever happens to the content.
        blob: The pickled class.
    """

    snapshot: tuple[int, ...]
    digest: str
    identity: str
    blob: bytes


_definitions: weakref.WeakKeyDictionary[type, Definition] = weakref.WeakKeyDictionary()
_known: weakref.WeakValueDictionary[str, type] = weakref.WeakValueDictionary()
_making = threading.local()
_following = False


def follow() -> None:
    """From now on this process is a worker: definitions that it reads update its classes."""
    global _following
    _following = True


def _snapshot(cls: type) -> tuple[int, ...]:
    return tuple(map(id, vars(cls).values()))


def reduce(cls: type, pickled: Callable[[object], bytes]) -> Any:
    """How a class is pickled: by name where it can be imported, else as a definition.

    Args:
        cls: The class.
        pickled: Serialises one object on its own.
    """
    definition = _definitions.get(cls)
    if definition is not None and definition.snapshot == _snapshot(cls):
        return define, (definition.digest, definition.identity, definition.blob)
    depth: int = getattr(_making, "depth", 0)
    if cls.__module__ == "builtins" or by_name(cls):
        return engine._class_reduce(cls)
    if depth:
        # Inside another definition a class that has none yet is written out in place: two classes that
        # mention each other would otherwise never end.
        return engine._dynamic_class_reduce(cls)
    _making.depth = depth + 1
    try:
        blob = pickled(cls)
    finally:
        _making.depth = depth
    from hashlib import blake2b  # late: takes longer to import than a worker takes to start, and few need it

    identity = engine._get_or_create_tracker_id(cls)
    definition = Definition(_snapshot(cls), blake2b(blob, digest_size=16).hexdigest(), identity, blob)
    _definitions[cls] = definition
    _known[definition.digest] = cls
    return define, (definition.digest, definition.identity, definition.blob)


def define(digest: str, identity: str, blob: bytes) -> type:
    """The class of a definition. Named in pickles: do not move."""
    cls = _known.get(digest)
    if cls is not None:
        return cls
    cls = engine._DYNAMIC_CLASS_TRACKER_BY_ID.get(identity)
    if cls is None or _following:
        cls = pickle.loads(blob)
        assert isinstance(cls, type)
        _definitions[cls] = Definition(_snapshot(cls), digest, identity, blob)
        note(cls)
    _known[digest] = cls
    return cls
