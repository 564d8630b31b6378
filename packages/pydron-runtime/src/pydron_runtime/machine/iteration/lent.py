"""Generators that the program lends to iterators of the library: ``enumerate(f(x) for x in xs)``.

The generator that the program gets is a real one. As long as only the machine asks for elements, the machine computes
them itself, so that an element may be pending; the generator is never begun. Both take from one iterator, so whoever
else comes to ask goes on where the machine left off.

The iterator of the library is a real one, too: it goes through a :class:`Feed` in place of the generator, or in place
of a ``map`` that is the machine's. The machine says that it is the one who asks (``asking``) before it calls ``next``.
Then elements pass through the iterator as they are, pending or not. Anybody else gets values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from types import GeneratorType
from typing import TYPE_CHECKING, Any

from pydron_runtime.machine.order.current import settled
from pydron_runtime.machine.values.indirect import PAIRING
from pydron_runtime.machine.values.pending import Pending

if TYPE_CHECKING:
    from pydron_runtime.machine.loops.tiers import Tiers
    from pydron_runtime.machine.machine import Machine
    from pydron_runtime.machine.order.frames import Frame

_NOTHING: Any = object()


class Lent:
    """A generator that the machine goes through in the program's place.

    Attributes:
        frame: In which it was made. Only there the machine goes through it.
        resumes: Whether the generator can go on where the machine left off: it has a single loop.
    """

    __slots__ = ("_captures", "_elements", "_tiers", "frame", "resumes")

    def __init__(
        self, frame: Frame, elements: Callable[..., Any], tiers: Tiers, captures: tuple[Any, ...], resumes: bool
    ) -> None:
        self._elements = elements
        self._tiers = tiers
        self._captures = captures
        self.frame = frame
        self.resumes = resumes

    def through(self, generator: Any) -> Iterator[Any]:
        """The elements, computed by the machine."""
        try:
            yield from self._elements(self.frame, self._tiers, *self._captures)
        except GeneratorExit:
            raise
        except BaseException:
            generator.close()  # one that has failed gives nothing more
            raise


def lend(
    frame: Frame,
    tiers: Tiers,
    elements: Callable[..., Any],
    generator: Callable[..., Any],
    captures: tuple[Any, ...],
) -> Any:
    """``(generator expression)``: gives the generator.

    Args:
        tiers: What the generator expression goes through.
        elements: Computes the elements on the machine.
        generator: Makes the generator, what gives its variables their values, and the number of its loops.
        captures: The variables that it uses.
    """
    tiers.keep_to_machine()
    machine = frame.machine
    source, held = tiers.raw, list(captures)
    values: list[Callable[..., None]] = []
    if any(type(value) is Pending for value in held):
        machine.containers.track(held)  # whoever else begins it comes after a fence, which fills them in
        source = _beginning(source, held, values)
    made, give, loops = generator(source, *captures)
    values.append(give)
    machine.iterators.lent[made] = Lent(frame, elements, tiers, captures, loops == 1)
    return made


def _beginning(source: Iterator[Any], held: list[Any], values: list[Callable[..., None]]) -> Iterator[Any]:
    """What the generator itself goes through: when it begins, its variables get their values."""
    for give in values:
        give(*held)
    yield from source


def is_lent(machine: Machine, value: Any) -> bool:
    """Whether a value is a generator that the machine goes through in the program's place."""
    return type(value) is GeneratorType and value in machine.iterators.lent


def is_map(machine: Machine, value: Any) -> bool:
    """Whether a value is a ``map``, or a relative of it, that the machine goes through itself."""
    return type(value) in PAIRING and value in machine.iterators.maps


def through_lent(frame: Frame, generator: Any) -> Iterator[Any] | None:
    """Go through a generator on the machine; None where it belongs to another frame."""
    lent = frame.machine.iterators.lent.pop(generator)
    return lent.through(generator) if lent.frame is frame else None


class Feed:
    """Stands for an iterable of the machine's in an iterator of the library, which goes through :attr:`iterator`.

    Gives elements in *parts*, so that the interpreter itself goes through those that are for anybody but the machine.

    Attributes:
        real: The generator, or the iterator of the library, that the program has given.
        iterator: The elements one by one.
    """

    __slots__ = ("__weakref__", "_begun", "_machine", "_resumes", "_steps", "real")

    def __init__(self, machine: Machine, real: Any) -> None:
        self._machine = machine
        self._steps: Iterator[Any] | None = None
        self._begun: tuple[Frame, int] | None = None
        lent = machine.iterators.lent.get(real) if type(real) is GeneratorType else None
        self._resumes = lent is None or lent.resumes
        self.real = real

    @property
    def iterator(self) -> Iterator[Any]:
        """The elements one by one."""
        return chain.from_iterable(self)

    def __iter__(self) -> Feed:
        return self

    def __next__(self) -> Iterable[Any]:
        iterators = self._machine.iterators
        iterators.unfinished.discard(self)
        asking, iterators.asking = iterators.asking, None
        if asking is None:
            return self._values()
        try:
            return (next(self.steps(*asking)),)
        finally:
            iterators.asking = asking

    def steps(self, frame: Frame, site: int) -> Iterator[Any]:
        """The elements, for the machine."""
        if self._steps is None:
            from pydron_runtime.machine.operations.access import iterate  # the two refer to each other

            self._begun = frame, site
            self._steps = iterate(frame, site, self.real)
        return self._steps

    def _values(self) -> Iterable[Any]:
        """The next elements, for anybody else."""
        if self._steps is None or self._resumes or self._begun is None:
            first = next(self.real)
            self._machine.iterators.unfinished.add(self)
            return chain((first,), islice(self.real, _PART - 1))
        return (settled(*self._begun, next(self._steps)),)


_PART = 64
"""So many elements Python may take before it is asked again for whom they are."""


def fed(machine: Machine, iterable: Any) -> Any:
    """What an iterator of the library is to go through: that of a feed where the iterable is the machine's."""
    kind = type(iterable)
    if (
        kind is GeneratorType
        and iterable in machine.iterators.lent
        or kind in PAIRING
        and iterable in machine.iterators.maps
    ):
        return Feed(machine, iterable).iterator
    return iterable


def is_fed(machine: Machine, iterable: Any) -> bool:
    """Whether going through an iterable, or through what it goes through, is for the machine."""
    kind = type(iterable)
    if kind is GeneratorType:
        return iterable in machine.iterators.lent
    return (
        kind is Feed
        or kind in PAIRING
        and (iterable in machine.iterators.maps or iterable in machine.iterators.feeding)
    )


def as_written(frame: Frame, site: int, iterable: Any) -> tuple[Iterator[Any], Iterator[Any]]:
    """An iterator as Python goes through it, and as the machine does: each goes on where the other left off."""
    from pydron_runtime.machine.operations.access import iterate  # the two refer to each other

    lent = frame.machine.iterators.lent.get(iterable) if type(iterable) is GeneratorType else None
    steps = iterate(frame, site, iterable)
    return iterable if lent is None or lent.resumes else steps, steps


def ask(frame: Frame, site: int, iterator: Iterator[Any]) -> Any:
    """The next element of an iterator of the library, as it is.

    Raises:
        StopIteration: There is none.
    """
    machine = frame.machine
    if machine.iterators.unfinished:
        machine.fence(frame, site, "PD402", type(iterator).__qualname__)  # Python itself computes the next one
    machine.iterators.asking = frame, site
    try:
        return next(iterator)
    finally:
        machine.iterators.asking = None
