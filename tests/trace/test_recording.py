"""The recorder: cheap for the program, honest in the file, harmless when the disk is not."""

from __future__ import annotations

import inspect
import logging
import os
import sqlite3
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from pydron.errors import ConfigurationError
from pydron.trace import read_trace
from pydron_runtime import recording_file
from pydron_runtime.recording import NullRecorder, Recorder
from pydron_runtime.recording_rows import LONGEST, Batch
from pydron_runtime.recording_sqlite import SqliteRecorder


def recorder_at(path: Path) -> SqliteRecorder:
    """A recorder with unimportant particulars."""
    return SqliteRecorder(path, argv=["program.py"], executor="local", workers=2)


def method_names() -> list[str]:
    """The methods of the protocol."""
    return [name for name, value in vars(Recorder).items() if inspect.isfunction(value) and name[0] != "_"]


@pytest.mark.parametrize("name", [name for name in method_names()])
def test_every_event_can_be_recorded_and_dropped(tmp_path: Path, name: str) -> None:
    """Both recorders have each method of the protocol, with its parameters."""
    expected = list(inspect.signature(getattr(Recorder, name)).parameters)
    assert list(inspect.signature(getattr(SqliteRecorder, name)).parameters) == expected
    getattr(NullRecorder(), name)(*[None] * (len(expected) - 1))


def test_a_retried_task_shows_its_last_attempt_and_lists_the_lost_one(tmp_path: Path) -> None:
    """Times, worker and outcome are those of the attempt that gave the result."""
    recorder = recorder_at(tmp_path / "t")
    at = recorder.origin
    recorder.task_sent(1, "a", 1, at + 10)
    recorder.task_finished(1, "a", 1, at + 11, at + 12, "lost", 0, "", "killed by signal 9", "")
    assert recorder.flush()
    lost = read_trace(tmp_path / "t").tasks[0]
    assert (lost.outcome, lost.finished, lost.attempts) == ("lost", None, 1)
    recorder.task_sent(1, "b", 2, at + 20)
    recorder.task_finished(1, "b", 2, at + 21, at + 25, "ok", 99, "", "", "")
    recorder.close("finished")
    trace = read_trace(tmp_path / "t")
    task = trace.tasks[0]
    assert (task.worker, task.attempts, task.started, task.finished) == ("b", 2, 21, 25)
    assert (task.outcome, task.result_bytes, task.error_type, task.error_message) == ("ok", 99, "", "")
    (attempt,) = trace.attempts
    assert (attempt.worker, attempt.outcome, attempt.error) == ("a", "lost", "killed by signal 9")


def test_one_result_whether_written_at_once_or_event_by_event(tmp_path: Path) -> None:
    """Where transactions begin and end makes no difference to what is read."""
    traces = []
    for name, each in (("once", False), ("each", True)):
        recorder = recorder_at(tmp_path / name)
        at = recorder.origin
        events: list[tuple[str, tuple[Any, ...]]] = [
            ("frame_started", (1, None, 1, None, "function", "0", at)),
            ("task_issued", (7, "f", 1, 1, 3, "p.py", 4, "0.1", (5, 6), 10, "(1,)", at + 1)),
            ("task_ready", (7, at + 2)),
            ("task_sent", (7, "w", 1, at + 3)),
            ("task_finished", (7, "w", 1, at + 4, at + 5, "failed", 0, "KeyError", "'k'", "Traceback")),
            ("task_inline", (8, "small", at + 5, at + 6, "ValueError: no: thing")),
            ("task_retired", (7, at + 7, "failed")),
            ("wait", (1, 1, None, "p.py", 9, "value", "", 7, at + 1, at + 7)),
            ("worker_started", ("w", "here", 12, at)),
            ("worker_stopped", ("w", at + 8, "closed")),
            ("frame_finished", (1, at + 9, "KeyError")),
        ]
        for method, arguments in events:
            getattr(recorder, method)(*arguments)
            assert not each or recorder.flush()
        recorder.close("finished")
        trace = read_trace(tmp_path / name)
        traces.append((trace.frames, trace.tasks, trace.waits, trace.workers))
    assert traces[0] == traces[1]
    _, tasks, _, _ = traces[0]
    assert tasks[0].needs == (5, 6) and (tasks[1].error_type, tasks[1].error_message) == ("ValueError", "no: thing")


def test_odd_texts_survive(tmp_path: Path) -> None:
    """NUL, lone surrogates, markup and endless strings are stored in a form that can be read."""
    recorder = recorder_at(tmp_path / "t")
    name = "a\0b\ud800\"<script>';--"
    recorder.task_issued(1, name, 1, 1, 1, "f\0", 1, "0", (), 1, "x" * 5_000_000, recorder.origin)
    recorder.close("finished", "e\0")
    task = read_trace(tmp_path / "t").tasks[0]
    assert task.name == "a␀b?\"<script>';--" and task.file == "f␀"
    assert len(task.arguments) < LONGEST["arguments"] + 50 and "5,000,000 characters" in task.arguments


def test_a_clean_end_leaves_one_file(tmp_path: Path) -> None:
    """No log, no draft, nothing else in the directory; closing again does nothing."""
    recorder = recorder_at(tmp_path / "run.pydron")
    recorder.task_ready(1, recorder.origin)
    recorder.close("finished")
    recorder.close("failed")
    recorder.task_ready(2, recorder.origin)
    assert os.listdir(tmp_path) == ["run.pydron"]
    assert read_trace(tmp_path / "run.pydron").run.state == "finished"


def test_an_older_trace_is_replaced_and_other_files_are_not(tmp_path: Path) -> None:
    """The user's own files survive a mistyped name."""
    path = tmp_path / "t"
    first = recorder_at(path)
    first.task_ready(1, first.origin)
    first.close("finished")
    recorder_at(path).close("finished")
    assert read_trace(path).tasks == ()
    mine = tmp_path / "notes.txt"
    mine.write_text("precious")
    with pytest.raises(ConfigurationError, match="exists and is no trace"):
        recorder_at(mine)
    assert mine.read_text() == "precious"
    with sqlite3.connect(tmp_path / "db") as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    with pytest.raises(ConfigurationError, match="exists and is no trace"):
        recorder_at(tmp_path / "db")


@pytest.mark.parametrize("name", ["missing/run.pydron", "", ".", "a\0b", "n" * 300, "/dev/null"])
def test_an_impossible_file_is_refused_at_once(tmp_path: Path, name: str) -> None:
    """The error comes when recording is asked for, says why, and nothing is left."""
    with pytest.raises(ConfigurationError) as caught:
        SqliteRecorder(name if name in ("", "/dev/null") else tmp_path / name, argv=[], executor="x", workers=1)
    assert str(caught.value).endswith(".")
    assert os.listdir(tmp_path) == []


def test_a_full_disk_stops_the_recording_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One warning, no exception, and the file still reads as it was before."""
    recorder = recorder_at(tmp_path / "t")
    recorder.task_ready(1, recorder.origin)
    assert recorder.flush()
    # SQLite's own page limit is how a full disk looks to it.
    recorder._connection.execute("PRAGMA max_page_count = 1")
    with caplog.at_level(logging.WARNING, logger="pydron"):
        for task in range(2, 50):
            # Each is larger than a page: no batch of them, however small, fits into what is free.
            recorder.task_issued(task, "f", 1, 1, 1, "p.py", 1, "0", (), 1, "x" * 9_000, recorder.origin)
        recorder._thread.join(30)
        assert not recorder._thread.is_alive()
        recorder.task_ready(5001, recorder.origin)
        assert not recorder.flush(5)
        recorder.close("finished")
    (message,) = [record.getMessage() for record in caplog.records]
    assert "full" in message and str(tmp_path / "t") in message and "not affected" in message
    assert [task.id for task in read_trace(tmp_path / "t").tasks] == [1]


def test_a_forked_child_writes_nothing(tmp_path: Path) -> None:
    """Only the program that opened the trace is in it, and closing it in the child does no harm."""
    recorder = recorder_at(tmp_path / "t")
    recorder.task_ready(1, recorder.origin)
    assert recorder.flush()
    child = os.fork()
    if child == 0:
        try:
            recorder.task_ready(2, recorder.origin)
            recorder.close("failed")
        finally:
            os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    recorder.task_ready(3, recorder.origin)
    recorder.close("finished")
    trace = read_trace(tmp_path / "t")
    assert [task.id for task in trace.tasks] == [1, 3] and trace.run.state == "finished"


def test_a_failed_transaction_leaves_nothing_half_written(tmp_path: Path) -> None:
    """Either all rows of a batch are in the file or none."""
    connection = recording_file.create(tmp_path / "t")
    batch = Batch(0)
    batch.add([("task_ready", task, 1) for task in range(500)])
    batch.waits.append([None] * 10)  # breaks NOT NULL
    with pytest.raises(sqlite3.IntegrityError):
        recording_file.write(connection, batch, {}, 1)
    assert connection.execute("SELECT count(*) FROM task").fetchone() == (0,)
    connection.close()


def test_events_from_many_threads_all_arrive(tmp_path: Path) -> None:
    """Every method may be called from any thread."""
    recorder = recorder_at(tmp_path / "t")

    def report(first: int) -> None:
        for task in range(first, 8000, 8):
            recorder.task_ready(task, recorder.origin)

    threads = [threading.Thread(target=report, args=(first,)) for first in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    recorder.close("finished")
    assert len(read_trace(tmp_path / "t").tasks) == 8000


def test_a_trace_that_is_being_written_is_left_alone(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A program started by the program, with the same environment, writes beside it; both traces are whole."""
    first = recorder_at(tmp_path / "run.pydron")
    first.task_ready(1, first.origin)
    code = (
        "import sys\n"
        "from pydron_runtime.recording_sqlite import SqliteRecorder\n"
        "r = SqliteRecorder(sys.argv[1], argv=['child'], executor='local', workers=1)\n"
        "r.task_ready(7, r.origin)\n"
        "r.close('finished')\n"
        "print(r.path)\n"
    )
    command = [sys.executable, "-c", code, str(first.path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    second = recorder_at(tmp_path / "run.pydron")
    assert "is being written by process" in done.stderr and "is being written by process" in caplog.text
    second.task_ready(8, second.origin)
    second.close("finished")
    first.task_ready(2, first.origin)
    first.close("finished")
    paths = (first.path, Path(done.stdout.strip()), second.path)
    assert [[task.id for task in read_trace(path).tasks] for path in paths] == [[1, 2], [7], [8]]
    assert len(set(paths)) == 3 == len(os.listdir(tmp_path))


def test_a_trace_of_a_killed_program_is_replaced(tmp_path: Path) -> None:
    """What a dead program left is out of the way, its log too."""
    code = (
        "import os, signal, sys\n"
        "from pydron_runtime.recording_sqlite import SqliteRecorder\n"
        "r = SqliteRecorder(sys.argv[1], argv=['x'], executor='local', workers=1)\n"
        "r.task_ready(1, r.origin)\n"
        "assert r.flush()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path / "t")], timeout=60)
    recorder = recorder_at(tmp_path / "t")
    recorder.close("finished")
    assert recorder.path == tmp_path / "t" and read_trace(recorder.path).tasks == ()
    assert os.listdir(tmp_path) == ["t"]


def test_a_file_put_in_its_place_is_not_harmed(tmp_path: Path) -> None:
    """Closing does not touch a trace that somebody has put there meanwhile, nor its log."""
    recorder = recorder_at(tmp_path / "t")
    recorder.task_ready(1, recorder.origin)
    assert recorder.flush()
    for path in tmp_path.iterdir():
        path.unlink()
    other = recorder_at(tmp_path / "t")
    other.task_ready(5, other.origin)
    assert other.flush()
    recorder.close("finished")
    assert [task.id for task in read_trace(tmp_path / "t").tasks] == [5]
    other.close("finished")
    assert [task.id for task in read_trace(tmp_path / "t").tasks] == [5]
