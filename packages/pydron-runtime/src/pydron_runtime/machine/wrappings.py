"""What a call that nobody knows makes of an iterable: a progress bar, a generator of the user's.

``for x in tqdm(xs)`` is a sync-point at each step. While the program waits there, the loop may look ahead, if it can be
guessed which elements are to come: most likely those of the iterable that the call was given. A wrong guess costs time
and never a result.
"""

from __future__ import annotations

import io
import weakref
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydron_runtime.machine.rereading import lines_again
from pydron_runtime.machine.safety import VIEWS, is_array

_SEQUENCES = frozenset({list, tuple, range})
_PLAIN = _SEQUENCES | {set, frozenset, dict, deque} | VIEWS
_FILES = frozenset({io.TextIOWrapper, io.BufferedReader})

_TEXTS = frozenset({int, str, bytes})
"""What an iterator of the library may be made with, besides iterables."""

_KEPT = 16
"""So many of the objects made last are remembered."""

Recipe = tuple[Callable[[], Any], Callable[[], Iterable[Any]]]
"""What gives the object that was made, while it exists, and what makes another one like it."""


class Wrappings:
    """How iterables were made over builtin sequences, for sure or probably."""

    __slots__ = ("_recipes",)

    def __init__(self) -> None:
        self._recipes: dict[int, Recipe] = {}

    def another_like(self, iterable: Any) -> Iterable[Any] | None:
        """Another iterable with the elements of this one, as it was; None where nobody knows."""
        kind = type(iterable)
        if kind in _PLAIN or is_array(iterable) and iterable.ndim:
            return iterable  # type: ignore[no-any-return]
        if kind in _FILES:
            return lines_again(iterable)
        recipe = self._recipes.get(id(iterable))
        return None if recipe is None or recipe[0]() is not iterable else recipe[1]()

    def made(
        self, iterable: Any, callee: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any] = {}
    ) -> None:
        """An iterator of the library has been made of something, and can be made so again."""
        if all(type(arg) in _TEXTS or self.another_like(arg) is not None for arg in args):
            self._remember(iterable, lambda: iterable, lambda: callee(*map(self._again, args), **kwargs))

    def wrapped(self, made: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """A call that nobody knows has made something, probably of the first iterable among its arguments."""
        kind = type(made)
        if not hasattr(kind, "__iter__") or hasattr(kind, "__getitem__") or kind in (set, frozenset):
            return
        for arg in (*args, *kwargs.values()):
            if type(arg) in _SEQUENCES or id(arg) in self._recipes and self.another_like(arg) is not None:
                self._remember(made, _reference(made), lambda found=arg: self._again(found))  # type: ignore[misc]
                return

    def forget(self) -> None:
        """Keep nothing alive any longer."""
        self._recipes.clear()

    def _again(self, iterable: Any) -> Any:
        another = self.another_like(iterable)
        return iterable if another is None else another

    def _remember(self, iterable: Any, known: Callable[[], Any], again: Callable[[], Iterable[Any]]) -> None:
        self._recipes.pop(id(iterable), None)
        self._recipes[id(iterable)] = known, again
        if len(self._recipes) > _KEPT:
            del self._recipes[next(iter(self._recipes))]


def _reference(made: Any) -> Callable[[], Any]:
    """What gives an object. A generator, or an object with a file, is not kept: it ends when the program drops it."""
    try:
        return weakref.ref(made)
    except TypeError:  # one of Python's own iterators, over a sequence
        return lambda: made
