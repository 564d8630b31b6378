"""A scheduler that a test drives by hand: events in, and what it has said last; the invariants hold all the time."""

from __future__ import annotations

from pydron_runtime.data.outcomes import Outcome
from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Function, Task
from pydron_runtime.scheduler.events import Event, Joined, Released, Reported, Submitted
from pydron_runtime.scheduler.instructions import Assignment, Deliver, Dispatch, Instruction
from pydron_runtime.scheduler.invariants import check
from pydron_runtime.scheduler.machine import Scheduler

MS = 1_000_000


def call(number: int, *needs: int, function: str = "f") -> Task:
    return Task(number, Function(f"digest of {function}", b"", function), Payload(b"()"), needs, label=f"{function}()")


def ok(number: int, took: int = 20 * MS, size: int = 10) -> Outcome:
    return Outcome(number, "ok", Payload(b"r" * size), 0, took)


class Played:
    """A scheduler, and what it has said last."""

    def __init__(self, size: int, *joined: str, keep_limit: int = 10**9, direct: bool = False) -> None:
        self.scheduler = Scheduler(size, keep_limit, direct)
        self.last: list[Instruction] = []
        if joined:
            self.submit(*(call(10**6 + place, function="warm-up") for place in range(len(joined))))
            for name in joined:
                self.event(Joined(0, name))
            for dispatch in list(self.scheduler.state.workers.values()):
                for number in list(dispatch.queue):
                    self.report(dispatch.name, ok(number))
            self.event(Released(0, tuple(range(10**6, 10**6 + len(joined)))))

    def event(self, event: Event) -> list[Instruction]:
        self.last = self.scheduler.handle(event)
        check(self.scheduler.state)
        return self.last

    def submit(self, *tasks: Task) -> list[Instruction]:
        return self.event(Submitted(0, tasks))

    def report(self, worker: str, *outcomes: Outcome) -> list[Instruction]:
        return self.event(Reported(0, worker, outcomes))

    def sent(self) -> dict[str, list[int]]:
        """What was dispatched last."""
        return {
            item.worker: [assignment.task.id for assignment in item.assignments]
            for item in self.last
            if isinstance(item, Dispatch)
        }

    def assignments(self) -> list[Assignment]:
        return [each for item in self.last if isinstance(item, Dispatch) for each in item.assignments]

    def delivered(self) -> list[object]:
        return [item.completion for item in self.last if isinstance(item, Deliver)]
