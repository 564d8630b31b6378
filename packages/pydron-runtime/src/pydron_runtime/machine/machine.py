"""The machine: runs ahead of its results, and lets them count in program order.

One machine executes one outermost call of a scheduled function, in the thread that made the call. The code emitted from
the function's graph calls the operations (``pydron_runtime.machine.operations.*``), which issue tasks, put operations
off and defer frames. Whenever the program has to wait, the machine takes in completions, resumes frames that can go on,
and retires what is done. A failure counts when it is the oldest entry: everything later is cancelled and taken back.
"""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from greenlet import getcurrent

from pydron import runner
from pydron.callers import Caller
from pydron.interrupts import is_interrupt
from pydron_runtime.data.versions import Versions
from pydron_runtime.executors.base import Executor, dismiss
from pydron_runtime.machine.ahead.speculation import Speculation
from pydron_runtime.machine.calls.brought_forth import let_out
from pydron_runtime.machine.calls.tasks import Tasks
from pydron_runtime.machine.calls.undecorated import forget
from pydron_runtime.machine.calls.unfolding import Unfolding
from pydron_runtime.machine.effects.aside import make_room, stand_still
from pydron_runtime.machine.effects.putting_off import run_operation
from pydron_runtime.machine.failures.attempts import Unwinding, attempt_of, tell_attempts
from pydron_runtime.machine.failures.tracebacks import leave_generators
from pydron_runtime.machine.iteration.iterators import Iterators
from pydron_runtime.machine.observer import Observer
from pydron_runtime.machine.order.claims import Claims
from pydron_runtime.machine.order.containers import Containers, taken
from pydron_runtime.machine.order.entries import Entry, Operation, State, TaskEntry
from pydron_runtime.machine.order.frames import Frame, end_of
from pydron_runtime.machine.order.retirement import retire
from pydron_runtime.machine.order.standstill import Standstill
from pydron_runtime.machine.order.undo import UndoLog
from pydron_runtime.machine.order.window import Window
from pydron_runtime.machine.values.endings import Endings
from pydron_runtime.machine.values.pending import Pending

if TYPE_CHECKING:
    from pydron_runtime.machine.calls.tallies import Tallies
    from pydron_runtime.machine.code import Code

_machines = itertools.count(1)


class Machine:
    """Executes one outermost call of a scheduled function.

    Attributes:
        main: The main frame.
        ready: What can go on: frames to resume, operations to run.
        iterators: What it knows of the program's iterators.
        live: Deferred frames that have begun and not finished.
        oldest: The oldest entry that has not retired, as of the last look.
        failed: The entry whose failure is being raised, once there is one.
        failures: Entries that have failed, in the order in which they did, as long as nobody has looked at them.
        endings: Objects whose end can be seen.
        retirements: How many entries have come to count.
        interrupted: The entry that the program would have been at when it was interrupted.
        changes_pending: Values that are not there yet are to be changed in place, or were.
        versions: The memory that calls have received.
        unfolding: The calls of recursive functional functions.
        speculation: Calls asked for ahead of decisions.
        passed: How often code ran, or is about to run, that may have changed memory without the machine's knowledge.
        closed: Nothing more will run.
        tallies: What is counted for those who show how far it is; None where nobody does.
        outside: What makes calls from the lines around the main frame, the nearest first, as far as they were needed.
        likely: Nodes of the loop that the main frame is in, if its calls will probably be made in ranges.
    """

    def __init__(self, executor: Executor, observer: Observer, code: Code) -> None:
        self.number = next(_machines)
        self.executor = executor
        self.observer = observer
        self.claims = Claims()
        self.containers = Containers(self.claims)
        self.undo = UndoLog(self.containers)
        self.window = Window()
        self.versions = Versions(lambda: (self.passed, self.claims.memory_stores, self.undo.moves))
        self.passed = 0
        self.unfolding = Unfolding(self)
        self.speculation = Speculation(self)
        self.tasks = Tasks(self)
        self.ready: deque[Callable[[], None]] = deque()
        self.blocked: list[tuple[Frame, Callable[[], bool]]] = []
        self.live: set[Frame] = set()
        self.iterators = Iterators()
        self.endings = Endings()
        self.changes_pending = False
        self.failed: Entry | None = None
        self.failures: list[Entry] = []
        self.context: BaseException | None = None
        self.interrupted: Entry | None = None
        self.closed = False
        self.likely: frozenset[int] = frozenset()
        self.outside: list[Caller] = []
        self.retirements = 0
        self.tallies: Tallies | None = None
        self.driver = getcurrent()
        self.main = Frame(self, None, (), 0, code, "function")
        self.oldest: Entry | None = None

    # Waiting.

    def wait(self, frame: Frame, condition: Callable[[], bool], site: int, reason: str, detail: str = "") -> None:
        """Block the code of a frame until the condition holds; everything else goes on.

        Raises:
            BaseException: In the main frame's stack, the failure that is first in program order.
        """
        if condition():
            return
        with self.observer.waiting(self, frame, site, reason, detail):
            self.speculation.look(reason)
            if getcurrent() is self.driver:
                while not condition():
                    self.step(block=True)
            else:
                while not condition():
                    self.blocked.append((frame, condition))
                    frame.yield_to_resumer()

    def value(self, frame: Frame, pending: Pending, site: int, reason: str = "value") -> Any:
        """The value of a pending value; blocks the frame's code until it is there."""
        if not pending.done:
            if getcurrent() is not self.driver:
                pending.waiters.append(lambda: self.ready.append(frame.resume))
            self.speculation.look("value")
            with self.observer.waiting(self, frame, site, reason, ""):
                while not pending.done:
                    if getcurrent() is self.driver:
                        self.step(block=True)
                    else:
                        frame.yield_to_resumer()
        return taken(pending)

    def fence(self, frame: Frame, site: int, reason: str, detail: str = "") -> None:
        """Block until everything earlier has retired, then replace every placeholder that has its value."""
        if frame.queue or frame is not self.main:
            self.observer.fenced(frame, site, reason, detail)
            self.wait(frame, lambda: self.is_oldest(frame), site, reason, detail)
        frame.go_on_as_written()
        self.passed += 1
        make_room()

    def is_oldest(self, frame: Frame) -> bool:
        """Whether everything before the place at which a frame's code stands has retired."""
        if frame.queue:
            if getcurrent() is not self.driver:
                return False
            self.retire()
            if frame.queue:
                return False
        while frame.frame is not None:
            parent = frame.frame
            if not parent.queue or parent.queue[0] is not frame:
                return False
            frame = parent
        return True

    # Going on.

    def step(self, block: bool) -> None:
        """Do what can be done now; if there was nothing and ``block``, wait for a completion.

        Raises:
            Unwinding: A failure has become the oldest entry, or the oldest of an attempt in this stack.
        """
        progress = self.tasks.take_completions()
        while self.ready:
            progress = True
            self.ready.popleft()()
        if self.blocked:
            progress = self._resume_blocked() or progress
        if self.unfolding.waiting:
            progress = self.unfolding.feed(idle=block and not progress) or progress
        before = self.retirements
        if self.failures:
            progress = tell_attempts(self) or progress
        self.retire()
        progress = progress or self.retirements != before
        if block and not progress and not self.ready:
            stand_still()
            if not (self.tasks.outstanding or self.tasks.ranges) or self.executor.wait(self.number) is False:
                raise Standstill

    def poll(self) -> None:
        """Between two issues: take in what has completed, so that deferred frames get on. Does not block."""
        if getcurrent() is self.driver:
            self.step(block=False)

    def _resume_blocked(self) -> bool:
        waiting, self.blocked = self.blocked, []
        progress = False
        for frame, condition in waiting:
            if frame.base.finished:
                continue  # dropped, or led elsewhere by a failure
            if condition():
                progress = True
                frame.resume()
            else:
                self.blocked.append((frame, condition))
        return progress

    def retire(self) -> None:
        """Let everything that can count now count; raise the failure that has become the oldest entry."""
        oldest = retire(self.main)
        self.oldest = oldest
        if oldest is None:
            self.undo.clear()
            self.claims.clear()
            self.endings.let_go()
            return
        if oldest.state is State.FAILED:
            if attempt_of(oldest) is None:
                self.abort(oldest)
            return
        self.undo.forget_before(oldest.order)
        if isinstance(oldest, Operation) and oldest.oldest_only:
            oldest.oldest_only = False
            self.ready.append(lambda: run_operation(oldest, as_oldest=True))

    def retired(self, entry: Entry) -> None:
        """An entry counts now."""
        self.retirements += 1
        if isinstance(entry, TaskEntry):
            self.window.retired(entry.bytes)
        elif isinstance(entry, Operation):
            self.window.retired(0)
        let_out(entry)
        self.observer.retired(entry)

    def abort(self, failed: Entry) -> None:
        """Cancel and take back everything after a failed entry, and end the program with its error.

        Raises:
            Unwinding: Always.
        """
        error = leave_generators(failed)
        self.failed = failed
        self.observer.failed(failed)
        let_out(failed)
        self.context = error.__context__
        self.undo.roll_back(end_of(failed))
        self.close()
        raise Unwinding(None, error)

    def close(self) -> None:
        """Nothing more will run: cancel tasks, end deferred frames, replace the placeholders that have values."""
        if self.closed:
            return
        self.speculation.drop_all()
        self.closed, self.main.kept = True, None
        self.tasks.cancel_open()
        for frame in list(self.live):
            frame.kill()
        self.containers.drop_garbage()
        self.containers.fill()
        self.tasks.release_all()
        dismiss(self.executor, self.number)
        self.versions.forget()
        self.iterators.forget()
        self.endings.let_go()
        forget()

    def finish(self, result: Any) -> Any:
        """The main frame's code has returned: wait until everything has retired, and give the result its value."""
        self.wait(self.main, lambda: not self.main.queue, 0, "end")
        if type(result) is Pending:
            result = taken(result)
        self.close()
        return result

    def unwind(self, error: BaseException) -> BaseException:
        """The main frame's code has raised: the error that is first in program order.

        What is earlier than the place of the error retires first; if it fails, that failure is the one that counts.
        An interrupt does not wait: it stops the program at the oldest entry, and takes back what ran ahead of that.
        """
        try:
            if self.failed is None and not isinstance(error, Unwinding) and not is_interrupt(error):
                self.wait(self.main, lambda: not self.main.queue, 0, "end")
        except BaseException as earlier:
            # What has been raised may be the context of what has failed earlier.
            error.__traceback__ = runner.without_own_frames(error.__traceback__)
            error = error if isinstance(earlier, Standstill) else earlier
        if isinstance(error, Unwinding):
            error = error.error
        if self.failed is None and self.main.queue:
            oldest = retire(self.main)
            if oldest is not None:
                self.interrupted = oldest
                self.undo.roll_back(end_of(oldest))
        self.close()
        return error
