"""Failed calls are kept in the trace, and can be made again, alone, in another process."""

from __future__ import annotations

import os
import pickle
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest
import sample_runs

from pydron.errors import TraceFormatError
from pydron.trace import TraceReader, read_columns, read_trace
from pydron_runtime.data import functions, payload, saved_calls
from pydron_runtime.machine.failures import saving
from pydron_runtime.recording import NullRecorder
from pydron_viz.exports import MIME, export
from pydron_viz.opened import OpenTrace

PROGRAM = """\
import pydron


@pydron.functional
def load(number):
    return [number] * 3000


@pydron.functional
def mean(values, scale):
    total = sum(values)
    return scale * total / (len(values) - 3000)


@pydron.schedule
def survey(numbers):
    found = []
    for number in numbers:
        found.append(mean(load(number), scale=2))
    return found


def main():
    print(survey(range(3)))


main()
"""
CLI = "from pydron.cli.main import main; raise SystemExit(main())"


def pydron(*words: str, keys: str = "") -> subprocess.CompletedProcess[str]:
    """``pydron WORDS``, with keys typed."""
    environment = {**os.environ, "PYDRON_ALWAYS": "1"}
    return subprocess.run(
        [sys.executable, "-c", CLI, *words], input=keys, capture_output=True, text=True, timeout=60, env=environment
    )


@pytest.fixture(scope="module")
def failed_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The trace of a run in which each ``mean`` divides by zero; the first one counts."""
    directory = tmp_path_factory.mktemp("failed")
    (directory / "survey.py").write_text(PROGRAM, encoding="utf-8")
    done = pydron("run", "--workers", "2", "--trace", str(directory / "t"), str(directory / "survey.py"))
    assert "ZeroDivisionError" in done.stderr, done.stderr
    return directory / "t"


@pytest.mark.slow
def test_a_failed_call_fails_again_in_the_same_way(failed_run: Path) -> None:
    """Its arguments are there, results of other calls among them; the error comes from the user's own line."""
    task = next(task for task in read_trace(failed_run).tasks if task.retirement == "failed")
    done = pydron("rerun", str(failed_run), str(task.id), "--no-debugger")
    assert done.returncode == 1
    assert "executes code from the trace" in done.stderr
    assert "line 12, in mean\n    return scale * total / (len(values) - 3000)" in done.stderr
    assert done.stderr.rstrip().endswith("ZeroDivisionError: division by zero")
    assert "pydron" not in done.stderr.partition("Traceback")[2]


@pytest.mark.slow
def test_the_debugger_stops_at_the_beginning_and_at_the_failure(failed_run: Path) -> None:
    """Arguments can be looked at and steps taken; after the error the locals of the failing line are there."""
    task = next(task for task in read_trace(failed_run).tasks if task.retirement == "failed")
    done = pydron("rerun", str(failed_run), f"#{task.id}", keys="p scale\nn\nc\np 'total is', total\nq\n")
    assert done.returncode == 0, done.stderr
    assert "-> total = sum(values)" in done.stdout
    assert "(Pdb) 2\n" in done.stdout and "ZeroDivisionError: division by zero" in done.stdout
    assert "The call failed here" in done.stdout and "('total is', 0)" in done.stdout
    left = pydron("rerun", str(failed_run), str(task.id), keys="q\n")
    assert left.returncode == 0 and "returned" not in left.stdout and "Traceback" not in left.stderr


@pytest.mark.slow
def test_what_can_be_made_again_is_listed_and_the_rest_is_explained(failed_run: Path) -> None:
    """Without a number the calls are listed; a call that is not kept says which ones are."""
    listed = pydron("rerun", str(failed_run))
    assert "mean (survey.py:19)  ZeroDivisionError: division by zero" in listed.stdout
    refused = pydron("rerun", str(failed_run), "1")
    assert refused.returncode == 2 and "only calls that failed are kept" in refused.stderr
    assert "There is no call number 999" in pydron("rerun", str(failed_run), "999").stderr


@pytest.mark.slow
def test_the_lines_that_led_to_the_scheduled_function_are_kept(failed_run: Path) -> None:
    """Outermost first; nothing of Pydron's, not the command that started the program."""
    (frame,) = [frame for frame in read_trace(failed_run).frames if frame.parent is None]
    assert [(os.path.basename(file), line, name) for file, line, name in frame.stack] == [
        ("survey.py", 27, "<module>"), ("survey.py", 24, "main")]  # fmt: skip


@pytest.mark.slow
def test_a_call_has_the_moments_of_its_journey(failed_run: Path) -> None:
    """Arguments serialised, received, read, returned, serialised, back: in this order."""
    task = next(task for task in read_trace(failed_run).tasks if task.outcome == "ok" and task.worker)
    journey = (task.reached, task.issued, task.sent, task.received, task.started, task.loaded, task.returned,
               task.finished, task.arrived)  # fmt: skip
    known = [moment for moment in journey if moment is not None]
    assert len(known) == len(journey) and known == sorted(known)


class _Kept(NullRecorder):
    """Remembers which calls were kept."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, bytes | None, str]] = []

    def save_call(self, *call: Any) -> None:  # type: ignore[override]
        self.calls.append(call[:3])


def fail(*_: Any, **__: Any) -> None:
    raise ValueError


def test_a_call_in_the_program_is_kept_with_its_arguments() -> None:
    """What was kept comes back as function, positional and keyword arguments."""
    kept = _Kept()
    saving.keep_call(kept, 7, fail, (1, [2]), {"key": "value"})
    ((number, data, note),) = kept.calls
    assert (number, note) == (7, "") and data is not None
    function, args, kwargs = saved_calls.call_of(saved_calls.decode(data))
    assert (function.__name__, args, kwargs) == ("fail", (1, [2]), {"key": "value"})


def test_a_call_with_large_arrays_is_kept_with_their_bytes() -> None:
    """What lies in shared memory is copied: that memory ends with the program."""
    kept = _Kept()
    array = numpy.arange(300_000)
    entry = payload.dump(((array,), {}), "arguments", payload.in_segment)
    function = functions.function_of(fail)
    saving._keep(kept, 1, lambda: (function, entry, {}))
    data = kept.calls[0][1]
    assert data is not None and len(data) > array.nbytes
    _, (found,), _ = saved_calls.call_of(saved_calls.decode(data))
    assert (found == array).all()


def test_what_is_kept_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Too large a call leaves a sentence; so does the one for which no room is left; in the end there is silence."""
    monkeypatch.setattr(saving, "MOST_BYTES", 3_000)
    monkeypatch.setattr(saving, "MOST_IN_ALL", 8_000)
    monkeypatch.setattr(saving, "MOST_CALLS", 8)
    kept = _Kept()
    saving.keep_call(kept, 1, fail, (b"x" * 5_000,), {})
    for number in range(2, 20):
        saving.keep_call(kept, number, fail, (b"x" * 1_500,), {})
    assert len(kept.calls) == 8
    assert kept.calls[0][1] is None and "more than there is room for" in kept.calls[0][2]
    assert 0 < sum(len(data) for _, data, _ in kept.calls if data is not None) <= 8_000
    assert kept.calls[1][1] is not None and kept.calls[7][1] is None


def test_what_cannot_be_serialised_is_said_in_a_sentence() -> None:
    """Keeping a call never raises."""
    kept = _Kept()
    saving.keep_call(kept, 1, fail, ((number for number in range(3)),), {})
    ((_, data, note),) = kept.calls
    assert data is None and "generator" in note and note.endswith(".")


def test_damaged_and_newer_calls_are_refused() -> None:
    """Nothing is executed to find out."""
    with pytest.raises(TraceFormatError, match="damaged"):
        saved_calls.decode(b"\x93nonsense")
    function = functions.function_of(fail)
    newer = saved_calls.SavedCall(
        "f", function.blob, saved_calls.pickled(payload.dump(((), {}))), {}, "3.11", (), "/", version=99
    )
    with pytest.raises(TraceFormatError, match="Update Pydron"):
        saved_calls.decode(saved_calls.encode(newer))


class _Bomb:
    """Makes a directory when it is unpickled."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory

    def __reduce__(self) -> Any:
        return (os.mkdir, (str(self.directory),))


def test_no_reader_opens_a_saved_call(tmp_path: Path) -> None:
    """Summary, viewer and every export take the bytes for bytes."""
    sample_runs.pipeline(tmp_path / "t", tmp_path, count=4, failing=2)
    bomb = pickle.dumps(_Bomb(tmp_path / "went off"))
    with sqlite3.connect(tmp_path / "t") as connection:
        connection.execute("INSERT OR REPLACE INTO saved_call VALUES (6, 9, '', ?)", (bomb,))
    connection.close()
    trace = read_trace(tmp_path / "t")
    assert [(row.task, row.size) for row in trace.saved_calls] == [(6, 9)]
    read_columns(tmp_path / "t")
    with TraceReader(tmp_path / "t") as reader:
        assert isinstance(reader.saved_call(6), bytes) and reader.saved_call(1) is None
    opened = OpenTrace(tmp_path / "t")
    assert opened.snapshot().trace.saved_calls and opened.task(6) is not None
    opened.close()
    for format in set(MIME) - {"pdf", "png", "svg"}:
        export(trace, format)
    assert not (tmp_path / "went off").exists()
