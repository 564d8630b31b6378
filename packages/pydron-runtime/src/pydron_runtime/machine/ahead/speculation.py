"""Guesses: functional calls that are asked for before it is known whether the program comes to them.

A guess is a task without a place in program order: whatever becomes of it, nobody notices. When the program comes to
the call of the same function with the same arguments, byte for byte, the call takes the guess and is a task like any
other. Guesses that nobody takes are cancelled. A functional call may be made early, or not at all, by the user's
promise.
"""

from __future__ import annotations

import weakref
from collections import deque
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent, greenlet

from pydron_runtime.data import functions, references
from pydron_runtime.data.payload import Payload, TransportError
from pydron_runtime.data.tasks import Completion, Function, Task
from pydron_runtime.machine.iteration.wrappings import Wrappings
from pydron_runtime.machine.order.entries import numbers
from pydron_runtime.machine.values.pending import Pending, reference_of

if TYPE_CHECKING:
    from pydron_runtime.machine.ahead.forecasts import Forecast
    from pydron_runtime.machine.ahead.scouts import Ahead
    from pydron_runtime.machine.iteration.map_ahead import MapAhead
    from pydron_runtime.machine.machine import Machine
    from pydron_runtime.machine.order.frames import Frame

PER_WORKER = 2
"""Iterations that are looked ahead per worker."""

LEAST = 8
"""Iterations that are looked ahead at least."""

_MOST = 32
_MOST_PER_WORKER = 4
"""Guesses at most that nobody has taken; at least so many, and so many per worker."""

_IN_VAIN = ("window", "end")
"""Reasons to wait for which looking ahead is no use."""

LARGEST = 16 * 1024 * 1024
"""Bytes of arguments of a guess at most."""


class Unforeseen(Exception):
    """A scout has come to something that it does not know, or must not do."""


class Guess:
    """A call that was asked for ahead.

    Attributes:
        completion: What has come of it, once that is known.
        result: Stands for the result in the arguments of further guesses.
        needs: Pending values in the arguments; the executor keeps their results as long as these exist.
    """

    __slots__ = ("arguments", "completion", "function", "needs", "number", "result")

    def __init__(self, number: int, function: Function, arguments: Payload, needs: list[Pending]) -> None:
        self.number = number
        self.function = function
        self.arguments = arguments
        self.needs = needs
        self.completion: Completion | None = None
        self.result = Pending()
        self.result.task = self.result.number = number


class _Loop(weakref.ref["Ahead | Forecast | MapAhead"]):
    """What looks ahead for a loop, as long as the loop runs.

    The loop may end because an interrupt is about to be raised: what hears of it is no code of ours
    (:mod:`..values.drops`).

    Attributes:
        guesses: What was asked for, and not been dropped: (iteration, guesses of it).
    """

    __slots__ = ("guesses",)

    guesses: deque[tuple[int, list[Guess]]]


class Speculation:
    """The guesses of one machine.

    Attributes:
        wrappings: How iterables were made over builtin sequences.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.wrappings = Wrappings()
        self._loops: weakref.WeakKeyDictionary[greenlet, list[_Loop]] = weakref.WeakKeyDictionary()
        self._running: dict[int, _Loop] = {}
        self._ended: list[_Loop] = []
        self._by_number: dict[int, Guess] = {}
        self._by_call: dict[tuple[str, bytes], list[Guess]] = {}

    def __bool__(self) -> bool:
        return bool(self._by_number)

    def enters(self, ahead: Ahead | Forecast | MapAhead) -> None:
        """A loop or a ``map`` begins; it ends when nobody holds ``ahead`` any more."""
        loop = _Loop(ahead, self._ended.append)
        loop.guesses = ahead.guesses
        self._running[id(loop)] = loop
        self._loops.setdefault(getcurrent(), []).append(loop)

    def drop_ended(self) -> None:
        """Nobody wants what loops have asked for that have ended since the last time."""
        if self._ended:
            ended, self._ended[:] = list(self._ended), []
            for loop in ended:
                del self._running[id(loop)]
                for _, guesses in loop.guesses:
                    self.drop(guesses)

    def look(self, reason: str) -> None:
        """Code is about to wait: the innermost loop that it is in asks for calls that come later.

        Where that loop has no more iterations to look at, the one around it does.
        """
        self.drop_ended()
        loops = self._loops.get(getcurrent())
        if loops is None or reason in _IN_VAIN:
            return
        while loops and loops[-1]() is None:
            loops.pop()
        for reference in reversed(loops):
            ahead = reference()
            if ahead is not None and not ahead.look():
                return

    @property
    def reach(self) -> int:
        """How many iterations to look ahead; 0 where it would not make anything quicker."""
        workers = self._machine.executor.workers
        return max(LEAST, PER_WORKER * workers) if workers > 1 else 0

    @property
    def has_room(self) -> bool:
        """Whether more may be asked for."""
        return len(self._by_number) < max(_MOST, _MOST_PER_WORKER * self._machine.executor.workers)

    def stands_for(self, value: Any) -> bool:
        """Whether a value stands for the result of a guess that nobody has taken."""
        return type(value) is Pending and value.number in self._by_number

    def holds(self, guess: Guess) -> bool:
        """Whether nobody has taken a guess, and it is still wanted."""
        return self._by_number.get(guess.number) is guess

    def guess(
        self,
        frame: Frame,
        place: tuple[int, int],
        callee: Any,
        args: tuple[Any, ...],
        kwargs: Mapping[str, Any],
        known: list[Guess],
    ) -> Guess:
        """Ask for a call that the program may come to.

        Args:
            frame: The one that it would come to.
            place: Node and line of the call.
            known: Guesses that were made before; one of the same call is taken out, and given instead.

        Raises:
            Unforeseen: It cannot be asked for.
        """
        machine = self._machine
        try:
            function = functions.function_of(callee)
            with references.collecting() as met:
                arguments = machine.versions.arguments(args, kwargs)
        except TransportError as error:
            raise Unforeseen from error
        if arguments.size > LARGEST or not all(map(self._is_known, met)):
            raise Unforeseen
        for again in self._by_call.get((function.digest, arguments.data), ()) if known else ():
            if again in known and again.arguments.buffers == arguments.buffers:
                known.remove(again)
                return again
        guess = Guess(next(numbers), function, arguments, list(met))
        machine.observer.guessed(frame, place, guess.number, function.name, args, kwargs, arguments.size)
        needs = tuple(reference_of(pending) for pending in met)
        machine.tasks.results.read_elsewhere.update(needs)
        machine.executor.submit(
            Task(guess.number, function, arguments, needs=needs, label=function.name, owner=machine.number)
        )
        # In this order: an interrupt in between leaves a guess that nobody takes.
        self._by_call.setdefault((function.digest, arguments.data), []).append(guess)
        self._by_number[guess.number] = guess
        return guess

    def _is_known(self, pending: Pending) -> bool:
        """Whether the executor knows, or will know, a value that arguments refer to."""
        number, tasks = reference_of(pending), self._machine.tasks
        if number <= 0 or number in tasks.results.in_program:
            return False
        entry = tasks.outstanding.get(number)
        return entry is None or entry.submitted

    def take(self, function: Function, arguments: Payload) -> Guess | None:
        """The guess of a call that the program has come to."""
        found = self._by_call.get((function.digest, arguments.data), ())
        for guess in found:
            if self.holds(guess) and guess.arguments.buffers == arguments.buffers:
                self._forget(guess)
                return guess
        return None

    def came(self, completion: Completion) -> None:
        """A task that is none of the machine's has completed."""
        guess = self._by_number.get(completion.task)
        if guess is not None:
            guess.completion = completion

    def drop(self, guesses: Iterable[Guess]) -> None:
        """Nobody wants these any more, unless they have been taken."""
        dropped = [guess for guess in guesses if self.holds(guess)]
        for guess in dropped:
            self._forget(guess)
        if dropped and not self._machine.closed:
            executor, asked = self._machine.executor, [guess.number for guess in dropped]
            executor.cancel([guess.number for guess in dropped if guess.completion is None])
            executor.release(asked)
            self._machine.observer.cancelled(asked)

    def drop_all(self) -> None:
        """Nothing more will run."""
        self.wrappings.forget()
        self.drop(list(self._by_number.values()))

    def _forget(self, guess: Guess) -> None:
        del self._by_number[guess.number]
        key = (guess.function.digest, guess.arguments.data)
        self._by_call[key].remove(guess)
        if not self._by_call[key]:
            del self._by_call[key]
