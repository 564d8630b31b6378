"""The local executor with real processes and real signals."""

from __future__ import annotations

import os
import signal
import sys
import threading
import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import distribution_calls as calls
import pytest
from distribution_calls import PATIENCE, Reference, collect, task
from distribution_processes import alive, read_when_there, until

from pydron_runtime.data.payload import Payload, load
from pydron_runtime.executors import local
from pydron_runtime.executors.base import Failed, Function, Lost, Skipped, Succeeded, Task, Untransportable
from pydron_runtime.executors.local import LocalExecutor
from pydron_runtime.transport import nursery_link

pytestmark = pytest.mark.slow


@pytest.fixture
def pool() -> Iterator[LocalExecutor]:
    executor = LocalExecutor(2)
    yield executor
    executor.close()


def value(completion: Any) -> Any:
    assert isinstance(completion, Succeeded), completion
    return load(completion.result)


class Log:
    """A recorder that writes everything down."""

    def __init__(self) -> None:
        self.events: list[tuple[Any, ...]] = []

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda *args: self.events.append((name, *args))

    def named(self, name: str) -> list[tuple[Any, ...]]:
        return [event[1:] for event in self.events if event[0] == name]


def test_a_worker_killed_in_a_call_costs_a_retry_and_not_the_result(pool: LocalExecutor, tmp_path: Path) -> None:
    log = Log()
    pool.recorder = log
    pool.submit(task(1, calls.announce_and_wait, str(tmp_path / "here")))
    victim = int(read_when_there(str(tmp_path / "here")))
    others = [task(number, calls.add, number) for number in range(2, 50)]
    for other in others:
        pool.submit(other)
    os.kill(victim, signal.SIGKILL)
    until(lambda: not alive(victim), "the worker is gone")
    (tmp_path / "here.go").touch()
    done = collect(pool, 49)
    assert value(done[1]) == "went on"
    assert [value(done[number]) for number in range(2, 50)] == list(range(2, 50))
    attempts = [event for event in log.named("task_finished") if event[0] == 1]
    assert [(attempt, outcome) for _, _, attempt, _, _, outcome, *_ in attempts] == [(1, "lost"), (2, "ok")]
    assert any("SIGKILL" in reason for _, _, reason in log.named("worker_stopped"))


def test_a_call_that_kills_its_worker_once_succeeds_in_the_end(pool: LocalExecutor, tmp_path: Path) -> None:
    pool.submit(task(1, calls.kill_own_process_once, str(tmp_path / "died")))
    assert value(collect(pool, 1)[1]) == "survived"


def test_a_call_that_kills_every_worker_is_given_up_with_a_sentence(pool: LocalExecutor) -> None:
    pool.submit(task(1, calls.vanish, 7))
    pool.submit(task(2, calls.add, Reference(1), needs=(1,)))
    for number in range(3, 100):
        pool.submit(task(number, calls.add, number))
    done = collect(pool, 99)
    completion = done[1]
    assert isinstance(completion, Lost)
    assert "vanish (somewhere.py:1)" in completion.reason
    assert "3 times" in completion.reason and "exit status 7" in completion.reason
    assert done[2] == Skipped(2, 1)
    assert [value(done[number]) for number in range(3, 100)] == list(range(3, 100))


def test_the_pool_comes_back_to_its_size(pool: LocalExecutor, tmp_path: Path) -> None:
    for number in (1, 2):
        pool.submit(task(number, calls.announce_and_wait, str(tmp_path / f"first{number}")))
    victims = [int(read_when_there(str(tmp_path / f"first{number}"))) for number in (1, 2)]
    assert victims[0] != victims[1]
    for number in (1, 2):
        os.unlink(tmp_path / f"first{number}")
    for victim in victims:
        os.kill(victim, signal.SIGKILL)
    heirs = {int(read_when_there(str(tmp_path / f"first{number}"))) for number in (1, 2)}
    assert len(heirs) == 2 and not heirs & set(victims)
    for number in (1, 2):
        (tmp_path / f"first{number}.go").touch()
    assert len(collect(pool, 2)) == 2


def test_ten_thousand_small_calls(pool: LocalExecutor) -> None:
    for number in range(1, 10_001):
        pool.submit(task(number, calls.add, number, 1))
    done = collect(pool, 10_000)
    assert all(value(done[number]) == number + 1 for number in done)
    pool.release(range(1, 10_001))
    pool.submit(task(10_001, calls.add, 1))
    collect(pool, 1)
    assert pool._driver is not None
    assert set(pool._driver.scheduler.state.tasks) == {10_001}, "released tasks are kept"


def test_both_workers_run_calls(pool: LocalExecutor, tmp_path: Path) -> None:
    """Two calls that each wait are in two processes at the same time."""
    for number in (1, 2):
        pool.submit(task(number, calls.announce_and_wait, str(tmp_path / str(number))))
    assert len({read_when_there(str(tmp_path / str(number))) for number in (1, 2)}) == 2
    for number in (1, 2):
        (tmp_path / f"{number}.go").touch()
    collect(pool, 2)


def test_cancelling_spares_queued_calls_and_the_pool_goes_on(pool: LocalExecutor, tmp_path: Path) -> None:
    for number in (1, 2):
        pool.submit(task(number, calls.announce_and_wait, str(tmp_path / str(number))))
        read_when_there(str(tmp_path / str(number)))
    for number in range(3, 10):
        pool.submit(task(number, calls.kill_own_process_once, str(tmp_path / "must not run")))
    pool.cancel(range(1, 10))
    assert collect(pool, 9) == {number: Skipped(number, None) for number in range(1, 10)}
    for number in (1, 2):
        (tmp_path / f"{number}.go").touch()
    pool.submit(task(10, calls.add, 1))
    assert value(collect(pool, 1)[10]) == 1
    assert not (tmp_path / "must not run").exists()


def test_cancelled_calls_do_not_keep_workers_from_wanted_ones(pool: LocalExecutor, tmp_path: Path) -> None:
    """Workers that are stuck in cancelled calls are replaced when there is something else to do."""
    for number in (1, 2):
        pool.submit(task(number, calls.announce_and_wait, str(tmp_path / str(number))))
    stuck = [int(read_when_there(str(tmp_path / str(number)))) for number in (1, 2)]
    pool.cancel([1, 2])
    assert set(collect(pool, 2)) == {1, 2}
    pool.submit(task(3, calls.process_id))
    assert value(collect(pool, 1)[3]) not in stuck
    until(lambda: not all(alive(pid) for pid in stuck), "a stuck worker is gone")


def test_a_module_that_cannot_be_imported_travels_by_value(pool: LocalExecutor) -> None:
    module = types.ModuleType("module_without_a_file")
    source = (
        "class Box:\n    pass\n\n\ndef helper(x):\n    return x + 1\n\n\ndef use(x):\n    return helper(x), Box()\n"
    )
    exec(source, vars(module))
    sys.modules[module.__name__] = module
    try:
        pool.submit(task(1, module.use, 1))
        number, box = value(collect(pool, 1)[1])
        assert number == 2 and type(box) is module.Box
    finally:
        del sys.modules[module.__name__]


def test_a_function_that_workers_cannot_load_is_said(pool: LocalExecutor) -> None:
    blob = b"\x80\x05cno_such_module\nfunction\n."
    pool.submit(Task(1, Function("digest", blob, "function"), Payload(b"\x80\x05)}\x86."), label="function"))
    completion = collect(pool, 1)[1]
    assert isinstance(completion, Untransportable) and completion.what == "function"
    assert "no_such_module" in completion.reason


def test_arguments_that_workers_cannot_load_are_said(pool: LocalExecutor) -> None:
    pool.submit(task(1, calls.same, calls.Unreadable()))
    completion = collect(pool, 1)[1]
    assert isinstance(completion, Untransportable) and completion.what == "arguments"


def test_what_a_worker_process_is_like(pool: LocalExecutor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths and directory are the program's; the terminal, stdin, and ``__main__`` are not."""
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    pool.submit(task(1, calls.process_facts))
    collect(pool, 1)
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(tmp_path))
    pool.submit(task(2, calls.process_facts))
    facts = value(collect(pool, 1)[2])
    assert facts["pid"] in pool.processes.values()
    assert facts["directory"] == str(tmp_path) and facts["path"] == sys.path
    assert facts["stdin"] == "" and facts["session"] != os.getsid(0)
    assert facts["threads"] == str(max(1, nursery_link.cores() // 2))
    assert facts["executor"] == "inline"
    assert "pytest" not in facts["main"]


def test_modules_that_come_later_are_found(
    pool: LocalExecutor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A search path that the program extends while the pool is warm reaches the workers."""
    pool.submit(task(1, calls.add, 1))
    collect(pool, 1)
    (tmp_path / "module_that_came_later.py").write_text("def answer():\n    return 42\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    import module_that_came_later  # type: ignore[import-not-found]

    pool.submit(task(2, module_that_came_later.answer))
    assert value(collect(pool, 1)[2]) == 42


def test_closing_leaves_nothing(tmp_path: Path) -> None:
    """No process, no socket, no file, no thread, no descriptor is left after ``close``."""
    before = set(os.listdir("/proc/self/fd"))
    executor = LocalExecutor(2)
    executor.submit(task(1, calls.announce_and_wait, str(tmp_path / "one")))
    read_when_there(str(tmp_path / "one"))
    driver = executor._driver
    assert driver is not None and executor.nursery is not None
    pids = [*executor.processes.values(), executor.nursery]
    home = driver.home
    assert os.stat(home).st_mode & 0o777 == 0o700
    executor.close()
    assert not any(alive(pid) for pid in pids)
    assert not os.path.exists(home)
    assert not driver._thread.is_alive()
    completion = collect(executor, 1)[1]
    assert isinstance(completion, Lost) and "closed" in completion.reason
    assert set(os.listdir("/proc/self/fd")) == before
    executor.close()
    executor.submit(task(2, calls.add, 1))
    assert isinstance(collect(executor, 1)[2], Lost)


def test_a_killed_nursery_is_replaced(pool: LocalExecutor, tmp_path: Path) -> None:
    pool.submit(task(1, calls.announce_and_wait, str(tmp_path / "one")))
    worker = int(read_when_there(str(tmp_path / "one")))
    first = pool.nursery
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: not alive(worker), "the workers of the dead nursery are gone")
    (tmp_path / "one.go").touch()
    assert value(collect(pool, 1)[1]) == "went on"
    pool.submit(task(2, calls.process_id))
    assert value(collect(pool, 1)[2]) in pool.processes.values()
    assert pool.nursery != first


@pytest.mark.parametrize("how", ["no interpreter", "no modules"])
def test_workers_that_cannot_start_are_an_error_and_no_hang(
    how: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    if how == "no interpreter":
        monkeypatch.setattr(sys, "executable", "/no/such/python")
    else:
        monkeypatch.setattr(nursery_link, "search_path", lambda: ())
    executor = LocalExecutor(2)
    for number in (1, 2):
        executor.submit(task(number, calls.add, number))
    done = collect(executor, 2)
    executor.submit(task(3, calls.add, 3))
    done |= collect(executor, 1)
    for completion in done.values():
        assert isinstance(completion, Lost)
        assert "start" in completion.reason and "PYDRON_EXECUTOR=inline" in completion.reason
    assert not executor.usable
    executor.close()


def test_a_forked_child_has_its_own_pool_and_does_not_disturb_this_one(pool: LocalExecutor) -> None:
    pool.submit(task(1, calls.process_id))
    parents_worker = value(collect(pool, 1)[1])
    child = os.fork()
    if child == 0:
        status = 1
        try:
            pool.submit(task(2, calls.process_id))
            own = value(collect(pool, 1)[2])
            pool.close()
            status = 0 if own != parents_worker and not alive(own) else 2
        finally:
            os._exit(status)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    pool.submit(task(3, calls.process_id))
    assert value(collect(pool, 1)[3]) in pool.processes.values()
    assert alive(parents_worker)


def test_the_shared_pool_is_one_per_size_and_is_replaced_when_closed() -> None:
    one = local.shared(1)
    assert local.shared(1) is one
    one.close()
    two = local.shared(1)
    assert two is not one
    two.close()


def test_the_trace_hears_everything_once_and_in_order(pool: LocalExecutor) -> None:
    log = Log()
    pool.recorder = log
    pool.submit(task(1, calls.add, 1))
    pool.submit(task(2, calls.fail, "no"))
    pool.submit(task(3, calls.returns_generator))
    collect(pool, 3)
    for number, outcome in ((1, "ok"), (2, "failed"), (3, "untransportable")):
        mine = [event for event in log.events if event[0].startswith("task") and event[1] == number]
        assert [event[0] for event in mine] == ["task_ready", "task_sent", "task_finished"]
        ended = mine[2]
        assert ended[6] == outcome
        assert mine[0][2] <= mine[1][4] <= ended[4] <= ended[5]
    assert {name for name, *_ in log.named("worker_started")} <= {"w1", "w2"}
    failed = next(event for event in log.named("task_finished") if event[0] == 2)
    assert failed[7:9] == ("ValueError", "no") and "distribution_calls.py" in failed[9]
    later = Log()
    pool.recorder = later
    pool.submit(task(4, calls.add, 1))
    collect(pool, 1)
    assert later.events[0][0] == "worker_started"
    assert [event[0] for event in later.events if event[0].startswith("task")] == [
        "task_ready",
        "task_sent",
        "task_finished",
    ]


def test_two_threads_share_a_pool(pool: LocalExecutor) -> None:
    found: dict[int, int] = {}

    def use(owner: int) -> None:
        for number in range(owner * 1000, owner * 1000 + 200):
            pool.submit(task(number, calls.add, number, owner=owner))
        found[owner] = sum(value(item) for item in collect(pool, 200, owner).values())

    threads = [threading.Thread(target=use, args=(owner,)) for owner in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert found == {owner: sum(range(owner * 1000, owner * 1000 + 200)) for owner in (1, 2, 3)}


def test_what_a_call_prints_comes_with_its_result(pool: LocalExecutor, capfd: pytest.CaptureFixture[str]) -> None:
    pool.submit(task(1, print, "from the worker"))
    completion = collect(pool, 1)[1]
    assert isinstance(completion, Succeeded)
    assert [(chunk.kind, chunk.stream, chunk.data) for chunk in completion.output] == [
        ("text", 1, b"from the worker\n")
    ]
    assert capfd.readouterr().out == ""


def test_an_exception_of_the_call_is_not_one_of_ours(pool: LocalExecutor) -> None:
    pool.submit(task(1, calls.fail, "x"))
    assert isinstance(collect(pool, 1)[1], Failed)
