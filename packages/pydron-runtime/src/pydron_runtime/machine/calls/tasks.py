"""Tasks: functional calls on their way to the executor and back."""

from __future__ import annotations

import functools
import logging
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from pydron.errors import TaskLostError
from pydron_runtime.data import functions, payload, references
from pydron_runtime.data.output import Transcript
from pydron_runtime.data.payload import Payload, TransportError
from pydron_runtime.data.readable import dump_readable
from pydron_runtime.data.tasks import Completion, Failed, Lost, Skipped, Succeeded, Task, Untransportable
from pydron_runtime.machine.calls.brought_forth import listening_ahead
from pydron_runtime.machine.calls.granularity import SHORT_CALL, cost_of
from pydron_runtime.machine.calls.results import Results, run_here
from pydron_runtime.machine.calls.tallies import count_issued
from pydron_runtime.machine.failures.tracebacks import failure_of
from pydron_runtime.machine.order.entries import State, TaskEntry, numbers
from pydron_runtime.machine.order.promises import promised_task, when_promised
from pydron_runtime.machine.order.readiness import when_there
from pydron_runtime.machine.values.drops import Drops
from pydron_runtime.machine.values.pending import Pending, reference_of
from pydron_runtime.machine.values.previews import arguments_of

if TYPE_CHECKING:
    from pydron_runtime.machine.ahead.speculation import Guess
    from pydron_runtime.machine.loops.ranges import Ranges
    from pydron_runtime.machine.machine import Machine
    from pydron_runtime.machine.order.frames import Frame

_log = logging.getLogger("pydron")
_told: set[tuple[str, str]] = set()


class Tasks:
    """The tasks of one machine.

    Attributes:
        outstanding: Tasks whose completion is still to come.
        issued: How many calls, and ranges of calls, were handed out, or put off until their arguments are there.
        made_here: How many functional calls the program has made itself, because they are short.
        ranges: Ranges of iterations that workers were asked about, by the number of their task.
        results: How the values of results are had.
        last_completed: Number of the task whose completion came last.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self.outstanding: dict[int, TaskEntry] = {}
        self.ranges: dict[int, Ranges] = {}
        self.issued = 0
        self.made_here = 0
        self.last_completed: int | None = None
        self._drops = Drops()
        self._kept: set[int] = set()
        self.results = Results(machine)

    def issue(
        self, frame: Frame, site: int, callee: Callable[..., Any], args: tuple[Any, ...], kwargs: Mapping[str, Any],
        rank: int = 0,
    ) -> Pending:  # fmt: skip
        """Make a task of a functional call, of this rank. Its arguments are taken now.

        Raises:
            TransportError: The function or its arguments do not survive serialisation. Nothing was begun.
        """
        machine = self._machine
        if machine.endings.known:
            machine.endings.await_dropped(frame, site)
        function = functions.function_of(callee)
        reached = machine.observer.now()
        with references.collecting() as met:
            saved = machine.versions.saved
            arguments = machine.versions.arguments(args, kwargs)
        guess = machine.speculation.take(function, arguments) if machine.speculation else None
        number = next(numbers) if guess is None else guess.number
        entry = TaskEntry(frame, frame.next_order(), site, number, callee, function, arguments)
        entry.rank = rank
        entry.bytes -= machine.versions.saved - saved
        entry.references = {reference_of(pending): pending for pending in met}
        self.results.read_elsewhere.update(number for number in entry.references if number > 0)
        entry.pending.task = entry.pending.number = entry.number
        entry.pending.fresh = True
        self._drops.watch(entry.pending)
        self.outstanding[entry.number] = entry
        if guess is not None:
            return _taken(self, entry, guess)
        machine.observer.issued(entry, args, kwargs, reached)
        try:
            self._submit_when_possible(entry)
        except BaseException:  # the stack is full, or the user has interrupted: nobody is to wait for this call
            self.outstanding.pop(entry.number, None)
            raise
        frame.queue.append(entry)
        self.issued += 1
        count_issued(machine, entry)
        machine.window.began(entry.bytes)
        if not entry.submitted:
            for pending in met:
                pending.read_by(entry)
                machine.claims.announce(pending.sources, entry)
        return entry.pending

    def _submit_when_possible(self, entry: TaskEntry) -> None:
        """Submit the task when the executor knows the tasks it needs, and the program's own values are there."""
        if entry.references and not entry.by_value and _had_better_stay(entry, self.outstanding):
            entry.by_value = entry.stays = True
        for number in entry.references:
            producer = self.outstanding.get(number)
            if producer is not None and not producer.submitted:
                producer.followers.append(functools.partial(self._follow, entry))
                return
        wanted = [pending for number, pending in entry.references.items() if not self._is_needed(entry, number)]
        when_there(self._machine, entry, wanted, lambda: self._submit(entry))
        if not entry.by_value and entry.submitted_as != entry.number:
            when_promised(self._machine, entry, wanted, lambda: self._submit(entry))

    def _is_needed(self, entry: TaskEntry, number: int) -> bool:
        """Whether a reference stands for a result that the executor has, or will have."""
        return number > 0 and number not in self.results.in_program and not entry.by_value

    def _promised(self, entry: TaskEntry, pending: Pending) -> int | None:
        """The task whose result a pending value is, or will be, if there is no need to have that here."""
        number = promised_task(pending)
        return number if number is not None and self._is_needed(entry, number) else None

    def _submit(self, entry: TaskEntry) -> None:
        if entry.submitted_as == entry.number:
            return
        entry.submitted_as = entry.number
        if entry.stays:
            self._machine.ready.append(lambda: self._run_in_program(entry, SHORT_CALL))
            return
        needs = []
        bindings: dict[int, Payload] = {}
        try:
            for number, pending in entry.references.items():
                if self._is_needed(entry, number):
                    needs.append(number)
                elif (task := self._promised(entry, pending)) is not None:
                    needs.append(task)
                    bindings[number] = payload.dump(references.Reference(task))
                    self.results.read_elsewhere.add(task)
                else:
                    bindings[number] = dump_readable(pending.get(), "value")
        except TransportError as error:
            reason = str(error)
            self._machine.ready.append(lambda: self._run_in_program(entry, reason))
            return
        self._let_go(entry)
        self._kept.add(entry.number)
        self._machine.executor.submit(
            Task(
                id=entry.number,
                function=entry.function,
                arguments=entry.arguments,
                needs=tuple(needs),
                bindings=bindings,
                label=self._machine.observer.label(entry),
                owner=self._machine.number,
                rank=entry.rank,
            )
        )

    def _let_go(self, entry: TaskEntry) -> None:
        """Nothing of the program's is read on this task's behalf any more; those that waited for it go on."""
        entry.submitted = True
        entry.release()

    def _follow(self, entry: TaskEntry) -> None:
        """A task that this one waited for has been submitted."""
        self._machine.ready.append(functools.partial(self._submit_when_possible, entry))

    def take_completions(self) -> bool:
        """Take in what the executor has completed; False if nothing has."""
        executor = self._machine.executor
        completions = executor.completed(self._machine.number)
        for completion in completions:
            self.last_completed = completion.task
            entry = self.outstanding.get(completion.task)
            if entry is not None:
                self._complete(entry, completion)
            elif completion.task in self.ranges:
                self.ranges[completion.task].came(completion)
            else:
                self._machine.speculation.came(completion)
        self._machine.speculation.drop_ended()
        dropped = self._drops.take()
        if dropped:
            executor.release(dropped)
            self._kept.difference_update(dropped)
            self.results.drop(dropped)
        return bool(completions)

    def _complete(self, entry: TaskEntry, completion: Completion) -> None:
        if isinstance(completion, (Succeeded, Failed)):
            entry.output = completion.output
        match completion:
            case Succeeded():
                del self.outstanding[entry.number]
                cost, size = cost_of(entry.callee), completion.result.size
                if completion.nanoseconds:
                    entry.took = completion.nanoseconds - completion.carrying
                    cost.measured(completion.nanoseconds)
                cost.returned(size)
                entry.state = State.DONE
                entry.bytes += size
                self._machine.window.grew(size)
                self.results.settle(entry, completion.result)
            case Failed():
                del self.outstanding[entry.number]
                entry.fail(*failure_of(completion))
            case Untransportable():
                tell_once(entry.function.name, completion.what, completion.reason)
                self._machine.ready.append(lambda: self._run_in_program(entry, completion.reason))
            case Lost():
                del self.outstanding[entry.number]
                entry.fail(_lost(entry, completion.reason))
            case Skipped():
                # A producer could not travel and runs in the program; then this call can be tried again. (If the
                # producer failed, its failure is older, and nothing of this is needed.)
                self._reissue(entry)

    def _reissue(self, entry: TaskEntry) -> None:
        """Hand a call to the executor again, with its operands' values in place of references to other tasks."""
        del self.outstanding[entry.number]
        self.results.in_program.add(entry.number)
        self._machine.observer.cancelled([entry.number])
        before, entry.number = entry.number, next(numbers)
        self._machine.observer.issued(entry, (), {})
        entry.pending.number = entry.number
        self._drops.renumber(before, entry.number)
        entry.pending.task = None  # calls that referred to the old number are skipped and come here too
        self.outstanding[entry.number] = entry
        entry.by_value = True
        self._submit_when_possible(entry)

    def _run_in_program(self, entry: TaskEntry, reason: str) -> None:
        """Run a functional call here, on its arguments as they were at issue."""
        machine = self._machine
        transcript = Transcript()
        began = time.perf_counter_ns()
        with listening_ahead(entry, transcript), machine.observer.in_program(entry, reason):
            value, failure = run_here((_from_its_place(entry), entry.arguments, entry.references))
        if entry.stays:
            cost_of(entry.callee).ran_in_program(time.perf_counter_ns() - began)
        entry.output = transcript.take()
        self.outstanding.pop(entry.number, None)
        self.results.in_program.add(entry.number)
        self._let_go(entry)
        entry.pending.task = None
        if failure is not None:
            entry.fail(failure, failure.__traceback__)
        else:
            entry.state = State.DONE
            entry.pending.settle(value)

    def ask(self, ranges: Ranges, task: Task) -> None:
        """Let a worker make the calls of a range of iterations."""
        self.ranges[task.id] = ranges
        self._machine.executor.submit(task)

    def forget_ranges(self, asked: Iterable[int]) -> None:
        """Nobody wants these answers (any more). Workers that are computing them go on: it does not take long."""
        asked = [number for number in asked if self.ranges.pop(number, None) is not None]
        if asked:
            self._machine.executor.release(asked)

    def cancel_open(self) -> None:
        """Nobody wants the results that are not there yet any more; the others stay usable."""
        machine = self._machine
        if self.ranges:
            machine.executor.cancel(list(self.ranges))
            machine.observer.cancelled(self.ranges)
            self.ranges.clear()
        if self.outstanding:
            machine.executor.cancel(list(self.outstanding))
            machine.observer.cancelled(self.outstanding)
            self.outstanding.clear()

    def release_all(self) -> None:
        """Nothing is referred to by number any more."""
        self._machine.executor.release(self._kept)
        self._kept = set()


def _had_better_stay(entry: TaskEntry, outstanding: Mapping[int, TaskEntry]) -> bool:
    """Whether a call is known to be short, and what it waits for to be small."""
    if not cost_of(entry.callee).is_short:
        return False
    for number, pending in entry.references.items():
        producer = outstanding.get(number)
        if producer is None:
            if not pending.done or pending.is_remote:
                return False
        elif not producer.stays:
            largest = cost_of(producer.callee).largest
            if largest is None or largest >= payload.READ_AT_ONCE:
                return False
    return True


def _from_its_place(entry: TaskEntry) -> Callable[..., Any]:
    """The callee, called from the line of the program that the call stands on."""
    assert entry.frame is not None
    caller = entry.frame.code.caller(entry.site)
    return lambda *args, **kwargs: caller(entry.callee, args, kwargs)


def _lost(entry: TaskEntry, reason: str) -> TaskLostError:
    """The error of a call that has no result, and shows what the call was."""
    sentence, newline, words = reason.partition("\n")
    said = f"{sentence} {arguments_of(entry.arguments, entry.references)}".strip()
    return TaskLostError(f"{said}{newline}{words}")


def _taken(tasks: Tasks, entry: TaskEntry, guess: Guess) -> Pending:
    """A call that was asked for before the program came to it."""
    assert entry.frame is not None
    entry.frame.queue.append(entry)
    tasks.issued += 1
    tasks._machine.window.began(entry.bytes)
    tasks._kept.add(entry.number)
    tasks._let_go(entry)
    if guess.completion is not None:
        tasks._complete(entry, guess.completion)
    return entry.pending


def tell_once(name: str, what: str, reason: str) -> None:
    """Say, once per function, that its calls run in the program because something cannot travel.

    To those who ask for it: by itself, the program would not have written a thing.
    """
    if (name, what) not in _told:
        _told.add((name, what))
        _log.debug("PD103: %s runs in the program itself: %s", name, reason)
