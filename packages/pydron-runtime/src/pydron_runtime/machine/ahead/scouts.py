"""Scouts: go through a loop's body for the next elements, while the program waits for a decision.

``pydron.emit.scouts`` says what a scout does. It runs in a frame of its own, in which nothing can be waited for, begun
or modified: whatever would do so raises :class:`Unforeseen`, and the scout passes it over. Only functional calls are
asked for, as guesses. What a scout does with the calls that it comes to stands in :mod:`.scouted`.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from types import GeneratorType
from typing import TYPE_CHECKING, Any, NoReturn

from greenlet import getcurrent

from pydron.emit.builder import PREFIX
from pydron.emit.scouts import FACTORY, ScoutUnit, scout_unit
from pydron.interrupts import let_through
from pydron.ir.nodes import For, walk
from pydron.location import Span
from pydron_runtime.machine.ahead.speculation import Guess, Unforeseen
from pydron_runtime.machine.iteration.iterators import Iterators
from pydron_runtime.machine.loops.tiers import Tiers
from pydron_runtime.machine.operations.access import iterate
from pydron_runtime.machine.values.indirect import PAIRING
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import ITERATORS, VIEWS

if TYPE_CHECKING:
    from pydron_runtime.machine.code import Code
    from pydron_runtime.machine.machine import Machine
    from pydron_runtime.machine.order.entries import Order
    from pydron_runtime.machine.order.frames import Frame

INDEXED = frozenset({list, tuple, range, str, bytes})
"""What a scout may look at without anybody noticing."""

GONE_THROUGH = INDEXED | {set, frozenset, dict, deque} | VIEWS
"""What it may go through without anybody noticing."""

STEPS = 64
"""Steps that a scout takes at most; they bound what it asks for per iteration, and the time that it takes."""

DEPTH = 8
"""Calls within one another that a scout enters at most."""

_NOTHING: Any = object()

Run = Callable[..., Any]


class ScoutCode:
    """A scout of one loop, or of one function."""

    __slots__ = ("_code", "_make", "_unit")

    def __init__(self, code: Code, unit: ScoutUnit) -> None:
        self._code = code
        self._unit = unit
        namespace: dict[str, Any] = {}
        exec(unit.code, code.record.function.__globals__, namespace)
        self._make: Callable[..., Run] = namespace[FACTORY]

    def runs(self) -> Run:
        """The scout, which sees the free variables as they are now.

        Raises:
            LookupError: One of them is not bound.
        """
        unit = self._unit
        given = {name: self.lookup(name) for name in unit.free_names}
        given.update({f"{PREFIX}op_{name}": SCOUTING[name] for name in unit.operations})
        given.update({f"{PREFIX}{name}": getattr(operator, name) for name in unit.operators})
        return self._make(**given)

    def lookup(self, name: str) -> Any:
        """What a global or free name of the function means now."""
        return self._code.lookup(name)

    @property
    def sole_readers(self) -> Mapping[int, frozenset[int]]:
        """Calls whose result one place reads, and no other."""
        return self._code.sole_readers

    def node(self, site: int) -> int:
        """The node of a site."""
        return self._unit.places[site][0]

    def span(self, site: int) -> Span:
        """The place of a site in the user's source."""
        return self._unit.places[site][1]


def _unforeseen(*args: Any, **kwargs: Any) -> NoReturn:
    raise Unforeseen


class _Containers:
    """The machine's containers, which a scout may only ask."""

    __slots__ = ("_real", "holds_pending")

    def __init__(self, real: Any) -> None:
        self._real = real
        self.holds_pending: Callable[[Any], bool] = real.holds_pending

    def __len__(self) -> int:
        return len(self._real)

    def __contains__(self, container: object) -> bool:
        return container in self._real

    def track(self, container: Any) -> None:
        """Nothing: what a scout makes is not seen by anybody else."""

    def track_if(self, container: Any, *elements: Any) -> None:
        """Nothing."""


class _Surroundings:
    """What a scout's operations see of the machine. Anything else is unforeseen."""

    def __init__(self, machine: Machine) -> None:
        self.claims = machine.claims
        self.containers = _Containers(machine.containers)
        self.changes_pending = machine.changes_pending
        self.iterators = Iterators()
        self.wait = self.value = self.fence = _unforeseen

    def __getattr__(self, name: str) -> NoReturn:
        raise Unforeseen


class Scout:
    """The frame of a scout.

    Attributes:
        frame: In which the loop runs.
        guesses: What has been asked for.
        left: Steps that may still be taken, each an element of a loop or a call that is entered.
        depth: Calls within one another that it has entered.
        place: Node and line of the outermost of these calls; None where there is none.
        own: By id, the containers and iterators that it may change.
        known: Guesses that were made before, and are to be taken in the place of new ones.
        asking: Whether it asks for the calls that it comes to; else their results are not known.
        hopeful: Whether it has asked for something of late.
    """

    __slots__ = (
        "_asked", "asking", "code", "depth", "frame", "guesses", "here", "kind", "known", "left", "machine",
        "next_order", "order", "own", "place", "queue",
    )  # fmt: skip

    def __init__(self, frame: Frame, code: ScoutCode) -> None:
        self.frame = frame
        self.code: Any = code
        self.order: Order = frame.order
        self.here = frame.here
        self.kind = "region"
        self.machine = _Surroundings(frame.machine)
        self.queue: tuple[()] = ()
        self.next_order = _unforeseen
        self.guesses: list[Guess] = []
        self.left = STEPS
        self.depth = 0
        self.place: tuple[int, int] | None = None
        self.own: dict[int, Any] = {}
        self.known: list[Guess] = []
        self.asking = True
        self._asked = True

    def next_iteration(self) -> None:
        """Go on, in another iteration: with as many steps, and another list of guesses."""
        self._asked = bool(self.guesses) or self.left == STEPS
        self.guesses = []
        self.left = STEPS
        self.machine = _Surroundings(self.frame.machine)

    @property
    def hopeful(self) -> bool:
        """Whether it has asked for something in this iteration or the one before."""
        return bool(self.guesses) or self._asked

    def step(self) -> None:
        """Take a step.

        Raises:
            Unforeseen: There have been enough.
        """
        if self.left <= 0:
            raise Unforeseen
        self.left -= 1

    @contextmanager
    def entering(self, site: int, code: ScoutCode) -> Iterator[None]:
        """Go on in the code of a function that is called from a site.

        Raises:
            Unforeseen: It is too deep.
        """
        self.step()
        if self.depth >= DEPTH:
            raise Unforeseen
        kept = self.code, self.place
        self.place = self.place_of(site)
        self.code, self.depth = code, self.depth + 1
        try:
            yield
        finally:
            self.code, self.place = kept
            self.depth -= 1

    def place_of(self, site: int) -> tuple[int, int]:
        """Node and line of a site, as the function sees it in which the loop is."""
        return self.place or (self.code.node(site), self.code.span(site).line)


class Ahead:
    """What looks ahead for one loop.

    Attributes:
        frame: In which the loop runs.
        code: Its scout; None where there is none.
    """

    def __init__(self, frame: Frame, site: int, source: Any, node: int, names: tuple[str, ...], values: Any) -> None:
        self.frame = frame
        self.site = site
        self.code: ScoutCode | None = None
        self._node = node
        self._captures = dict(zip(names, values))
        self._tiers = source if type(source) is Tiers else None
        self._source = self._tiers.source if self._tiers is not None else source
        self._position = -1
        self._made = False
        self._seen: list[Any] = []
        self._copy: Iterator[Any] | None = None
        self.guesses: deque[tuple[int, list[Guess]]] = deque()
        self._until = -1

    def steps(self) -> Iterator[Any]:
        """What the loop goes through, where it has no tiers."""
        for element in iterate(self.frame, self.site, self._source):
            self._position += 1
            yield element

    def look(self) -> bool:
        """Ask for the calls of the next iterations, those of which have not been asked for.

        Returns:
            Whether all iterations of the loop that can be seen have been looked at: the loop around it might look ahead
            as well.
        """
        speculation = self.frame.machine.speculation
        reach = speculation.reach
        if not reach or self.frame.machine.closed:
            return False
        if not self._made:
            self._made = True
            self._prepare()
        if self.code is None:
            return True  # nothing of it can be seen
        position = self._position if self._tiers is None else self._tiers.position
        while self.guesses and self.guesses[0][0] < position:
            speculation.drop(self.guesses.popleft()[1])
        first = max(self._until, position) + 1
        if first > position + reach // 2 + 1 and self.guesses:
            return False  # enough is under way; not every iteration has to look
        for index in range(first, position + 1 + reach):
            if not speculation.has_room:
                return False
            element = self._peek(index)
            if element is _NOTHING:
                return True
            self._until = index
            self._send(index, element)
        return False

    def _send(self, index: int, element: Any) -> None:
        code = self.code
        assert code is not None
        if type(element) is Pending or goes_on(element):
            return
        scout = Scout(self.frame, code)
        try:
            code.runs()(scout, element, *self._captures.values())
        except Exception as error:
            let_through(error)  # whatever else it was, it has not happened
        if scout.guesses:
            self.guesses.append((index, scout.guesses))

    def _prepare(self) -> None:
        # What changes when somebody goes through it is a value that never comes.
        self._captures = {name: Pending() if goes_on(value) else value for name, value in self._captures.items()}
        if type(self._source) in INDEXED or self._fresh() is not None:
            self.code = scout_of(self.frame.code, self._node, tuple(self._captures))

    def _fresh(self) -> Iterator[Any] | None:
        """Another iterator like the loop's, where the machine knows how that was made."""
        if self._copy is None:
            another = self.frame.machine.speculation.wrappings.another_like(self._source)
            self._copy = None if another is None else iter(another)
        return self._copy

    def _peek(self, index: int) -> Any:
        """An element to come; ``_NOTHING`` where there is none."""
        if type(self._source) in INDEXED:
            return self._source[index] if index < len(self._source) else _NOTHING
        copy = self._fresh()
        assert copy is not None
        if index >= len(self._seen):
            try:
                self._seen.extend(islice(copy, index + 1 - len(self._seen)))
            except Exception as error:  # a container that has changed meanwhile, a file that is not what it was
                let_through(error)
                return _NOTHING
        return self._seen[index] if index < len(self._seen) else _NOTHING


def goes_on(value: Any) -> bool:
    """Whether going through a value changes it."""
    kind = type(value)
    return kind in PAIRING or kind in ITERATORS or kind is GeneratorType


def scout_of(code: Code, node_id: int, names: tuple[str, ...]) -> ScoutCode | None:
    """The scout of a loop, made the first time."""
    if node_id not in code.scouts:
        code.scouts[node_id] = _make(code, node_id, names)
    found: ScoutCode | None = code.scouts[node_id]
    return found


def _make(code: Code, node_id: int, names: tuple[str, ...]) -> ScoutCode | None:
    graph = code.record.taken_apart
    node = next(node for node in walk(graph.body) if node.id == node_id)
    assert isinstance(node, For)
    unit = scout_unit(graph, node, names)
    return None if unit is None else ScoutCode(code, unit)


SCOUTING: dict[str, Any] = {}
"""The operations that scouts use; filled by :mod:`..operation_table`."""


def ahead(frame: Frame, site: int, source: Any, node: int, names: tuple[str, ...], *values: Any) -> Ahead:
    """What looks ahead for a loop that is about to begin."""
    made = Ahead(frame, site, source, node, names, values)
    if getcurrent() is frame.machine.driver:
        frame.machine.speculation.enters(made)
    return made


def looked(frame: Frame, site: int, ahead: Ahead, value: Any) -> Any:
    """A value that is about to be waited for: the loop looks ahead if it is not there."""
    if type(value) is Pending and not value.done:
        ahead.look()
    return value
