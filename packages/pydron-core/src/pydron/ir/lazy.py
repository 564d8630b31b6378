"""A graph that is built when it is first looked at.

``function.graph`` is a plain attribute of a plain function, so it must be there when the function is decorated; but
building it then would make every import pay. The object is therefore a :class:`Graph` whose slots are still empty. The
first access fills them, and from then on it is an ordinary ``Graph``: class, equality, hash and all.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

from pydron.ir.nodes import Graph

_room: Any = Graph.__dict__["globals"]
"""The slot that holds, in a graph not yet built, what builds it: nowhere else does anything refer to it, so that both
can go when nobody looks."""


class _LazyGraph(Graph):
    """A graph not yet built. Becomes a ``Graph`` in place."""

    __slots__ = ()

    @property
    def globals(self) -> Any:
        return _built(self).globals

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") and name not in ("__dataclass_fields__",):
            raise AttributeError(name)
        return getattr(_built(self), name)

    def __eq__(self, other: object) -> bool:
        return _built(self) == other

    def __hash__(self) -> int:
        return hash(_built(self))

    def __repr__(self) -> str:
        return repr(_built(self))

    def __str__(self) -> str:
        return str(_built(self))

    def __reduce_ex__(self, protocol: Any) -> Any:
        return _built(self).__reduce_ex__(protocol)


def _built(lazy: Graph) -> Graph:
    build = _room.__get__(lazy) if type(lazy) is _LazyGraph else None
    if callable(build):
        graph = build()
        for field in fields(Graph):  # the room is the last: another thread may be looking
            Graph.__dict__[field.name].__set__(lazy, getattr(graph, field.name))
        object.__setattr__(lazy, "__class__", Graph)
    return lazy


def lazy_graph(build: Callable[[], Graph]) -> Graph:
    """A graph that calls ``build`` once, when something of it is first needed."""
    lazy: Graph = object.__new__(_LazyGraph)
    _room.__set__(lazy, build)
    return lazy
