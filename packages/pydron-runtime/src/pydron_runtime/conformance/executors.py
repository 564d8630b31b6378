"""What every executor does, whoever runs the calls: the tests that an executor has to pass, for pytest.

Derive a class from :class:`ExecutorConformance` in a test file, and give it a fixture ``executor``. Where the executor
can be chosen with ``pydron.configure``, derive another one from ``pydron_runtime.conformance.scheduled``, with a
fixture ``settings``. ``docs/writing-an-executor.md`` shows both.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydron_runtime.conformance import calls
from pydron_runtime.conformance.calls import Reference, collect, free_numbers, task
from pydron_runtime.data.failures import load_failure
from pydron_runtime.data.payload import dump, load
from pydron_runtime.executors.base import Executor, Failed, Lost, Skipped, Succeeded, Untransportable


def value(completion: Any, holder: Any = None) -> Any:
    """The value that a completion brings.

    Args:
        holder: The executor, where the value may stay with a worker until it is asked for.

    Raises:
        AssertionError: It brings none.
    """
    assert isinstance(completion, Succeeded), completion
    if completion.result.held:
        return value(holder.obtain(completion.task))
    return load(completion.result)


class EventLog:
    """A recorder that writes everything down."""

    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args: self.events.append((name, *args))


class Values:
    """Results and references."""

    def test_a_result_comes_back(self, executor: Executor) -> None:
        """A call returns its value."""
        n = free_numbers()
        executor.submit(task(n, calls.add, 1, 2))
        assert value(collect(executor, 1)[n]) == 3

    def test_completions_go_to_their_owner(self, executor: Executor) -> None:
        """Two machines on one executor do not see each other's completions."""
        n = free_numbers()
        executor.submit(task(n, calls.add, 1, owner=n))
        executor.submit(task(n + 1, calls.add, 2, owner=n + 1))
        assert set(collect(executor, 1, owner=n + 1)) == {n + 1}
        assert set(collect(executor, 1, owner=n)) == {n}
        assert executor.completed(n) == []

    def test_references_stand_for_results_at_any_depth(self, executor: Executor) -> None:
        """A reference inside containers is replaced by the value."""
        n = free_numbers()
        executor.submit(task(n, calls.block, 100_000, 7))
        executor.submit(task(n + 1, calls.block, 10, 8))
        nested = {"a": [Reference(n), (Reference(n + 1),)]}
        executor.submit(task(n + 2, calls.same, nested, needs=(n, n + 1)))
        found = value(collect(executor, 3)[n + 2])
        assert found == {"a": [bytes([7]) * 100_000, (bytes([8]) * 10,)]}

    def test_one_reference_is_one_object_within_a_call(self, executor: Executor) -> None:
        """An argument given twice arrives as one object."""
        n = free_numbers()
        executor.submit(task(n, calls.same, [1]))
        executor.submit(task(n + 1, calls.are_one_object, Reference(n), Reference(n), needs=(n,)))
        assert value(collect(executor, 2)[n + 1]) is True

    def test_each_call_has_its_own_copy_of_a_result(self, executor: Executor) -> None:
        """A call that changes its argument changes nobody else's."""
        n = free_numbers()
        executor.submit(task(n, calls.same, ["x" * 5_000]))
        executor.submit(task(n + 1, calls.append_to, Reference(n), needs=(n,)))
        executor.submit(task(n + 2, calls.append_to, Reference(n), needs=(n,)))
        done = collect(executor, 3)
        assert [len(value(done[n + k])) for k in range(3)] == [1, 2, 2]

    def test_bindings_supply_values_of_the_program(self, executor: Executor) -> None:
        """A reference may stand for a value that is no task's."""
        n = free_numbers()
        executor.submit(task(n, calls.add, Reference(-5), 1, bindings={-5: dump(41)}))
        assert value(collect(executor, 1)[n]) == 42

    def test_a_chain_and_a_fan_in(self, executor: Executor) -> None:
        """Needs may be unfinished when a task is submitted."""
        n = free_numbers()
        executor.submit(task(n, calls.add, 0))
        for step in range(1, 30):
            executor.submit(task(n + step, calls.add, Reference(n + step - 1), 1, needs=(n + step - 1,)))
        every = tuple(range(n, n + 30))
        executor.submit(task(n + 30, calls.add, *map(Reference, every), needs=every))
        assert value(collect(executor, 31)[n + 30]) == sum(range(30))

    def test_local_functions_and_closures_travel_by_value(self, executor: Executor) -> None:
        """A function that nobody can import is called all the same."""
        n = free_numbers()
        offset = 40

        def shifted(number: int) -> int:
            return number + offset

        executor.submit(task(n, shifted, 2))
        executor.submit(task(n + 1, lambda: offset))
        done = collect(executor, 2)
        assert (value(done[n]), value(done[n + 1])) == (42, 40)

    def test_instances_of_local_classes_come_back_as_such(self, executor: Executor) -> None:
        """``isinstance`` holds for what comes back, and the program's class is not redefined."""

        class Point:
            def __init__(self, x: int) -> None:
                self.x = x

            def right(self) -> Point:
                return Point(self.x + 1)

        n = free_numbers()
        executor.submit(task(n, calls.same, Point(1)))
        executor.submit(task(n + 1, lambda point: point.right(), Reference(n), needs=(n,)))
        before = dict(vars(Point))
        done = collect(executor, 2)
        found = value(done[n + 1])
        assert type(found) is Point and found.x == 2
        assert dict(vars(Point)) == before, "the class of the program was redefined"

    def test_large_results_are_writable_copies(self, executor: Executor) -> None:
        """A large buffer arrives as it was, and changing it changes nobody else's."""
        n = free_numbers()
        executor.submit(task(n, calls.same, bytearray(300_000)))
        executor.submit(task(n + 1, calls.same, Reference(n), needs=(n,)))
        done = collect(executor, 2)
        first = value(done[n + 1])
        first[0] = 1
        assert value(done[n + 1])[0] == 0 and len(value(done[n], executor)) == 300_000

    def test_numpy_arrays_arrive_writable(self, executor: Executor) -> None:
        """Arrays, small and large, may be changed by who receives them."""
        try:
            import numpy
        except ImportError:
            return

        def twice(array: Any) -> Any:
            array *= 2
            return array

        n = free_numbers()
        for place, size in enumerate((10, 100_000)):
            first = n + 2 * place
            executor.submit(task(first, calls.same, numpy.arange(size, dtype=float)))
            executor.submit(task(first + 1, twice, Reference(first), needs=(first,)))
        done = collect(executor, 4)
        for place, size in enumerate((10, 100_000)):
            found = value(done[n + 2 * place + 1], executor)
            assert found.flags.writeable
            found += 1
            assert found[3] == 7.0 and found.shape == (size,)
            assert value(done[n + 2 * place], executor)[3] == 3.0


class Failures:
    """Exceptions, and what depends on calls that raise them."""

    def test_a_failure_skips_what_needs_it_and_nothing_else(self, executor: Executor) -> None:
        """What needs a failed call is skipped, now and later."""
        n = free_numbers()
        executor.submit(task(n, calls.fail, "no"))
        executor.submit(task(n + 1, calls.add, Reference(n), needs=(n,)))
        executor.submit(task(n + 2, calls.add, Reference(n + 1), needs=(n + 1,)))
        executor.submit(task(n + 3, calls.add, 5))
        done = collect(executor, 4)
        assert isinstance(done[n], Failed)
        assert done[n + 1] == Skipped(n + 1, n)
        assert done[n + 2] == Skipped(n + 2, n + 1)
        assert value(done[n + 3]) == 5
        executor.submit(task(n + 4, calls.add, Reference(n), needs=(n,)))
        assert collect(executor, 1)[n + 4] == Skipped(n + 4, n)

    def test_a_failure_brings_exception_cause_and_lines(self, executor: Executor) -> None:
        """Type, arguments, cause and context arrive, and the lines of the user's function."""
        n = free_numbers()
        executor.submit(task(n, calls.fail, "no"))
        completion = collect(executor, 1)[n]
        assert isinstance(completion, Failed)
        exception, _ = load_failure(completion.exception)
        assert type(exception) is ValueError and exception.args == ("no",)
        assert type(exception.__cause__) is KeyError and exception.__cause__ is exception.__context__

        def local(message: str) -> None:
            raise RuntimeError(message)

        executor.submit(task(n + 1, local, "here"))
        completion = collect(executor, 1)[n + 1]
        assert isinstance(completion, Failed)
        _, frames = load_failure(completion.exception)
        assert frames[-1].name == "local" and frames[-1].filename == __file__
        assert "raise RuntimeError(message)" in completion.text

    def test_leaving_exceptions_are_failures_like_others(self, executor: Executor) -> None:
        """``sys.exit`` and Ctrl-C in a call end the call, and no process."""
        n = free_numbers()
        executor.submit(task(n, calls.interrupt))
        executor.submit(task(n + 1, calls.leave, 3))
        executor.submit(task(n + 2, calls.add, 1))
        done = collect(executor, 3)
        for number, expected in ((n, KeyboardInterrupt), (n + 1, SystemExit)):
            completion = done[number]
            assert isinstance(completion, Failed)
            assert type(load_failure(completion.exception)[0]) is expected
        assert value(done[n + 2]) == 1

    def test_what_cannot_travel_is_said(self, executor: Executor) -> None:
        """A result or exception that cannot be pickled is reported as such: the machine makes the call itself."""
        n = free_numbers()
        for first, function, what in (
            (n, calls.returns_generator, "result"),
            (n + 2, calls.raise_unreadable, "exception"),
        ):
            executor.submit(task(first, function))
            executor.submit(task(first + 10, calls.same, Reference(first), needs=(first,)))
            done = collect(executor, 2)
            completion = done[first]
            assert isinstance(completion, Untransportable) and completion.what == what
            assert completion.reason.endswith(".")
            assert done[first + 10] == Skipped(first + 10, first)


class Lifetimes:
    """Release, cancellation, waiting, the end."""

    def test_a_released_result_lives_until_those_who_need_it_are_done(self, executor: Executor) -> None:
        """Release concerns later submissions only."""
        n = free_numbers()
        executor.submit(task(n, calls.add, 1))
        executor.submit(task(n + 1, calls.add, Reference(n), 1, needs=(n,)))
        executor.release([n])
        executor.submit(task(n + 2, calls.add, Reference(n + 1), 1, needs=(n + 1,)))
        assert value(collect(executor, 3)[n + 2]) == 3

    def test_needing_what_was_released_is_an_error_that_says_so(self, executor: Executor) -> None:
        """A task that needs a forgotten result is lost, with the reason."""
        n = free_numbers()
        executor.submit(task(n, calls.add, 1))
        collect(executor, 1)
        executor.release([n])
        executor.submit(task(n + 1, calls.add, Reference(n), needs=(n,)))
        completion = collect(executor, 1)[n + 1]
        assert isinstance(completion, Lost) and "released" in completion.reason

    def test_a_result_can_be_looked_at_after_its_release(self, executor: Executor) -> None:
        """A completion that was collected keeps its value."""
        n = free_numbers()
        for number in (n, n + 1):
            executor.submit(task(number, calls.block, 300_000, 3))
            completion = collect(executor, 1)[number]
            executor.release([number])
            assert value(completion) == bytes([3]) * 300_000

    def test_a_cancelled_task_completes_as_skipped_unless_it_was_done(self, executor: Executor) -> None:
        """Every submitted task has exactly one completion."""
        n = free_numbers()
        executor.submit(task(n, calls.add, 1))
        for step in range(1, 20):
            executor.submit(task(n + step, calls.add, Reference(n + step - 1), 1, needs=(n + step - 1,)))
        executor.cancel(range(n, n + 20))
        for completion in collect(executor, 20).values():
            assert isinstance(completion, (Succeeded, Skipped))
        executor.submit(task(n + 20, calls.add, 1))
        assert value(collect(executor, 1)[n + 20]) == 1

    def test_waiting_for_nothing_returns_at_once(self, executor: Executor) -> None:
        """Nothing is under way, so nothing can come."""
        assert executor.wait(owner=free_numbers()) is False

    def test_two_calls_are_under_way_at_once(self, executor: Executor, tmp_path: Path) -> None:
        """With two workers or more, two calls that wait for each other both end."""
        if executor.workers < 2:
            return
        n = free_numbers()
        one, two = str(tmp_path / "one"), str(tmp_path / "two")
        executor.submit(task(n, calls.meet, one, two))
        executor.submit(task(n + 1, calls.meet, two, one))
        done = collect(executor, 2)
        assert [value(done[n]), value(done[n + 1])] == [one, two]


class Crashes:
    """For executors whose engine survives the death of a worker."""

    survives = True

    def test_a_worker_that_dies_costs_time_and_no_result(self, executor: Executor, tmp_path: Path) -> None:
        """A call whose worker dies is made again; the others are not disturbed."""
        if not self.survives:
            return
        n = free_numbers()
        executor.submit(task(n, calls.kill_own_process_once, str(tmp_path / "died")))
        for number in range(n + 1, n + 20):
            executor.submit(task(number, calls.add, number))
        done = collect(executor, 20)
        assert value(done[n]) == "survived"
        assert [value(done[number]) for number in range(n + 1, n + 20)] == list(range(n + 1, n + 20))

    def test_a_call_that_kills_every_worker_is_lost_by_name(self, executor: Executor) -> None:
        """Trying again has an end, and the reason names the call."""
        if not self.survives:
            return
        n = free_numbers()
        executor.submit(task(n, calls.kill_own_process))
        completion = collect(executor, 1)[n]
        assert isinstance(completion, Lost) and "kill_own_process (somewhere.py" in completion.reason
        executor.submit(task(n + 1, calls.add, 1))
        assert value(collect(executor, 1)[n + 1]) == 1


class Events:
    """What the recorder is told."""

    def test_the_trace_hears_of_each_task_once_and_in_order(self, executor: Executor) -> None:
        """Ready, sent, finished, with times in that order, and a worker that was introduced before."""
        log = EventLog()
        recording: Any = executor
        recording.recorder = log
        n = free_numbers()
        try:
            executor.submit(task(n, calls.add, 1))
            executor.submit(task(n + 1, calls.fail, "no"))
            executor.submit(task(n + 2, calls.returns_generator))
            collect(executor, 3)
        finally:
            recording.recorder = None
        for number, outcome in ((n, "ok"), (n + 1, "failed"), (n + 2, "untransportable")):
            mine = [event for event in log.events if event[0].startswith("task") and event[1] == number]
            assert [event[0] for event in mine] == ["task_ready", "task_sent", "task_finished"]
            ready, sent, ended = mine
            assert ended[6] == outcome
            assert ready[2] <= sent[4] <= ended[5] and ended[4] <= ended[5]
            worker = sent[2]
            names = [event[1] for event in log.events[: log.events.index(sent)] if event[0] == "worker_started"]
            assert worker in names and ended[2] == worker


class ExecutorConformance(Values, Failures, Lifetimes, Crashes, Events):
    """All of it. Derive from this, and give a fixture ``executor``.

    Attributes:
        survives: Whether the executor goes on when a worker process dies. False where calls run in the program itself,
            and for engines that give up then.
    """
