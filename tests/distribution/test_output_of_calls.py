"""What functional calls write, log and warn of reaches the program's own streams: complete, once, in program order."""

from __future__ import annotations

import io
import logging
import os
import pickle
import subprocess
import sys
import threading
import warnings
from pathlib import Path
from typing import Any

import msgspec
import pytest
import speaking_program
from distribution_calls import collect, task
from scheduled import executing

import pydron
from pydron_runtime.data.output import CALLER, LOG, RAW, TEXT, WARNING, Chunk, Transcript
from pydron_runtime.executors.base import Completion, Failed, Succeeded
from pydron_runtime.executors.local import LocalExecutor
from pydron_runtime.machine.calls.brought_forth import bring_forth, listening
from pydron_runtime.machine.calls.granularity import Cost, cost_of
from pydron_runtime.testing.scripted import ScriptedExecutor, newest_first


@pydron.functional
def say(number: int) -> int:
    print("call", number)
    print("warning", number, file=sys.stderr)
    if number == 3:
        raise ValueError(number)
    return number


def conversation(count: int) -> int:
    total = 0
    for number in range(count):
        total += say(number)
        print("program", number)
    return total


@pytest.mark.parametrize("count", [3, 6])
def test_output_comes_in_program_order_also_from_a_call_that_fails(
    count: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """Calls complete in the reverse order; nothing of those after the failure is heard."""
    try:
        conversation(count)
    except ValueError:
        pass
    expected = capsys.readouterr()
    with executing(ScriptedExecutor(newest_first)):
        try:
            pydron.schedule(conversation)(count)
        except ValueError:
            pass
    assert capsys.readouterr() == expected


@pydron.functional
def log_number(number: int) -> int:
    logging.getLogger("calls").warning("call %d", number)
    return number


@pydron.functional
def log_shortly(number: int) -> int:
    logging.getLogger("calls").warning("short %d", number)
    return number


def log_both(count: int) -> list[int]:
    numbers = [log_number(number) for number in range(count)]
    return [*numbers, log_shortly(count), log_shortly(count + 1)]


def test_records_of_short_calls_take_their_turn(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such calls run in the program, ahead of others that have not counted yet."""
    short = cost_of(log_shortly)
    log_both(3)
    expected = caplog.messages.copy()
    caplog.clear()
    with executing(ScriptedExecutor(newest_first)):
        monkeypatch.setattr(Cost, "is_short", property(lambda cost: cost is short))
        pydron.schedule(log_both)(3)
        monkeypatch.undo()
    assert caplog.messages == expected


def test_text_goes_to_what_is_the_standard_output_when_the_call_counts(capsys: pytest.CaptureFixture[str]) -> None:
    bring_forth((Chunk(TEXT, 1, "é".encode()), Chunk(TEXT, 2, b"e")))
    assert capsys.readouterr() == ("é", "e")


def test_a_warning_is_shown_once_however_many_calls_give_it() -> None:
    """It is the program's filters and memory that count."""
    transcript = Transcript()
    for _ in range(2):
        transcript.add_warning(UserWarning("again"), UserWarning, __file__, 10, "absent_module")
        transcript.add_warning(UserWarning("again"), UserWarning, __file__, 11, __name__)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("default")
        bring_forth(transcript.take())
    assert [(str(item.message), item.lineno) for item in seen if item.lineno == 11] == [("again", 11)]


def test_a_warning_that_cannot_be_pickled_keeps_its_text() -> None:
    class Local(UserWarning):
        pass

    transcript = Transcript()
    transcript.add_warning(Local("said"), Local, __file__, 12, __name__)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        bring_forth(transcript.take())
    assert [(str(item.message), item.category) for item in seen] == [("said", UserWarning)]


def test_a_log_record_is_handled_by_the_programs_loggers(caplog: pytest.LogCaptureFixture) -> None:
    """Its message is formatted where it was made; what cannot travel with it is shown as text."""
    transcript = Transcript()
    record = logging.LogRecord("some.logger", logging.ERROR, "file.py", 3, "value %s", (lambda: 1,), None)
    record.extra = lambda: 2
    transcript.add_log(record)
    with caplog.at_level(logging.DEBUG):
        bring_forth(transcript.take())
    (found,) = caplog.records
    assert found.name == "some.logger" and found.getMessage().startswith("value <function")
    assert found.process == os.getpid() and found.extra.startswith("<function")  # type: ignore[attr-defined]


def test_a_call_that_finds_no_handlers_gives_the_program_the_usual_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """As ``logging.warning`` does: from then on, and not before, records come with level and name."""
    monkeypatch.setattr(logging.root, "handlers", [])
    monkeypatch.setattr(sys, "stderr", said := io.StringIO())
    transcript = Transcript()
    for configured in (False, True, False):
        transcript.add_log(
            logging.makeLogRecord({"name": "n", "levelno": 30, "levelname": "WARNING", "msg": "x"}), configured
        )
    bring_forth(transcript.take())
    assert said.getvalue() == "x\nWARNING:n:x\nWARNING:n:x\n"
    assert len(logging.root.handlers) == 1


def test_a_handler_made_while_a_call_is_listened_to_writes_to_the_programs_stream(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logging.root, "handlers", [])
    with listening(Transcript()):
        logging.basicConfig()
    (handler,) = logging.root.handlers
    assert handler.stream is sys.stderr  # type: ignore[attr-defined]


def test_pieces_of_one_stream_become_one_chunk() -> None:
    transcript = Transcript()
    for number, text in ((1, "a"), (1, "b"), (2, "c"), (1, "d")):
        transcript.add_text(number, text)
    assert [(chunk.stream, chunk.data) for chunk in transcript.take()] == [(1, b"ab"), (2, b"c"), (1, b"d")]
    assert transcript.take() == ()


@pytest.mark.slow
def test_a_program_says_the_same_byte_for_byte(tmp_path: Path) -> None:
    """Text, bytes, raw descriptors, child processes, loggers, warnings, failures; each stream alone and both in one."""
    said: dict[str, list[Any]] = {}
    for how in ("plain", "scheduled"):
        words = [sys.executable, str(speaking_program.__file__), how]
        environment = {**os.environ, "PYDRON_WORKERS": "2"}
        apart = subprocess.run(words, cwd=tmp_path, env=environment, capture_output=True, timeout=100)
        together = subprocess.run(
            words, cwd=tmp_path, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=100
        )
        said[how] = [apart.returncode, apart.stdout, apart.stderr, together.stdout]
    assert said["scheduled"] == said["plain"]
    assert said["plain"][0] == 0 and b"child 6" in said["plain"][1] and b"before it fails" in said["plain"][1]


def speaks_in_every_way() -> int:
    logging.getLogger("far").info("logged")
    warnings.warn("warned")
    os.write(1, b"raw\n")
    print("text")
    return 1


def fails_after_speaking() -> None:
    print("so far")
    raise LookupError("here")


@pytest.fixture(scope="module")
def pool() -> Any:
    executor = LocalExecutor(1)
    yield executor
    executor.close()


@pytest.mark.slow
def test_a_worker_takes_output_down_in_order(pool: LocalExecutor, monkeypatch: pytest.MonkeyPatch) -> None:
    far = logging.getLogger("far")
    monkeypatch.setattr(far, "level", logging.INFO)
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        for number in (1, 2):  # the second time, the worker has shown the warning before
            pool.submit(task(number, speaks_in_every_way))
            completion = collect(pool, 1)[number]
            assert isinstance(completion, Succeeded)
            assert [chunk.kind for chunk in completion.output] == [LOG, WARNING, RAW, TEXT]


@pytest.mark.slow
def test_a_warning_that_the_program_makes_an_error_is_one_in_the_call(pool: LocalExecutor) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        pool.submit(task(3, speaks_in_every_way))
        completion = collect(pool, 1)[3]
    assert isinstance(completion, Failed) and "UserWarning: warned" in completion.text


def blames_its_caller(level: int) -> int:
    warnings.warn("too old", DeprecationWarning, stacklevel=level)
    return level


@pytest.mark.slow
def test_a_warning_about_the_caller_leaves_its_place_to_the_program(pool: LocalExecutor) -> None:
    """It is taken down whatever the worker's filters say of modules: it is about a module of the program's."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("default", module="program_of_the_user")
        pool.submit(task(5, blames_its_caller, 2))
        pool.submit(task(6, blames_its_caller, 3))
        completions = collect(pool, 2)
    for completion in completions.values():
        assert isinstance(completion, Succeeded)
        (chunk,) = completion.output
        assert pickle.loads(chunk.data)[2] == CALLER


@pytest.mark.slow
def test_a_call_that_fails_has_spoken_before(pool: LocalExecutor) -> None:
    pool.submit(task(4, fails_after_speaking))
    completion = collect(pool, 1)[4]
    assert isinstance(completion, Failed)
    assert [chunk.data for chunk in completion.output] == [b"so far\n"]


def prints_in_a_fork() -> int:
    child = os.fork()
    if child == 0:
        print("from the child")
        os._exit(0)
    os.waitpid(child, 0)
    return child


@pytest.mark.slow
def test_what_a_fork_of_the_worker_prints_is_not_lost(pool: LocalExecutor) -> None:
    pool.submit(task(5, prints_in_a_fork))
    completion = collect(pool, 1)[5]
    assert isinstance(completion, Succeeded)
    assert b"".join(chunk.data for chunk in completion.output) == b"from the child\n"


def prints_much(size: int) -> int:
    os.write(1, b"x" * size)
    return size


@pytest.mark.slow
def test_much_output_is_complete_and_does_not_pile_up(pool: LocalExecutor) -> None:
    for number in (6, 7, 8):
        pool.submit(task(number, prints_much, 3_000_000))
        completion = collect(pool, 1)[number]
        assert isinstance(completion, Succeeded)
        assert sum(len(chunk.data) for chunk in completion.output) == 3_000_000


class Heard(logging.Handler):
    """Keeps what the program's handlers would write of the origin of each record."""

    def __init__(self) -> None:
        super().__init__()
        self.origins: list[tuple[object, ...]] = []

    def emit(self, record: logging.LogRecord) -> None:
        since = round(record.created * 1000 - record.relativeCreated)
        self.origins.append((record.threadName, record.thread, record.process, record.processName, since))


def in_threads() -> None:
    """Log from the thread that makes the call, and from one that the call starts."""
    log = logging.getLogger("threads")
    log.warning("here")
    thread = threading.Thread(target=log.warning, args=("there",), name="helper")
    thread.start()
    thread.join()


def test_records_come_from_the_programs_thread_and_from_those_that_calls_start() -> None:
    heard, log = Heard(), logging.getLogger("threads")
    log.addHandler(heard)
    transcript = Transcript()
    try:
        in_threads()
        here, there = heard.origins
        heard.origins.clear()
        with listening(transcript):
            in_threads()
        records = [pickle.loads(chunk.data) for chunk in transcript.take()]
        for fields in records:  # as they come from a worker, where logging was imported at another time
            fields.update(process=1, processName="Worker-1", relativeCreated=7.0)
        output = tuple(Chunk(LOG, 0, pickle.dumps(fields)) for fields in records)
        thread = threading.Thread(target=bring_forth, args=(output,), name="the program's")
        thread.start()
        thread.join()
    finally:
        log.removeHandler(heard)
    assert heard.origins[0] == ("the program's", thread.ident, *here[2:])
    assert heard.origins[1][0] == "helper" and heard.origins[1][2:] == there[2:]


class Writing(ScriptedExecutor):
    """Calls have written to a descriptor, as a library in C would."""

    def completed(self, owner: int) -> list[Completion]:
        done = super().completed(owner)
        raw = (Chunk(RAW, 1, b""),)
        return [msgspec.structs.replace(each, output=raw) if isinstance(each, Succeeded) else each for each in done]


def test_what_writes_to_descriptors_is_not_made_ahead_in_the_program_however_short_it_is() -> None:
    """There its output would come out at once, before that of earlier calls."""

    @pydron.functional
    def brief(number: int) -> int:
        return number

    def program() -> list[int]:
        return [brief(number) for number in range(5)]

    cost = cost_of(brief)
    with executing(Writing()):
        assert pydron.schedule(program)() == list(range(5))
    assert cost.beneath
    for _ in range(5):
        cost.measured(1)
    assert not cost.is_short and not cost.is_fairly_short and not cost.is_short_call((1,), {})
