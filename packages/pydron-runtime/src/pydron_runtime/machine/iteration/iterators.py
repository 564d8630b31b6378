"""What a machine knows of the iterators that the program has made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary, WeakSet

if TYPE_CHECKING:
    from pydron_runtime.machine.effects.sharing import Reader
    from pydron_runtime.machine.iteration.lent import Feed, Lent
    from pydron_runtime.machine.order.frames import Frame


class Iterators:
    """The iterators of the library that going through only computes, and the generators that are the machine's.

    Attributes:
        known: ``zip``, ``enumerate`` and ``reversed`` objects made over builtin containers, and over each other.
        feeding: Those of them that go through feeds.
        own: Iterators that one place of the program reads, and no other, with that place (:mod:`..effects.sharing`).
        maps: ``map`` objects, and their relatives, that the machine goes through itself, with function and iterators.
        lent: Generators that the machine goes through in the program's place.
        unfinished: Feeds that Python may still take elements from without asking for whom they are.
        asking: For whom the next element of an iterator is; None where that is not the machine.
    """

    __slots__ = ("asking", "feeding", "known", "lent", "maps", "own", "unfinished")

    def __init__(self) -> None:
        self.known: set[Any] = set()
        self.feeding: set[Any] = set()
        self.own: dict[Any, Reader] = {}
        self.maps: dict[Any, tuple[Any, tuple[Any, ...]]] = {}
        self.lent: WeakKeyDictionary[Any, Lent] = WeakKeyDictionary()
        self.unfinished: WeakSet[Feed] = WeakSet()
        self.asking: tuple[Frame, int] | None = None

    def forget(self) -> None:
        """Keep nothing alive any longer: no code of the machine's will ask again."""
        for kept in (self.known, self.feeding, self.own, self.maps):
            kept.clear()
