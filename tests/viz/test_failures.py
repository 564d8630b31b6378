"""Failures: grouped by place and error, with the program's own side of the traceback."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import sample_runs

from pydron.trace import FrameRow, TaskRow, Trace, columns_of, read_trace
from pydron_viz.analysis.failures import LocalTracebacks, failures
from pydron_viz.details import failure_details
from pydron_viz.insights import errors_document
from pydron_viz.opened import OpenTrace


def failed(number: int, line: int, error: str = "ValueError", seen: bool = True) -> TaskRow:
    return TaskRow(number, "measure", 1, 1, line, "p.py", line, outcome="failed", error_type=error,
                   error_message=f"in {number}", retirement="failed" if seen else "cancelled")  # fmt: skip


def test_failures_are_grouped_by_place_and_error() -> None:
    """What the program saw comes first, in a group and among the groups."""
    rows = [failed(1, 5, seen=False), failed(2, 5), failed(3, 5, "KeyError", seen=False), failed(4, 9, seen=False)]
    groups = failures(columns_of([*rows, TaskRow(5, "measure", outcome="ok", retirement="ok")]))
    assert [(one.line, one.error, one.tasks, one.count, one.seen) for one in groups] == [
        (5, "ValueError: in 2", (2, 1), 2, 1),
        (5, "KeyError: in 3", (3,), 1, 0),
        (9, "ValueError: in 4", (4,), 1, 0),
    ]


def test_ten_thousand_failures_are_told_in_few_words() -> None:
    """Numbers of calls are cut, their count is not."""
    (group,) = failures(columns_of([failed(number, 5) for number in range(1, 10_001)]))
    assert group.count == 10_000 and len(group.tasks) < 100


def test_the_local_traceback_leads_from_the_program_to_the_call(pipeline: Trace) -> None:
    """Lines of the calls that led there, then one line per activation; source where the trace has it."""
    task = next(task for task in pipeline.tasks if task.outcome == "failed")
    stacked = Trace(
        sources=(*pipeline.sources, ("main.py", "first\nstart()\n")),
        graphs=pipeline.graphs,
        frames=(FrameRow(1, None, 1, None, "function", stack=(("main.py", 2, "<module>"),)),),
    )
    lines = LocalTracebacks(stacked).of(task).splitlines()
    assert lines[:3] == ["Traceback (most recent call last):", '  File "main.py", line 2, in <module>', "    start()"]
    assert lines[3].endswith("line 31, in calibration_pipeline")
    assert lines[4] == "    catalogue.append(measure(image))"


def test_a_region_belongs_to_its_function_in_the_local_traceback(pipeline: Trace) -> None:
    """A part that was put off is no frame of its own, and a called function is one, at the line that calls it."""
    (row,) = pipeline.graphs
    node = next(task.node for task in pipeline.tasks if task.name == "process")
    frames = (
        FrameRow(1, None, row.id, None, "function"),
        FrameRow(2, 1, row.id, node, "function"),
        FrameRow(3, 2, row.id, node, "region"),
    )
    found = LocalTracebacks(Trace(sources=pipeline.sources, graphs=pipeline.graphs, frames=frames))
    text = found.of(TaskRow(1, "f", 3, row.id, node, row.file, 31))
    assert [line.rpartition(", line ")[2] for line in text.splitlines() if "File" in line] == [
        f"{sample_runs.line_of('output = process(input)')}, in calibration_pipeline", "31, in calibration_pipeline"]  # fmt: skip


def test_a_circle_of_frames_ends() -> None:
    """A damaged trace cannot make the viewer run in circles."""
    circle = Trace(frames=(FrameRow(1, 2), FrameRow(2, 1)))
    assert LocalTracebacks(circle).of(TaskRow(1, frame=1)).count("File") < 100
    assert LocalTracebacks(Trace()).of(TaskRow(1, frame=7)) == ""


def test_the_command_is_told_only_where_it_would_work(tmp_path: Path) -> None:
    """A kept call has a command, quoted for the shell; one that is not kept says why; a report has neither."""
    path = tmp_path / "a run's.pydron"
    sample_runs.pipeline(path, tmp_path, count=4, failing=2)
    with sqlite3.connect(path) as connection:
        connection.execute("INSERT INTO saved_call VALUES (6, 9, '', x'00'), (5, 0, 'Too large.', NULL)")
    connection.close()
    trace = read_trace(path)
    local = LocalTracebacks(trace)
    tasks = {task.id: task for task in trace.tasks}
    rerun = failure_details(trace, tasks[6], local, str(path))["rerun"]
    assert rerun["command"].startswith("pydron rerun '") and rerun["command"].endswith(" 6")
    assert failure_details(trace, tasks[5], local, str(path))["rerun"] == {"command": "", "note": "Too large."}
    assert failure_details(trace, tasks[6], local, None)["rerun"]["command"] == ""


def test_the_document_tells_the_runs_own_error_too(pipeline_file: Path) -> None:
    """One group for the failing call, with its arguments and both tracebacks."""
    opened = OpenTrace(pipeline_file)
    document = errors_document(opened.snapshot(), opened.task, opened.path)
    opened.close()
    (group,) = document["groups"]
    assert (group["name"], group["line"], group["count"]) == ("measure", 31, 1)
    assert group["first"]["arguments"] == "(m105,)"
    assert "line 15, in measure" in group["first"]["error"]["traceback"]
    assert "line 31, in calibration_pipeline" in group["first"]["local"]
