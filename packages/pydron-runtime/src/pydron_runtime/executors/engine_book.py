"""The book of an executor on an engine: which calls wait for which, which are open, whose result is still wanted.

Pure bookkeeping: what is to be done follows from what it returns. Whoever owns it holds a lock while asking.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Completion, Lost, Skipped, Succeeded, Task


@dataclass(slots=True)
class Ticket:
    """One task.

    Attributes:
        handle: What the engine gave for the call, once it was begun.
        sent: Nanoseconds of the monotonic clock at that time.
        missing: How many of the tasks that it needs have not returned.
        dependents: Tasks that need its result and have not settled.
        completion: What became of it, once that is known.
        result: Its result, where the book keeps results.
        released: Whether the program will not mention it again.
    """

    task: Task
    handle: Any = None
    sent: int = 0
    missing: int = 0
    dependents: set[int] = field(default_factory=set)
    completion: Completion | None = None
    result: Payload | None = None
    released: bool = False


@dataclass(slots=True)
class Upshot:
    """What follows from a change.

    Attributes:
        completions: For the program.
        begin: Calls to give to the engine.
        ready: Tasks that have now all they need.
    """

    completions: list[tuple[int, Completion]] = field(default_factory=list)
    begin: list[Ticket] = field(default_factory=list)
    ready: list[int] = field(default_factory=list)


class EngineBook:
    """All tasks of one executor.

    Attributes:
        chains: Whether a call may be begun before those that it needs have ended, because the engine itself hands
            results on. If not, the book keeps results, and a call is begun when all that it needs is there.
    """

    def __init__(self, chains: bool) -> None:
        self.chains = chains
        self._tickets: dict[int, Ticket] = {}

    def enter(self, task: Task) -> Upshot:
        """A new task."""
        upshot = Upshot()
        ticket = self._tickets[task.id] = Ticket(task)
        needs = dict.fromkeys(task.needs)
        for need in needs:
            producer = self._tickets.get(need)
            if producer is None:
                reason = f"{task.label or 'A call'} needs the result of task {need}, which was released before."
                self._settle(ticket, Lost(task.id, reason), upshot)
                return upshot
            if producer.completion is not None and not isinstance(producer.completion, Succeeded):
                self._settle(ticket, Skipped(task.id, need), upshot)
                return upshot
        for need in needs:
            producer = self._tickets[need]
            producer.dependents.add(task.id)
            ticket.missing += producer.completion is None
        if not ticket.missing:
            upshot.ready.append(task.id)
        if self.chains or not ticket.missing:
            upshot.begin.append(ticket)
        return upshot

    def settle(self, number: int, completion: Completion) -> Upshot:
        """What became of a task. Says nothing where that is known already."""
        upshot = Upshot()
        ticket = self._tickets.get(number)
        if ticket is not None and ticket.completion is None:
            self._settle(ticket, completion, upshot)
        return upshot

    def _settle(self, ticket: Ticket, completion: Completion, upshot: Upshot) -> None:
        todo = [(ticket, completion)]
        while todo:
            ticket, completion = todo.pop()
            if ticket.completion is not None:
                continue
            number = ticket.task.id
            ticket.completion = completion
            upshot.completions.append((ticket.task.owner, completion))
            succeeded = isinstance(completion, Succeeded)
            if isinstance(completion, Succeeded) and not self.chains:
                ticket.result = completion.result
            for each in sorted(ticket.dependents):
                dependent = self._tickets[each]
                if not succeeded:
                    todo.append((dependent, Skipped(each, number)))
                    continue
                dependent.missing -= 1
                if not dependent.missing:
                    upshot.ready.append(each)
                    if not self.chains:
                        upshot.begin.append(dependent)
            self._detach(ticket)

    def _detach(self, ticket: Ticket) -> None:
        """A settled task needs nothing any more."""
        for need in ticket.task.needs:
            producer = self._tickets.get(need)
            if producer is not None:
                producer.dependents.discard(ticket.task.id)
                self._collect(producer)
        self._collect(ticket)

    def _collect(self, ticket: Ticket) -> None:
        if ticket.released and ticket.completion is not None and not ticket.dependents:
            self._tickets.pop(ticket.task.id, None)

    def release(self, tasks: Iterable[int]) -> None:
        """The program will not mention these tasks again."""
        for number in tasks:
            ticket = self._tickets.get(number)
            if ticket is not None:
                ticket.released = True
                self._collect(ticket)

    def cancel(self, tasks: Iterable[int]) -> tuple[Upshot, list[Ticket]]:
        """Settle unfinished tasks as skipped; also which of them the engine has. Counts as a release of all."""
        upshot = Upshot()
        begun: list[Ticket] = []
        for number in tasks:
            ticket = self._tickets.get(number)
            if ticket is None:
                continue
            ticket.released = True
            if ticket.completion is None:
                if ticket.handle is not None:
                    begun.append(ticket)
                self._settle(ticket, Skipped(number, None), upshot)
            else:
                self._collect(ticket)
        return upshot, begun

    def close(self, reason: str) -> tuple[Upshot, list[Ticket]]:
        """Settle everything that is open as lost; also which of that the engine has."""
        upshot = Upshot()
        begun = [ticket for ticket in self._tickets.values() if ticket.completion is None and ticket.handle is not None]
        for ticket in list(self._tickets.values()):
            if ticket.completion is None:
                self._settle(ticket, Lost(ticket.task.id, reason), upshot)
        self._tickets.clear()
        return upshot, begun

    def handle_of(self, number: int) -> Any:
        """What the engine gave for a task's call."""
        return self._tickets[number].handle

    def values_of(self, task: Task) -> dict[int, Payload]:
        """What a task's references stand for, where the book keeps results."""
        values = dict(task.bindings)
        for need in task.needs:
            result = self._tickets[need].result
            assert result is not None
            values[need] = result
        return values

    def is_open(self, number: int) -> bool:
        """Whether a task has no completion yet."""
        ticket = self._tickets.get(number)
        return ticket is not None and ticket.completion is None

    def __len__(self) -> int:
        return len(self._tickets)
