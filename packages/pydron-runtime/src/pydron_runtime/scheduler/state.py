"""State: what the scheduler knows about tasks, workers, values and durations."""

from __future__ import annotations

from dataclasses import dataclass, field

from pydron.errors import InternalError
from pydron_runtime.data.payload import Payload
from pydron_runtime.data.tasks import Task
from pydron_runtime.scheduler.transitions import FOLLOWING, SETTLED, Phase


@dataclass(slots=True)
class TaskState:
    """One task.

    Attributes:
        missing: How many of the values it needs are not there yet.
        awaiting: Values it needs that are there, but first have to be shared by the worker that holds them.
        dependents: Unsettled tasks that need its result.
        heirs: Settled tasks whose held results could only be made again with its result.
        worker: Who has it, in phase SENT.
        attempts: How often it was sent, and not taken back before it was begun.
        deaths: How often a worker died while it was, or may have been, running there.
        sent: When it was sent last.
        released: Whether the program will not mention it again.
        delivered: Whether the program has its completion. Stays while the call is made again for its value.
        result: Its value, or how large the value is that a worker holds; in phase DONE.
        sharing: Whether the worker that holds its value was told to share it.
        asked: Whether the program waits for the value.
        depth: How many held values were made from one another to make this one.
        holding: Whether the worker that has it knows that it may hold its result.
        maker: Who made its value; who was given it has it only when the call that it makes has ended.
        coming_to: Workers to which its value is on its way.
        passed_by: The worker behind whose calls it lay when it was passed on to another one.
        parts: Workers that make, or have made, something that it is made from.
    """

    task: Task
    phase: Phase = Phase.WAITING
    missing: int = 0
    awaiting: set[int] = field(default_factory=set)
    dependents: set[int] = field(default_factory=set)
    heirs: set[int] = field(default_factory=set)
    worker: str | None = None
    attempts: int = 0
    deaths: int = 0
    sent: int = 0
    released: bool = False
    delivered: bool = False
    result: Payload | None = None
    sharing: bool = False
    asked: bool = False
    depth: int = 0
    holding: bool = False
    maker: str = ""
    coming_to: set[str] = field(default_factory=set)
    passed_by: str = ""
    parts: frozenset[str] = frozenset()

    @property
    def held(self) -> bool:
        """Whether its value is only where a worker holds it."""
        return self.result is not None and self.result.held > 0

    @property
    def settled(self) -> bool:
        """Whether nothing is on its way. (While it is made again for its value, the program has its completion.)"""
        return self.phase in SETTLED

    def move(self, phase: Phase) -> None:
        """Change the phase.

        Raises:
            InternalError: The table of transitions does not allow it.
        """
        if phase not in FOLLOWING[self.phase]:
            raise InternalError(f"Task {self.task.id} cannot go from {self.phase.name} to {phase.name}.")
        self.phase = phase


@dataclass(slots=True)
class WorkerState:
    """One worker.

    Attributes:
        joined: Whether it can take calls.
        leaving: Whether it gets no more calls, and goes when it has made those it has.
        queue: Calls sent and not reported, with the nanoseconds each is expected to take, oldest first.
        load: Sum of ``queue``'s values.
        passed_on: Calls in ``queue`` that another worker makes meanwhile, or has made.
        functions: Digests of the functions that it knows.
        kept: Values that it keeps, with their bytes, least recently used first.
        kept_bytes: Sum of ``kept``'s values.
        coming: Values on their way to it: number of the move (0: through the program), and the worker it comes from.
        giving: How many values are on their way from it to others.
    """

    name: str
    joined: bool = False
    leaving: bool = False
    queue: dict[int, int] = field(default_factory=dict)
    load: int = 0
    passed_on: set[int] = field(default_factory=set)
    functions: set[str] = field(default_factory=set)
    kept: dict[int, int] = field(default_factory=dict)
    kept_bytes: int = 0
    coming: dict[int, tuple[int, str]] = field(default_factory=dict)
    giving: int = 0


@dataclass(slots=True)
class SchedulerState:
    """Everything.

    Attributes:
        size: How many workers there may be.
        keep_limit: Bytes of values that one worker may keep.
        direct: Whether held values go from worker to worker, and not through the program.
        moves: How many of them were ever sent on their way.
        astray: Workers that are gone and were giving values to others.
        relieved: Workers that have got room in their queues, and were not offered for it yet.
        unanswered: Values whose holder is gone, and that somebody waits for.
        ready: Heap of (rank, id) of tasks that are, or were, in phase READY.
        ready_count: How many tasks are in phase READY.
        running: How many tasks are in phase SENT.
        durations: Expected nanoseconds per function digest.
        keepers: Value -> names of the workers that keep it.
        started: How many workers were ever asked for; names are made from it.
        failed_starts: Workers in a row that died before they joined.
        leaving: How many workers are leaving.
        room: Heap of (load, name) of the workers that can take calls, and of what was true of them before: an entry
            counts if it still tells a worker's load.
        ahead: Workers that have, or had, a call ahead of the budget.
        doubtful: Workers that have, or had, calls that nobody wants any more, and since when these have kept others
            waiting.
        due: When the scheduler wants to be told the time, if nothing happens before.
        idle_deaths: Workers in a row that died without a task to blame and without any report in between.
        broken: Why no worker can be had, once that is certain.
    """

    size: int
    keep_limit: int
    direct: bool = False
    moves: int = 0
    astray: set[str] = field(default_factory=set)
    relieved: set[str] = field(default_factory=set)
    unanswered: list[int] = field(default_factory=list)
    tasks: dict[int, TaskState] = field(default_factory=dict)
    workers: dict[str, WorkerState] = field(default_factory=dict)
    ready: list[tuple[int, int]] = field(default_factory=list)
    ready_count: int = 0
    running: int = 0
    durations: dict[str, int] = field(default_factory=dict)
    keepers: dict[int, set[str]] = field(default_factory=dict)
    started: int = 0
    failed_starts: int = 0
    leaving: int = 0
    room: list[tuple[int, str]] = field(default_factory=list)
    ahead: set[str] = field(default_factory=set)
    doubtful: dict[str, int | None] = field(default_factory=dict)
    due: int | None = None
    idle_deaths: int = 0
    broken: str | None = None

    def is_due(self, now: int) -> bool:
        """Whether it is as late as the scheduler wanted to be told."""
        return self.due is not None and now >= self.due
