"""Summary and exports: figures that add up, and documents that others can read."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pydron.errors import UsageError
from pydron.trace import AttemptRow, TaskRow, Trace, WaitRow, read_trace
from pydron_viz.analysis.waiting import ranked
from pydron_viz.chrome import chrome_document
from pydron_viz.exports import MIME, export
from pydron_viz.render import can_write
from pydron_viz.summary import as_text, summarise
from pydron_viz.wording import byte_size, short_time


def test_the_figures_of_a_run(pipeline: Trace) -> None:
    """Counts, totals, use of the workers, waits and errors follow from the rows."""
    summary = summarise(pipeline)
    assert summary.tasks == 129 and summary.states == {"done": 128, "failed": 1} and summary.overlapping == 2
    assert [(one.name, one.count, one.failed) for one in summary.functions] == [
        ("process", 64, 0), ("measure", 64, 1), ("merge", 1, 0)]  # fmt: skip
    assert summary.work == sum(one.total for one in summary.functions)
    assert all(0.95 < one.utilisation <= 1 for one in summary.workers)
    assert [(one.reason, one.count) for one in summary.waits] == [("PD101", 1), ("start", 1)]
    assert [(one.task, one.error) for one in summary.errors] == [(105, "ValueError: frame is empty")]


def test_waits_are_added_up_by_line_and_ranked_by_time() -> None:
    """What costs most stands first."""
    waits = [(3, "value", 5), (9, "window", 2), (3, "value", 7), (9, "value", 4)]
    trace = Trace(waits=tuple(WaitRow(1, 1, 1, "f.py", line, why, "", None, 0, time) for line, why, time in waits))
    found = [(one.line, one.reason, one.count, one.total, one.longest) for one in summarise(trace).waits]
    assert found == [(3, "value", 2, 12, 7), (9, "value", 1, 4, 4), (9, "window", 1, 2, 2)]


def test_cancelled_calls_are_no_errors() -> None:
    """What failed beyond the first failure does not count, as in a sequential run."""
    tasks = (
        TaskRow(1, "f", issued=0, started=1, finished=2, outcome="failed", retirement="failed", error_type="E"),
        TaskRow(2, "f", issued=0, started=1, finished=2, outcome="failed", retirement="cancelled", error_type="E"),
    )
    assert [one.task for one in summarise(Trace(tasks=tasks)).errors] == [1]


def test_the_text_names_what_matters(pipeline: Trace) -> None:
    """A person finds calls, workers, waits and errors with their lines."""
    text = as_text(summarise(pipeline))
    for expected in (
        "129 functional calls",
        "at most 2 at once",
        "worker-1",
        "pipeline.py:32",
        "PD101",
        "frame is empty",
    ):
        assert expected in text
    assert as_text(summarise(Trace())).startswith("(unknown program): running after 0 ns")


def test_hostile_names_do_not_reach_the_terminal(hostile_file: Path) -> None:
    """No control character, no endless line."""
    text = as_text(summarise(read_trace(hostile_file)))
    assert all(char.isprintable() for line in text.splitlines() for char in line)
    assert max(map(len, text.splitlines())) < 600


def test_chrome_events_are_complete(pipeline: Trace) -> None:
    """Each bar is a complete event on a named track, each dependency between bars a pair of flow events."""
    document = chrome_document(pipeline)
    events = document["traceEvents"]
    complete = [event for event in events if event["ph"] == "X"]
    assert len(complete) == 129 + 2 and all(event["dur"] >= 0 and event["ts"] >= 0 for event in complete)
    tracks = {event["tid"]: event["args"]["name"] for event in events if event["name"] == "thread_name"}
    assert {event["tid"] for event in complete} <= set(tracks)
    assert sorted(tracks.values()) == ["program", "program (2)", "worker-1", "worker-2"]
    starts = {event["id"]: event for event in events if event["ph"] == "s"}
    ends = {event["id"]: event for event in events if event["ph"] == "f"}
    assert len(starts) == len(ends) == 66 and set(starts) == set(ends)
    for start in starts.values():
        enclosing = [e for e in complete if e["tid"] == start["tid"] and e["ts"] <= start["ts"] < e["ts"] + e["dur"]]
        assert enclosing


def test_lost_attempts_are_events_too() -> None:
    """Perfetto shows what a dead worker was doing."""
    trace = Trace(tasks=(TaskRow(1, "f"),), attempts=(AttemptRow(1, 1, "w", 1, 4, "lost", ""),))
    (event,) = [event for event in chrome_document(trace)["traceEvents"] if event["ph"] == "X"]
    assert event["cat"] == "lost" and event["args"]["task"] == 1


@pytest.mark.parametrize("format", [format for format in sorted(MIME) if can_write(format)])
def test_every_format_can_be_written_of_every_run(hostile_file: Path, pipeline: Trace, format: str) -> None:
    """Also of a run with hostile names, and of an empty one; JSON is JSON."""
    for trace in (pipeline, read_trace(hostile_file), Trace()):
        data = export(trace, format)
        assert data
        if MIME[format] == "application/json":
            json.loads(data)


def test_the_json_document_holds_every_row(pipeline: Trace) -> None:
    """Nothing of a trace is lost on the way to JSON."""
    document = json.loads(export(pipeline, "json"))
    assert document["format"] == "pydron-trace" and document["version"] == 1
    assert len(document["tasks"]) == 129 and document["tasks"][64]["needs"] == [1]
    assert document["run"]["argv"] == ["pipeline.py", "--frames", "64"] and len(document["waits"]) == 2


def test_what_does_not_exist_is_a_sentence(pipeline: Trace) -> None:
    """Unknown formats and views name those that exist."""
    with pytest.raises(UsageError, match="Choose one of: dot, svg"):
        export(pipeline, "doc")
    with pytest.raises(UsageError, match="run, sites, graph:1"):
        export(pipeline, "dot", view="graph:7")


def test_times_and_sizes_are_written_for_people() -> None:
    """Three digits and a unit, also just below the next unit."""
    times = [0, 999, 1_000, 999_499, 999_500, 43_000_000, 999_500_000, 1_250_000_000]
    times += [seconds * 10**9 for seconds in (107, 600, 3_599, 3_600, 9_000, 100_000)]
    assert [short_time(time) for time in times] == [
        "0 ns", "999 ns", "1 µs", "999 µs", "1 ms", "43 ms", "1 s", "1.25 s",
        "1 min 47 s", "10 min", "59 min 59 s", "1 h", "2 h 30 min", "27 h 46 min"]  # fmt: skip
    assert [byte_size(size) for size in (0, 999, 1500, 80_000_000, 10**15)] == [
        "0 B",
        "999 B",
        "1.5 kB",
        "80 MB",
        "1,000 TB",
    ]


def test_waits_of_parts_that_were_put_off_count_once_and_come_last() -> None:
    """Ten parts that wait at once hold up nobody ten times: no place is told to cost more than the whole run."""
    parts = tuple(WaitRow(2, 1, 1, "f.py", 3, "try", "", None, begin, 100, own=False) for begin in range(10))
    trace = Trace(waits=(*parts, WaitRow(1, 1, 1, "f.py", 9, "value", "", None, 40, 60)))
    assert [(one.line, one.count, one.total, one.beside) for one in summarise(trace).waits] == [
        (9, 1, 20, False),
        (3, 10, 100, True),
    ]
    assert [(one.line, one.total, one.beside) for one in ranked(trace)] == [(9, 20, False), (3, 100, True)]
    assert "(put off)" in as_text(summarise(trace))
