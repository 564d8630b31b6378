"""Forecasts: what a ``while`` loop does in its next iterations, gone through while the program waits.

``pydron.emit.forecasts`` says how a forecast is made. It runs in the frame of a scout (:mod:`.scouts`), and works on
copies of the containers and builtin iterators that the loop changes; nothing of the program's is touched. It is kept,
and goes on when the program has come further. Whether it was right shows in its guesses: where an iteration is over and
one of its guesses has not been taken, a new forecast begins at what the variables are now, and keeps the guesses that
it asks for as well. A loop whose guesses are in vain again and again is not forecast any more.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Generator
from copy import copy
from operator import length_hint
from types import CodeType, FrameType
from typing import TYPE_CHECKING, Any

from pydron.emit.forecasts import Where, bound_by, changed_by, forecast_unit, read_by
from pydron.interrupts import let_through
from pydron.ir.nodes import While, walk
from pydron.places import place_of_instruction
from pydron_runtime.machine.ahead.scouts import Scout, ScoutCode, goes_on
from pydron_runtime.machine.ahead.speculation import Guess
from pydron_runtime.machine.values.pending import Pending
from pydron_runtime.machine.values.safety import ITERATORS, is_safe

if TYPE_CHECKING:
    from pydron_runtime.machine.code import Code
    from pydron_runtime.machine.order.frames import Frame

COPIED: frozenset[type] = frozenset({list, dict, set, deque}) | ITERATORS
"""What is copied if the loop changes it."""

LARGEST = 10_000
"""Elements of a container that is copied at most."""

_TRUST = 8
"""So many forecasts are made for a loop of which no guess is taken."""

_MOST = 32
"""Trust does not grow beyond this."""

_BLANK = 16
"""Iterations in a row that ask for nothing end a forecast."""

Plan = tuple[tuple[str, ...], frozenset[str], frozenset[str]]
"""Of a loop: the variables that its iterations read, those that it binds, and those whose objects it modifies."""


class Forecast:
    """What looks ahead for one ``while`` loop.

    Attributes:
        frame: In which the loop runs.
        iteration: Number of the present iteration; the emitted code counts.
    """

    def __init__(self, frame: Frame, node: int, name: str, emitted: CodeType) -> None:
        self.frame = frame
        self.iteration = 0
        self._node = node
        self._name = name
        self._emitted = emitted
        self._scout: Scout | None = None
        self._run: Generator[None, None, None] | None = None
        self._began = 0
        self._until = 0
        self._blank = 0
        self._trust = _TRUST
        self.guesses: deque[tuple[int, list[Guess]]] = deque()

    def look(self) -> bool:
        """Ask for the calls of the next iterations, those of which have not been asked for.

        Returns:
            Whether no more can be foretold: the loop around it might look ahead as well.
        """
        machine = self.frame.machine
        speculation, reach = machine.speculation, machine.speculation.reach
        if not reach or not self._trust or machine.closed:
            return not self._trust
        if len(machine.tasks.outstanding) > reach:
            return False  # the workers have enough to do that the program is sure to need
        wrong = self._compare()
        ending = self._run is None and self._until - self.iteration < reach // 2
        if self._scout is None or wrong or ending and self.iteration > self._began:
            self._begin_anew()
        elif self._until > self.iteration + reach // 2:
            return False  # enough is under way; not every iteration has to look
        while self._run is not None and self._until < self.iteration + reach:
            if not speculation.has_room:
                return False
            self._go_on()
        self._drop_known()
        return self._run is None

    def _compare(self) -> list[Guess]:
        """The guesses of past iterations that the program has not taken."""
        speculation = self.frame.machine.speculation
        missed: list[Guess] = []
        while self.guesses and self.guesses[0][0] < self.iteration:
            guesses = self.guesses.popleft()[1]
            left = [guess for guess in guesses if speculation.holds(guess)]
            self._trust = min(_MOST, self._trust + len(guesses) - len(left))
            missed += left
        if missed:
            self.guesses.appendleft((self.iteration, missed))
        return missed

    def _begin_anew(self) -> None:
        """A new forecast, from where the program waits now."""
        self._trust -= 1
        self._began = self.iteration
        self._until = self.iteration - 1
        self._blank = 0
        self._run = None
        known = [guess for _, guesses in self.guesses for guess in guesses]
        self.guesses.clear()
        self._scout = None
        here = self._python_frame()
        if here is not None:
            self._scout, self._run = self._made(here)
        if self._scout is None:
            self._trust = 0
            self.frame.machine.speculation.drop(known)
            return
        self._scout.known = known

    def _made(self, here: FrameType) -> tuple[Scout | None, Generator[None, None, None] | None]:
        place = place_of_instruction(here.f_code, here.f_lasti, here.f_lineno)
        code = _code_of(self.frame.code, self._node, (place.line, place.column))
        if code is None:
            return None, None
        scout = Scout(self.frame, code)
        names, bound, changed = _plan_of(self.frame.code, self._node)
        present = here.f_locals
        found = {name: present[name] for name in names if name in present}
        if type(present) is dict:
            present.clear()  # before Python 3.13 the frame keeps it, and with it what the variables were
        values = _Copies(scout, bound, changed)
        try:
            return scout, code.runs()(scout, *(values.of(name, found) for name in names))
        except Exception as error:
            let_through(error)
            return None, None

    def _python_frame(self) -> FrameType | None:
        """Where the emitted code of the loop stands."""
        here: FrameType | None = sys._getframe(1)
        while here is not None:
            if here.f_code is self._emitted:
                present = here.f_locals
                found = present.get(self._name) is self
                if type(present) is dict:
                    present.clear()
                if found:
                    return here
            here = here.f_back
        return None

    def _go_on(self) -> None:
        """Go through what is left of an iteration, or the next one."""
        scout, run = self._scout, self._run
        assert scout is not None and run is not None
        scout.next_iteration()
        try:
            next(run)
        except Exception as error:  # it is over, or whatever it was has not happened
            let_through(error)
            self._run = None
        self._until += 1
        self._blank = 0 if scout.guesses else self._blank + 1
        if scout.guesses:
            self.guesses.append((self._until, scout.guesses))
        elif self._blank > _BLANK:
            self._run = None

    def _drop_known(self) -> None:
        """What the forecast before asked for, and this one has not, is not wanted any more."""
        if self._scout is not None and self._scout.known:
            self.frame.machine.speculation.drop(self._scout.known)
            self._scout.known = []


class _Copies:
    """The variables of a forecast: what changes is copied, each object once."""

    def __init__(self, scout: Scout, bound: frozenset[str], changed: frozenset[str]) -> None:
        self._scout = scout
        self._bound = bound
        self._changed = changed
        self._made: dict[int, Any] = {}

    def of(self, name: str, found: dict[str, Any]) -> Any:
        """The value that a variable has in the forecast; a value that never comes where it has none."""
        value = found.get(name, self)
        kind = type(value)
        if value is self:
            return Pending()
        if kind is Pending:
            return value
        if name in self._changed or kind in ITERATORS:
            return self._copy(value)
        if goes_on(value) or name in self._bound and not is_safe(value):
            return Pending()  # an object of the user's would live longer than the program has it
        return value

    def _copy(self, value: Any) -> Any:
        if id(value) not in self._made:
            self._made[id(value)] = self._copied(value)
        return self._made[id(value)]

    def _copied(self, value: Any) -> Any:
        kind = type(value)
        if kind not in COPIED:
            return value if is_safe(value) else Pending()
        if length_hint(value) > LARGEST or kind not in ITERATORS and not is_safe(value):
            return Pending()
        made = copy(value)
        self._scout.own[id(made)] = made
        return made


def _plan_of(code: Code, node_id: int) -> Plan:
    key = "plan", node_id
    if key not in code.scouts:
        node, variables = _loop(code, node_id), _variables(code)
        names = tuple(sorted(read_by(node, variables)))
        code.scouts[key] = names, bound_by(node, variables), changed_by(node)
    found: Plan = code.scouts[key]
    return found


def _code_of(code: Code, node_id: int, where: Where) -> ScoutCode | None:
    """The forecast of a loop that waits at a place, made the first time."""
    key = node_id, where
    if key not in code.scouts:
        names = _plan_of(code, node_id)[0]
        unit = forecast_unit(code.record.taken_apart, _loop(code, node_id), where, names)
        code.scouts[key] = None if unit is None else ScoutCode(code, unit)
    found: ScoutCode | None = code.scouts[key]
    return found


def _loop(code: Code, node_id: int) -> While:
    node = next(node for node in walk(code.record.taken_apart.body) if node.id == node_id)
    assert isinstance(node, While)
    return node


def _variables(code: Code) -> frozenset[str]:
    graph = code.record.taken_apart
    return frozenset(graph.local_names) | frozenset(graph.temporaries)


def forecast(frame: Frame, site: int, node: int, name: str) -> Forecast:
    """What looks ahead for a ``while`` loop that is about to begin.

    Args:
        name: The variable of the emitted code that it goes to.
    """
    made = Forecast(frame, node, name, sys._getframe(1).f_code)
    frame.machine.speculation.enters(made)
    return made
