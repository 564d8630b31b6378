"""Ranges: the functional calls of a run of iterations are made ahead by a worker, and the loop takes the answers.

``pydron.emit.ranges`` says what a slice is and why its answers are those that the program would get. Here is decided
whether a loop is asked for ahead, how long the ranges are, and how many are under way.
"""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice, repeat
from types import BuiltinFunctionType
from typing import TYPE_CHECKING, Any

from pydron.emit import ranges as slices
from pydron.interrupts import let_through
from pydron.ir.nodes import For, walk
from pydron.marks import is_functional
from pydron_runtime.data import functions, payload
from pydron_runtime.data.payload import TransportError
from pydron_runtime.data.tasks import Completion, Function, Succeeded, Task
from pydron_runtime.machine.iteration.elements_ahead import elements_ahead, paired
from pydron_runtime.machine.order.entries import numbers
from pydron_runtime.machine.values.safety import SCALARS

if TYPE_CHECKING:
    from pydron_runtime.machine.machine import Machine
    from pydron_runtime.machine.order.frames import Frame

WORTH = 3_000
"""Nanoseconds that a iteration has to take: asking ahead costs the program about 1 µs per call."""

WORTH_ALL = 4_000_000
"""Nanoseconds that the rest of the loop has to take."""

FIRST, USUAL = 1_000_000, 8_000_000
"""Nanoseconds of work in the first ranges, and in those in the middle of a long loop."""

PER_WORKER = 4
"""Ranges under way per worker."""

TRIAL = 100_000_000
"""Nanoseconds after which it is looked at whether asking pays; then again after so many."""

TOLERANCE = 1.2
"""How much slower than the loop as it was written it may seem: times are not exact, and others use the machine too."""

LONGEST = 1 << 16
"""Iterations in one range at most."""

LARGEST = 4 * 1024 * 1024
"""Bytes of answers in one range, about."""

_PURE: frozenset[Any] = frozenset({abs, bool, chr, divmod, float, int, len, max, min, ord, pow, round, str})
_LOOKED_AT = 64
"""A range without a single answer in so many iterations ends the asking."""

_CONTAINERS = (list, dict, set)


class Asked:
    """What one loop asks workers: the slice, with the functions and values of this activation.

    Attributes:
        function: Ready to travel; takes the elements and the captured values.
        callees: The functions that are called, by node.
        captured: Values of the captured variables.
        sites: Nodes of all calls in the loop that take answers.
    """

    __slots__ = ("callees", "captured", "function", "sites")

    def __init__(
        self, function: Function, callees: Mapping[int, Any], captured: tuple[Any, ...], sites: tuple[int, ...]
    ) -> None:
        self.function = function
        self.sites = sites
        self.callees = callees
        self.captured = captured


def asked_of(frame: Frame, node_id: int, given: Mapping[str, Any]) -> Asked | None:
    """What a loop can ask ahead; None if nothing.

    Args:
        given: The values of variables that the loop reads and does not bind.
    """
    code = frame.code
    graph = code.record.taken_apart
    node = _loop(frame, node_id)
    if node is None:
        return None
    variables = frozenset(graph.local_names) | frozenset(graph.temporaries)
    paths = slices.answerable(node.body, variables)
    called: dict[int, Any] = {}
    for call, path in paths.items():
        function = _found(code.lookup, path)
        if is_functional(function) or (type(function) in (BuiltinFunctionType, type) and function in _PURE):
            called[call] = function
    if not any(map(is_functional, called.values())):
        return None
    roots = slices.stored_roots(node.body, called)
    alone = roots is not None and all(type(given.get(root)) in _CONTAINERS for root in roots)

    def shared(name: str) -> bool:
        return alone and type(_found(code.lookup, (name,))) in SCALARS

    fixed = frozenset(name for name, value in given.items() if type(value) in SCALARS or _is_plain_tuple(value))
    made = slices.slice_of(node, graph, {call: paths[call] for call in called}, fixed, shared)
    if made is None or not any(is_functional(called[call]) for call in made.calls):
        return None
    namespace: dict[str, Any] = {}
    exec(made.code, {"__name__": __name__}, namespace)
    callees = {call: called[call] for call in made.calls}
    values = [code.lookup(name) for name in made.shared]
    function = namespace[slices.FACTORY](SCALARS, type, BaseException, *callees.values(), *values)
    function.__qualname__ = ", ".join(
        dict.fromkeys(getattr(callee, "__qualname__", "?") for callee in callees.values() if is_functional(callee))
    )
    try:
        ready = functions.function_of(function)
    except TransportError:
        return None
    return Asked(ready, callees, tuple(given[name] for name in made.captures), tuple(paths))


def _loop(frame: Frame, node_id: int) -> For | None:
    for node in walk(frame.code.record.taken_apart.body):
        if node.id == node_id and isinstance(node, For):
            return node
    return None


def nodes_of(frame: Frame, node_id: int) -> frozenset[int]:
    """The nodes of a loop's body."""
    node = _loop(frame, node_id)
    return frozenset() if node is None else frozenset(inner.id for inner in walk(node.body))


def _found(lookup: Callable[[str], Any], path: tuple[str, ...]) -> Any:
    """What a name means, attributes of modules included; None if that cannot be said without running user code."""
    try:
        found = lookup(path[0])
    except (LookupError, AttributeError):
        return None
    for name in path[1:]:
        found = getattr(found, "__dict__", {}).get(name) if type(found) is type(operator) else None
    return found


def _is_plain_tuple(value: Any, depth: int = 4) -> bool:
    if type(value) is not tuple or not depth:
        return False
    return all(type(item) in SCALARS or _is_plain_tuple(item, depth - 1) for item in value)


class Ranges:
    """The ranges of one loop: sent ahead, taken in order.

    Attributes:
        asked: What the workers are asked.
        cost: Nanoseconds that a iteration's slice takes.
        iterations: How many iterations of the last chunk had answers.
    """

    def __init__(self, frame: Frame, site: int, source: Any, begin: int, raw: Iterator[Any], asked: Asked) -> None:
        self.asked = asked
        self._frame = frame
        self._site = site
        self._source = source
        self._raw = raw
        self._next = begin
        self._sent: deque[tuple[int, Sequence[Any]]] = deque()
        self._came: dict[int, Completion] = {}
        self.cost = 0.0
        self.iterations = 0
        self._ran = 0.0
        self._spent = 0
        self._plain = 0.0
        self._size_of_answers = 0.0
        self._answered = False
        self._all_sent = False
        self._over = False

    def chunk(self, cost: float) -> Iterable[Any] | None:
        """The next iterations, each as its answers followed by its element; None when the loop goes on as written.

        Args:
            cost: Nanoseconds that one iteration takes in the program.

        Blocks until the oldest range has come back.
        """
        if self._over:
            return None
        if not self.cost:
            self.cost = cost
        self._send()
        if not self._sent:
            return None
        number, elements = self._sent[0]
        machine = self._frame.machine
        with machine.observer.waiting(machine, self._frame, self._site, "value", ""):
            while number not in self._came:
                machine.step(block=True)
        self._answered = True
        self._sent.popleft()
        answers = self._take(number)
        if answers is None:
            machine.observer.cancelled([number])
            self.end()
            return None
        machine.observer.range_taken(number)
        self.iterations = len(elements)
        return paired(answers, self._source, elements, self._raw)

    def pays(self, taken: int, cost: float) -> bool:
        """Whether asking ahead has been worth it of late.

        Args:
            taken: Nanoseconds that the last chunk took, the waiting included.
            cost: Nanoseconds that one iteration takes as the loop was written.
        """
        self._spent += taken
        # Where others use the machine as well, the program would be as slow by now as its workers are.
        self._plain += max(cost, self._ran) * self.iterations
        if self._spent < TRIAL:
            return True
        pays = self._spent < TOLERANCE * self._plain
        self._spent, self._plain = 0, 0.0
        return pays

    def came(self, completion: Completion) -> None:
        """A range has come back, or will not."""
        self._came[completion.task] = completion

    def end(self) -> None:
        """Ask for nothing more."""
        self._over = True
        machine = self._frame.machine
        left = [number for number, _ in self._sent]
        machine.tasks.forget_ranges(left)
        machine.observer.cancelled(left)
        self._sent.clear()
        self._came.clear()

    def _send(self) -> None:
        """Keep the workers busy."""
        machine = self._frame.machine
        most = PER_WORKER * max(1, machine.executor.workers)
        while len(self._sent) < most and not self._all_sent:
            left = len(self._source) - self._next
            if left <= 0:
                return
            iterations = self._iterations(left, most)
            elements = self._source[self._next : self._next + iterations]
            if not _all_fixed(elements):
                self._all_sent = True  # what has been sent is taken; then the loop goes on as it was written
                return
            try:
                arguments = payload.dump(((elements, *self.asked.captured), {}))
            except TransportError:
                self._all_sent = True
                return
            self._next += iterations
            number = next(numbers)
            machine.observer.range_asked(
                self._frame, self._site, number, self.asked.function.name, iterations, arguments.size
            )
            machine.tasks.issued += 1
            machine.tasks.ask(self, self._task(number, arguments))
            self._sent.append((number, elements))

    def _task(self, number: int, arguments: payload.Payload) -> Task:
        frame = self._frame
        place = f"{frame.code.record.taken_apart.filename.rpartition('/')[2]}:{frame.code.span(self._site).line}"
        return Task(
            id=number,
            function=self.asked.function,
            arguments=arguments,
            label=f"calls of {self.asked.function.name} in the loop ({place})",
            owner=frame.machine.number,
        )

    def _iterations(self, left: int, most: int) -> int:
        """How long the next range is: short at first, and towards the end, so that the workers end together."""
        wanted = USUAL if self._answered else FIRST
        iterations = min(
            LONGEST, int(wanted / max(self.cost, 1.0)), max(left // most, int(FIRST / max(self.cost, 1.0)))
        )
        if self._size_of_answers:
            iterations = min(iterations, int(LARGEST / self._size_of_answers))
        return max(1, min(left, iterations))

    def _take(self, number: int) -> list[Iterable[Any]] | None:
        """The answers of a range, call by call; None if there are none."""
        completion = self._came.pop(number)
        machine = self._frame.machine
        machine.tasks.forget_ranges([number])
        if not isinstance(completion, Succeeded):
            return None
        if completion.output:  # some of the calls have said something: they say it again, each in its place
            return [repeat(...) for _ in self.asked.sites]
        try:
            columns: tuple[list[Any], ...] = payload.load(completion.result)
        except BaseException as error:  # whatever a class's unpickling raises: the program's own call counts
            let_through(error)
            return None
        made = len(columns[0])
        if all(answer is ... for column in columns for answer in islice(column, _LOOKED_AT)):
            return None
        if completion.nanoseconds:
            self.cost = completion.nanoseconds / made
            self._ran = max(0, completion.nanoseconds - completion.carrying) / made
        self._size_of_answers = completion.result.size / made
        found = dict(zip(self.asked.callees, columns))
        return [found.get(site, repeat(...)) for site in self.asked.sites]


def _all_fixed(elements: Sequence[Any]) -> bool:
    """Whether no element can ever change."""
    if type(elements) in (range, str, bytes):
        return True
    return SCALARS.issuperset(map(type, elements)) or all(type(e) in SCALARS or _is_plain_tuple(e) for e in elements)


def can_be_asked(machine: Machine) -> bool:
    """Whether there are workers by now. Starts them if not; until they are there, the program is the quickest."""
    executor = machine.executor
    processes = getattr(executor, "processes", None)
    if processes is None or processes:
        return True
    executor.warm_up()
    return False


def is_likely(machine: Machine, source: Any) -> bool:
    """Whether ranges of what a loop goes through could be asked for, as far as that is quickly said."""
    if machine.executor.workers < 2:
        return False
    ahead = elements_ahead(source, iter(()))
    return ahead is not None and len(ahead[0]) > _LOOKED_AT and _all_fixed(ahead[0][:_LOOKED_AT])


def ranges_of(
    frame: Frame, site: int, node: int, source: Any, raw: Iterator[Any], given: Mapping[str, Any], cost: float
) -> Ranges | None:
    """The ranges of a loop that goes on as it was written; None where asking ahead is impossible, or does not pay.

    Args:
        cost: Nanoseconds that one iteration has taken of late.
    """
    if not node or frame.machine.executor.workers < 2:
        return None
    ahead = elements_ahead(source, raw)
    if ahead is None or (len(ahead[0]) - ahead[1]) * cost < WORTH_ALL:
        return None
    asked = asked_of(frame, node, given)
    return None if asked is None else Ranges(frame, site, *ahead, raw, asked)
