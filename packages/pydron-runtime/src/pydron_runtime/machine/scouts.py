"""Scouts: go through a loop's body for the next elements, while the program waits for a decision.

``pydron.emit.scouts`` says what a scout does. It runs in a frame of its own, in which nothing can be waited for, begun
or modified: whatever would do so raises :class:`Unforeseen`, and the scout passes it over. Only functional calls are
asked for, as guesses.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from types import BuiltinFunctionType, FunctionType, GeneratorType, MethodType
from typing import TYPE_CHECKING, Any, NoReturn, cast

from pydron.analysis.purity import is_calling, is_known_pure, is_pure_method, method_writes_into, writes_into
from pydron.emit.builder import PREFIX
from pydron.emit.scouts import FACTORY, scout_unit
from pydron.ir.nodes import For, walk
from pydron.location import Span
from pydron.marks import is_functional
from pydron_runtime.machine.data import is_data
from pydron_runtime.machine.granularity import cost_of
from pydron_runtime.machine.indirect import PAIRING
from pydron_runtime.machine.ops_access import iterate
from pydron_runtime.machine.pending import Pending
from pydron_runtime.machine.quiet import is_quiet
from pydron_runtime.machine.safety import ITERATORS, SCALARS, is_safe_type
from pydron_runtime.machine.speculation import Guess, Unforeseen
from pydron_runtime.machine.tiers import Tiers

if TYPE_CHECKING:
    from pydron_runtime.machine.code import Code
    from pydron_runtime.machine.entries import Order
    from pydron_runtime.machine.frames import Frame
    from pydron_runtime.machine.machine import Machine

_INDEXED = frozenset({list, tuple, range, str, bytes})
_NOTHING: Any = object()

Run = Callable[..., None]


class ScoutCode:
    """A scout of one loop, ready to run."""

    __slots__ = ("_code", "places", "run")

    def __init__(self, code: Code, run: Run, places: tuple[tuple[int, Span], ...]) -> None:
        self._code = code
        self.run = run
        self.places = places

    def lookup(self, name: str) -> Any:
        """What a global or free name of the function means now."""
        return self._code.lookup(name)

    def node(self, site: int) -> int:
        """The node of a site."""
        return self.places[site][0]

    def span(self, site: int) -> Span:
        """The place of a site in the user's source."""
        return self.places[site][1]


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
        self.known_iterators: frozenset[Any] = frozenset()
        self.maps: Mapping[Any, Any] = {}
        self.wait = self.value = self.fence = _unforeseen

    def __getattr__(self, name: str) -> NoReturn:
        raise Unforeseen


class Scout:
    """The frame of a scout."""

    __slots__ = ("ahead", "code", "frame", "guesses", "here", "kind", "machine", "next_order", "order", "queue")

    def __init__(self, ahead: Ahead, surroundings: _Surroundings) -> None:
        frame = ahead.frame
        self.ahead = ahead
        self.frame = frame
        self.code: Any = ahead.code
        self.order: Order = frame.order
        self.here = frame.here
        self.kind = "region"
        self.machine = surroundings
        self.queue: tuple[()] = ()
        self.next_order = _unforeseen
        self.guesses: list[Guess] = []


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
        self._guesses: deque[tuple[int, list[Guess]]] = deque()
        self._until = -1

    def steps(self) -> Iterator[Any]:
        """What the loop goes through, where it has no tiers."""
        for element in iterate(self.frame, self.site, self._source):
            self._position += 1
            yield element

    def look(self) -> None:
        """Ask for the calls of the next iterations, those of which have not been asked for."""
        speculation = self.frame.machine.speculation
        reach = speculation.reach
        if not reach or self.frame.machine.closed:
            return
        if not self._made:
            self._made = True
            self._prepare()
        if self.code is None:
            return
        position = self._position if self._tiers is None else self._tiers.position
        while self._guesses and self._guesses[0][0] <= position:
            speculation.drop(self._guesses.popleft()[1])
        first = max(self._until, position) + 1
        if first > position + reach // 2 + 1 and self._guesses:
            return  # enough is under way; not every iteration has to look
        for index in range(first, position + 1 + reach):
            element = self._peek(index)
            if element is _NOTHING:
                self._until = index  # there is no more
                return
            self._until = index
            self._send(index, element)

    def _send(self, index: int, element: Any) -> None:
        code = self.code
        assert code is not None
        if type(element) is Pending or _goes_on(element):
            return
        scout: Any = Scout(self, _Surroundings(self.frame.machine))
        try:
            code.run(scout, element, *self._captures.values())
        except Exception:
            pass  # whatever it was, it has not happened
        if scout.guesses:
            self._guesses.append((index, scout.guesses))

    def _prepare(self) -> None:
        # What changes when somebody goes through it is a value that never comes.
        self._captures = {name: Pending() if _goes_on(value) else value for name, value in self._captures.items()}
        if type(self._source) in _INDEXED or self._fresh() is not None:
            self.code = scout_of(self.frame.code, self._node, tuple(self._captures))

    def _fresh(self) -> Iterator[Any] | None:
        """Another iterator like the loop's, where the machine knows how that was made."""
        recipe = self.frame.machine.speculation.recipes.get(id(self._source))
        if recipe is None or recipe[0] is not self._source:
            return None
        if self._copy is None:
            self._copy = recipe[1](*recipe[2])
        return self._copy

    def _peek(self, index: int) -> Any:
        """An element to come; ``_NOTHING`` where there is none."""
        if type(self._source) in _INDEXED:
            return self._source[index] if index < len(self._source) else _NOTHING
        copy = self._fresh()
        assert copy is not None
        if index >= len(self._seen):
            self._seen.extend(islice(copy, index + 1 - len(self._seen)))
        return self._seen[index] if index < len(self._seen) else _NOTHING

    def __del__(self) -> None:
        speculation = self.frame.machine.speculation
        for _, guesses in self._guesses:
            speculation.drop(guesses)


def _goes_on(value: Any) -> bool:
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
    if unit is None:
        return None
    original = code.record.function
    namespace: dict[str, Any] = {}
    exec(unit.code, original.__globals__, namespace)
    given: dict[str, Any] = {}
    for name in unit.free_names:
        try:
            given[name] = code.lookup(name)
        except LookupError:
            return None
    given.update({f"{PREFIX}op_{name}": SCOUTING[name] for name in unit.operations})
    given.update({f"{PREFIX}{name}": getattr(operator, name) for name in unit.operators})
    return ScoutCode(code, namespace[FACTORY](**given), unit.places)


SCOUTING: dict[str, Any] = {}
"""The operations that scouts use; filled by :mod:`.operations`."""


def ahead(frame: Frame, site: int, source: Any, node: int, names: tuple[str, ...], *values: Any) -> Ahead:
    """What looks ahead for a loop that is about to begin."""
    made = Ahead(frame, site, source, node, names, values)
    if frame is frame.machine.main:
        frame.machine.speculation.enters(made)
    return made


def looked(frame: Frame, site: int, ahead: Ahead, value: Any) -> Any:
    """A value that is about to be waited for: the loop looks ahead if it is not there."""
    if type(value) is Pending and not value.done:
        ahead.look()
    return value


def scouted_parts(frame: Any, site: int, value: Any) -> Any:
    """What a scout unpacks: a list or tuple, which does not change by it."""
    if type(value) is Pending or type(value) not in (list, tuple):
        raise Unforeseen
    return value


def scouted(frame: Any, site: int, callee: Any, /, *args: Any, **kwargs: Any) -> Any:
    """A call that a scout has come to."""
    kind = type(callee)
    scout = cast(Scout, frame)
    if kind is not Pending and is_functional(callee):
        return _guessed(scout, site, callee, args, kwargs)
    if kwargs or kind in (Pending, FunctionType, MethodType) or not all(map(is_data, args)):
        raise Unforeseen
    if kind is BuiltinFunctionType and not isinstance(callee.__self__, type(operator)):
        target = type(callee.__self__)
        known = target in SCALARS or is_safe_type(target)
        if (
            not known
            or not is_pure_method(target, callee.__name__)
            or method_writes_into(target, callee.__name__, len(args))
        ):
            raise Unforeseen
        return callee(*args)
    if not is_known_pure(callee) or is_calling(callee) or writes_into(callee, len(args)):
        raise Unforeseen
    return callee(*args)


def _guessed(scout: Scout, site: int, callee: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    function = callee
    if type(callee) is MethodType:
        function, args = callee.__func__, (callee.__self__, *args)
    machine = scout.frame.machine
    holds_pending = machine.containers.holds_pending
    for value in (*args, *kwargs.values()):
        if type(value) is not Pending and (holds_pending(value) or not is_quiet(value)):
            raise Unforeseen
    if cost_of(function).is_short or machine.claims.any_writer or machine.changes_pending:
        raise Unforeseen
    if machine.unfolding.takes(function):
        raise Unforeseen
    place = scout.code.node(site), scout.code.span(site).line
    guess = machine.speculation.guess(scout.frame, place, function, args, kwargs)
    scout.guesses.append(guess)
    return guess.result
