"""Ranges: the functional calls of a run of turns are made ahead by a worker, and answered in the loop as it was written.

``pydron.emit.ranges`` says what a slice is and why its answers are those that the program would get. Here is decided
whether a loop is asked for ahead, how long the ranges are, and how many are under way.
"""

from __future__ import annotations

import operator
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, islice, repeat
from types import BuiltinFunctionType
from typing import TYPE_CHECKING, Any

from pydron.emit import ranges as slices
from pydron.errors import PydronError
from pydron.ir.nodes import For, walk
from pydron.marks import is_functional
from pydron_runtime.data import functions, payload
from pydron_runtime.data.payload import TransportError
from pydron_runtime.data.tasks import Completion, Function, Succeeded, Task
from pydron_runtime.machine.entries import numbers
from pydron_runtime.machine.safety import SCALARS, is_immutable

if TYPE_CHECKING:
    from pydron_runtime.machine.frames import Frame

WORTH = 3_000
"""Nanoseconds that a turn has to take: asking ahead costs the program about 1 µs per call."""

WORTH_ALL = 4_000_000
"""Nanoseconds that the rest of the loop has to take."""

FIRST, USUAL = 1_000_000, 8_000_000
"""Nanoseconds of work in the first ranges, and in those in the middle of a long loop."""

PER_WORKER = 4
"""Ranges under way per worker."""

LONGEST = 1 << 16
"""Turns in one range at most."""

LARGEST = 4 * 1024 * 1024
"""Bytes of answers in one range, about."""

_PURE: frozenset[Any] = frozenset({abs, bool, chr, divmod, float, int, len, max, min, ord, pow, round, str})
_SOURCES = (list, tuple, range, str, bytes)
_PLAIN = (list, dict, set)


class Asked:
    """What one loop asks workers: the slice, with the functions and values of this activation.

    Attributes:
        function: Ready to travel; takes the elements and the captured values.
        callees: The functions that are called, by node.
        captured: Values of the captured variables.
    """

    __slots__ = ("callees", "captured", "function")

    def __init__(self, function: Function, callees: Mapping[int, Any], captured: tuple[Any, ...]) -> None:
        self.function = function
        self.callees = callees
        self.captured = captured


def asked_of(frame: Frame, node_id: int, given: Mapping[str, Any]) -> Asked | None:
    """What a loop can ask ahead; None if nothing.

    Args:
        given: The values of variables that the loop reads and does not bind.
    """
    code = frame.code
    graph = code.record.taken_apart
    node = next((found for found in walk(graph.body) if found.id == node_id), None)
    if not isinstance(node, For):
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
    alone = roots is not None and all(type(given.get(root)) in _PLAIN for root in roots)

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
    return Asked(ready, callees, tuple(given[name] for name in made.captures))


def _found(lookup: Callable[[str], Any], path: tuple[str, ...]) -> Any:
    """What a name means, attributes of modules included; None if that cannot be said without running user code."""
    try:
        found = lookup(path[0])
    except LookupError:
        return None
    except AttributeError:
        return None
    for name in path[1:]:
        found = getattr(found, "__dict__", {}).get(name) if type(found) is type(operator) else None
    return found


def _is_plain_tuple(value: Any) -> bool:
    return type(value) is tuple and all(type(item) in SCALARS or _is_plain_tuple(item) for item in value)


class Ranges:
    """The ranges of one loop: sent ahead, taken in order.

    Attributes:
        asked: What the workers are asked.
    """

    def __init__(self, frame: Frame, site: int, source: Sequence[Any], raw: Iterator[Any], asked: Asked) -> None:
        self.asked = asked
        self._frame = frame
        self._site = site
        self._source = source
        self._raw = raw
        self._next = len(source) - operator.length_hint(raw)
        self._sent: deque[tuple[int, Sequence[Any]]] = deque()
        self._came: dict[int, Completion] = {}
        self._cost = 0.0
        self._size_of_answers = 0.0
        self._answered = False
        self._over = False

    def chunk(self, cost: float) -> Iterable[Any] | None:
        """The next turns, each as its answers and its element; None when the loop goes on as it was written.

        Args:
            cost: Nanoseconds that one turn takes in the program.

        Blocks until the oldest range has come back; before the first has, the program makes some calls itself.
        """
        if self._over:
            return None
        if not self._cost:
            self._cost = cost
        self._send()
        if not self._sent:
            return None
        number, elements = self._sent[0]
        machine = self._frame.machine
        if not self._answered:
            machine.step(block=False)
            if number not in self._came:
                return self._unanswered(elements)
        with machine.observer.waiting(machine, self._frame, self._site, "value", ""):
            while number not in self._came:
                machine.step(block=True)
        self._answered = True
        self._sent.popleft()
        answers = self._take(number, len(elements))
        if answers is None:
            self.end()
            return None
        return self._paired(answers, elements)

    def came(self, completion: Completion) -> None:
        """A range has come back, or will not."""
        self._came[completion.task] = completion

    def end(self) -> None:
        """Ask for nothing more."""
        self._over = True
        if self._sent:
            self._frame.machine.tasks.drop_ranges([number for number, _ in self._sent])
            self._sent.clear()
            self._came.clear()

    def _unanswered(self, elements: Sequence[Any]) -> Iterable[Any]:
        """Some turns that the program makes itself, as nobody has answered yet."""
        turns = max(1, min(len(elements), int(FIRST // 4 / max(self._cost, 1.0))))
        number, _ = self._sent.popleft()
        self._sent.appendleft((number, elements[turns:]))
        if turns == len(elements):
            self._sent.popleft()
            self._frame.machine.tasks.drop_ranges([number])
        return zip(map(_none_there, repeat(None, turns)), islice(self._raw, turns))

    def _send(self) -> None:
        """Keep the workers busy."""
        machine = self._frame.machine
        most = PER_WORKER * max(1, machine.executor.workers)
        while len(self._sent) < most:
            left = len(self._source) - self._next
            if left <= 0:
                return
            turns = self._turns(left, most)
            elements = self._source[self._next : self._next + turns]
            if not _all_fixed(elements):
                self._source = ()  # what has been sent is taken; then the loop goes on as it was written
                return
            try:
                arguments = payload.dump(((elements, *self.asked.captured), {}))
            except TransportError:
                self._source = ()
                return
            self._next += turns
            number = next(numbers)
            machine.tasks.ask(self, number, self._task(number, arguments))
            machine.observer.range_asked(self._frame, self._site, number, self.asked.function.name, arguments.size, turns)
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

    def _turns(self, left: int, most: int) -> int:
        """How long the next range is: short at first, and towards the end, so that the workers end together."""
        wanted = USUAL if self._answered else FIRST
        turns = min(LONGEST, int(wanted / max(self._cost, 1.0)), max(left // most, int(FIRST / max(self._cost, 1.0))))
        if self._size_of_answers:
            turns = min(turns, int(LARGEST / self._size_of_answers))
        return max(1, min(left, turns))

    def _take(self, number: int, left: int) -> list[dict[int, Any]] | None:
        """The answers of a range's last turns, as many as are left; None if there are none."""
        completion = self._came.pop(number)
        machine = self._frame.machine
        machine.tasks.drop_ranges([number])
        if not isinstance(completion, Succeeded):
            return None
        try:
            answers: list[dict[int, Any]] = payload.load(completion.result)
        except Exception:  # whatever a class's unpickling raises: the program's own call counts
            return None
        if not any(answers):
            return None
        if completion.nanoseconds:
            self._cost = completion.nanoseconds / len(answers)
        self._size_of_answers = completion.result.size / len(answers)
        return answers[len(answers) - left :]

    def _paired(self, answers: list[dict[int, Any]], elements: Sequence[Any]) -> Iterable[Any]:
        """Pairs of answers and elements. Of a list, an element that has been replaced has no answers."""
        if type(self._source) is not list:
            return zip(answers, self._raw)
        return _checked(answers, elements, self._raw)


def _checked(answers: list[dict[int, Any]], sent: Sequence[Any], raw: Iterator[Any]) -> Iterator[Any]:
    for given, expected, element in zip(answers, sent, raw):
        yield given if element is expected else {}, element


def _none_there(_: None) -> dict[int, Any]:
    return {}


def _all_fixed(elements: Sequence[Any]) -> bool:
    """Whether no element can ever change."""
    if type(elements) in (range, str, bytes):
        return True
    return SCALARS.issuperset(map(type, elements)) or all(type(e) in SCALARS or _is_plain_tuple(e) for e in elements)


def ranges_of(
    frame: Frame, site: int, node: int, source: Any, raw: Iterator[Any], given: Mapping[str, Any], cost: float
) -> Ranges | None:
    """The ranges of a loop that goes on as it was written; None where asking ahead is impossible, or does not pay.

    Args:
        cost: Nanoseconds that one turn has taken of late.
    """
    if not node or type(source) not in _SOURCES or frame.machine.executor.workers < 2:
        return None
    if operator.length_hint(raw) * cost < WORTH_ALL:
        return None
    asked = asked_of(frame, node, given)
    return None if asked is None else Ranges(frame, site, source, raw, asked)
