"""What a call that nobody knows makes of an iterable: a progress bar, a generator of the user's.

``for x in tqdm(xs)`` is a sync-point at each step. While the program waits there, the loop may look ahead, if it can be
guessed which elements are to come: most likely those of the iterable that the call was given. A wrong guess costs time
and never a result.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from weakref import ref

from pydron_runtime.machine.iteration.rereading import lines_again
from pydron_runtime.machine.values.safety import VIEWS, is_array

_SEQUENCES = frozenset({list, tuple, range})
_PLAIN = _SEQUENCES | {set, frozenset, dict, deque} | VIEWS
_FILES = frozenset({io.TextIOWrapper, io.BufferedReader})

_TEXTS = frozenset({int, str, bytes})
"""What an iterator of the library may be made with, besides iterables."""

_KEPT = 16
"""So many of the objects made last are remembered."""

_DEEPEST = 8
"""Objects made of objects that were made, and so on: no further than this."""


@dataclass(frozen=True, slots=True)
class _Recipe:
    """How an object was made. The object itself is not kept: it is to end when it would in plain Python.

    Attributes:
        again: Makes another one.
        depth: How many others it was made of, one of another.
        kind: The object's type.
        made: The object, where it can be referred to weakly. Where not, another one of this type at the same place in
            memory would be taken for it, and guessed wrongly, which does no harm.
    """

    again: Callable[[], Iterable[Any]]
    depth: int
    kind: type
    made: ref[Any] | None = None

    def is_of(self, iterable: Any) -> bool:
        """Whether this is how an object was made that has the ``id`` of the one it was kept for."""
        return type(iterable) is self.kind if self.made is None else self.made() is iterable


def _itself(value: Any) -> _Recipe:
    return _Recipe(lambda: value, 0, type(value))


def _lines(file: Any) -> _Recipe:
    held = ref(file)
    return _Recipe(lambda: lines_again(held()) or (), 0, type(file), held)


class Wrappings:
    """How iterables were made over builtin sequences, for sure or probably."""

    __slots__ = ("__weakref__", "_recipes")

    def __init__(self) -> None:
        self._recipes: dict[int, _Recipe] = {}

    def another_like(self, iterable: Any) -> Iterable[Any] | None:
        """Another iterable with the elements of this one, as it was; None where nobody knows.

        Ask once: that of an iterator is forgotten.
        """
        recipe = self._recipe_of(iterable)
        return None if recipe is None else recipe.again()

    def made(
        self, iterable: Any, callee: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any] = {}
    ) -> None:
        """An iterator of the library has been made of something, and can be made so again."""
        recipes = [_itself(arg) if type(arg) in _TEXTS else self._recipe_of(arg) for arg in args]
        known = [recipe for recipe in recipes if recipe is not None]
        if len(known) == len(recipes):
            depth = 1 + max((recipe.depth for recipe in known), default=0)
            self._remember(iterable, lambda: callee(*(recipe.again() for recipe in known), **kwargs), depth)

    def wrapped(self, made: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> None:
        """A call that nobody knows has made something, probably of the first iterable among its arguments."""
        kind = type(made)
        if not hasattr(kind, "__iter__") or hasattr(kind, "__getitem__") or kind in (set, frozenset):
            return
        for arg in (*args, *kwargs.values()):
            recipe = self._recipe_of(arg) if type(arg) in _SEQUENCES or id(arg) in self._recipes else None
            if recipe is not None:
                # What made the argument makes this one: were the argument looked up instead, a call that returns its
                # own argument would refer to itself.
                self._remember(made, recipe.again, recipe.depth)
                return

    def forget(self) -> None:
        """Keep nothing alive any longer."""
        self._recipes.clear()

    def _recipe_of(self, iterable: Any) -> _Recipe | None:
        kind = type(iterable)
        if kind in _PLAIN or is_array(iterable) and iterable.ndim:
            return _itself(iterable)
        if kind in _FILES:
            return None if lines_again(iterable) is None else _lines(iterable)
        recipe = self._recipes.get(id(iterable))
        if recipe is None or not recipe.is_of(iterable):
            return None
        if recipe.made is None:
            del self._recipes[id(iterable)]  # with it goes what it was made of, which might be in use no longer
        return recipe

    def _remember(self, made: Any, again: Callable[[], Iterable[Any]], depth: int) -> None:
        if depth > _DEEPEST:
            return
        key = id(made)
        self._recipes.pop(key, None)
        self._recipes[key] = _Recipe(again, depth, type(made), self._reference(made))
        if len(self._recipes) > _KEPT:
            del self._recipes[next(iter(self._recipes))]

    def _reference(self, made: Any) -> ref[Any] | None:
        """To an object; when that ends, what it was made of is let go."""
        key, own = id(made), ref(self)

        def forget(gone: ref[Any]) -> None:
            wrappings = own()
            if wrappings is not None:
                recipe = wrappings._recipes.get(key)
                if recipe is not None and recipe.made is gone:
                    del wrappings._recipes[key]

        try:
            return ref(made, forget)
        except TypeError:
            return None
