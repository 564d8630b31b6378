"""Reading traces: what is in the file comes back, and whatever is not a trace is refused with a sentence."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
import sample_runs

from pydron.errors import TraceFormatError
from pydron.trace import TraceReader, read_columns, read_trace, schema_sql
from pydron.trace.layout import TABLES
from pydron_runtime.recording_sqlite import SqliteRecorder


@pytest.fixture
def trace_file(tmp_path: Path) -> Path:
    """A finished run of the sample pipeline."""
    path = tmp_path / "run.pydron"
    sample_runs.pipeline(path, tmp_path)
    return path


def test_a_finished_run_comes_back_whole(trace_file: Path) -> None:
    """Every row that was reported is read, with its times relative to the start of the run."""
    trace = read_trace(trace_file)
    assert trace.run.state == "finished" and trace.run.workers == 2
    assert trace.run.argv == ("pipeline.py", "--frames", "64")
    assert [task.id for task in trace.tasks] == list(range(1, 130))
    first = trace.tasks[0]
    assert (first.name, first.worker, first.attempts, first.outcome) == ("process", "worker-1", 1, "ok")
    assert first.issued == 3 * sample_runs.MS + sample_runs.MS // 10
    assert trace.tasks[64].needs == (1,) and trace.tasks[128].needs == (65, 128)
    assert trace.tasks[128].worker == "" and trace.tasks[128].inline_reason == "small"
    failed = next(task for task in trace.tasks if task.outcome == "failed")
    assert (failed.error_type, failed.error_message) == ("ValueError", "frame is empty")
    assert "line 15, in measure" in failed.traceback
    assert [worker.name for worker in trace.workers] == ["worker-1", "worker-2"]
    assert [wait.reason for wait in trace.waits] == ["start", "PD101"]
    assert trace.sources[0][1] == sample_runs.PROGRAM
    assert trace.end == trace.run.finished or trace.end >= max(task.finished or 0 for task in trace.tasks)


def test_reading_leaves_the_file_as_it_was(trace_file: Path) -> None:
    """Not a byte of the trace changes, and nothing is left beside it."""
    before = trace_file.read_bytes()
    beside = sorted(os.listdir(trace_file.parent))
    read_trace(trace_file)
    assert trace_file.read_bytes() == before
    assert sorted(os.listdir(trace_file.parent)) == beside


def test_an_empty_run_can_be_read(tmp_path: Path) -> None:
    """A run without a single functional call is a trace too."""
    SqliteRecorder(tmp_path / "t", argv=[], executor="inline", workers=0).close("finished")
    trace = read_trace(tmp_path / "t")
    assert trace.tasks == () and trace.run.state == "finished"


def test_a_run_can_be_read_while_it_goes_on(tmp_path: Path) -> None:
    """A reader sees what is written so far, and later what has come since; the revision tells the two apart."""
    recorder = SqliteRecorder(tmp_path / "t", argv=[], executor="local", workers=2)
    recorder.task_ready(1, recorder.origin + 5)
    assert recorder.flush()
    with TraceReader(tmp_path / "t") as reader:
        before = reader.revision()
        assert [task.ready for task in reader.read().tasks] == [5]
        assert reader.run().state == "running"
        recorder.task_ready(2, recorder.origin + 6)
        assert recorder.flush()
        assert reader.revision() != before
        assert len(reader.read().tasks) == 2
        recorder.close("failed", "ValueError: no")
        assert (reader.run().state, reader.run().error) == ("failed", "ValueError: no")


def test_the_trace_of_a_killed_program_is_intact(tmp_path: Path) -> None:
    """After SIGKILL everything that had been written is there, and the run is called killed."""
    code = (
        "import os, signal, sys\n"
        "from pydron_runtime.recording_sqlite import SqliteRecorder\n"
        "r = SqliteRecorder(sys.argv[1], argv=['x'], executor='local', workers=1)\n"
        "for i in range(5000): r.task_ready(i, r.origin + i)\n"
        "assert r.flush()\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    path = tmp_path / "t"
    ended = subprocess.run([sys.executable, "-c", code, str(path)], timeout=60)
    assert ended.returncode == -9
    trace = read_trace(path)
    assert len(trace.tasks) == 5000 and trace.run.state == "killed" and trace.run.finished is not None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_trace_in_a_read_only_directory_can_be_read(trace_file: Path) -> None:
    """A finished trace needs no file beside it."""
    trace_file.parent.chmod(0o500)
    try:
        assert len(read_trace(trace_file).tasks) == 129
    finally:
        trace_file.parent.chmod(0o700)


def refusal(path: Path) -> str:
    """The message with which a file is refused; it names the file and is a sentence."""
    with pytest.raises(TraceFormatError) as caught:
        read_trace(path)
    message = str(caught.value)
    assert str(path) in message and message.endswith(".")
    return message


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    """A missing file is told from a directory and from an empty file."""
    (tmp_path / "empty").touch()
    assert "There is no file" in refusal(tmp_path / "missing")
    assert "is a directory" in refusal(tmp_path)
    assert "is empty" in refusal(tmp_path / "empty")


def test_other_files_are_refused(tmp_path: Path) -> None:
    """Text, a name with a NUL, and SQLite files of others are no traces."""
    (tmp_path / "text").write_text("hello" * 100)
    assert "is not a Pydron trace" in refusal(tmp_path / "text")
    with sqlite3.connect(tmp_path / "db") as connection:
        connection.execute("CREATE TABLE t (a)")
    connection.close()
    assert "not a Pydron trace" in refusal(tmp_path / "db")
    with pytest.raises(TraceFormatError, match="cannot be opened"):
        read_trace("a\0b")


def test_a_newer_version_is_refused(trace_file: Path) -> None:
    """A file of a later format is not misread."""
    with sqlite3.connect(trace_file) as connection:
        connection.execute("PRAGMA user_version = 2")
    connection.close()
    assert "format version 2" in refusal(trace_file) and "Update Pydron" in refusal(trace_file)


@pytest.mark.parametrize("kept", [1, 15, 16, 50, 99, 100, 4096, 5000, 20000])
def test_a_cut_off_trace_is_refused(trace_file: Path, kept: int) -> None:
    """Wherever the file ends early, there is one clear error."""
    data = trace_file.read_bytes()
    assert kept < len(data)
    trace_file.write_bytes(data[:kept])
    assert "cut off" in refusal(trace_file)


def test_a_damaged_trace_is_refused(trace_file: Path) -> None:
    """Garbage in the middle is an error of ours, never one of SQLite's."""
    data = bytearray(trace_file.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    trace_file.write_bytes(data)
    assert "cannot be read" in refusal(trace_file)
    shutil.copy(trace_file, trace_file.with_suffix(".copy"))


@pytest.mark.parametrize(("key", "value"), [("argv", "{"), ("argv", "3"), ("pid", "x"), ("versions", "[]")])
def test_damaged_entries_are_refused(trace_file: Path, key: str, value: str) -> None:
    """Entries of the table meta are checked, not trusted."""
    with sqlite3.connect(trace_file) as connection:
        connection.execute("UPDATE meta SET value = ? WHERE key = ?", (value, key))
    connection.close()
    assert "damaged" in refusal(trace_file)


def test_a_trace_of_an_older_pydron_opens(trace_file: Path) -> None:
    """Tables and columns that were added since are unknown, not an error."""
    whole = read_trace(trace_file)
    with sqlite3.connect(trace_file) as connection:
        connection.execute("DROP TABLE saved_call")
        connection.execute("ALTER TABLE frame DROP COLUMN stack")
        for column in ("reached", "received", "loaded", "returned", "arrived", "inline_reason"):
            connection.execute(f"ALTER TABLE task DROP COLUMN {column}")
    connection.close()
    older = read_trace(trace_file)
    assert [task.finished for task in older.tasks] == [task.finished for task in whole.tasks]
    assert older.tasks[0].received is None and older.saved_calls == () and older.frames[0].stack == ()
    assert len(read_columns(trace_file)[1]) == len(whole.tasks)
    with TraceReader(trace_file) as reader:
        assert reader.saved_call(1) is None and reader.task(1) is not None


def test_a_trace_of_a_newer_pydron_opens(trace_file: Path) -> None:
    """Tables and columns that this version does not know are passed over."""
    with sqlite3.connect(trace_file) as connection:
        connection.execute("ALTER TABLE task ADD COLUMN mood TEXT DEFAULT 'fine'")
        connection.execute("CREATE TABLE weather (day TEXT)")
    connection.close()
    assert len(read_trace(trace_file).tasks) == 129


def test_the_layout_is_that_of_the_schema(tmp_path: Path) -> None:
    """The list of columns that readers go by and the statements that make the tables agree."""
    connection = sqlite3.connect(":memory:")
    connection.executescript(schema_sql())
    made = {
        table: tuple(name for _, name, *_ in connection.execute(f"PRAGMA table_info({table})"))
        for (table,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
    }
    connection.close()
    assert made == TABLES


def test_whose_wait_it_was_comes_back(tmp_path: Path) -> None:
    """The program's own waits are told from those of parts that had been put off; where a file does not say, waits of
    outermost functions are taken for the program's own."""
    recorder = SqliteRecorder(tmp_path / "t", argv=[], executor="local", workers=1)
    at = recorder.origin
    recorder.frame_started(1, None, 1, None, "function", "0", at)
    recorder.frame_started(2, 1, 1, 3, "region", "0.1", at)
    for frame, begin, own in ((1, 10, True), (2, 20, True), (2, 30, False)):
        recorder.wait(frame, 1, None, "f", 3, "try", "", None, at + begin, at + 50, own)
    recorder.close("finished")
    assert [wait.own for wait in read_trace(tmp_path / "t").waits] == [True, True, False]
    with sqlite3.connect(tmp_path / "t") as connection:
        connection.execute("DROP TABLE wait_beside")
    connection.close()
    assert [wait.own for wait in read_trace(tmp_path / "t").waits] == [True, False, False]
