"""Tasks as columns: the same as the rows, whatever is missing in them."""

from __future__ import annotations

from pathlib import Path

import pytest
import sample_runs
from hypothesis import given
from hypothesis import strategies as st

from pydron.trace import OUTCOMES, TaskColumns, TaskRow, TraceReader, columns_of, read_trace
from pydron_runtime.recording_sqlite import SqliteRecorder

TIMES = ("issued", "ready", "sent", "started", "finished", "retired")


def same(columns: TaskColumns, rows: tuple[TaskRow, ...]) -> None:
    assert list(columns.id) == [row.id for row in rows]
    for place, row in enumerate(rows):
        site = columns.sites[columns.site[place]]
        assert site == (row.graph, row.node, row.name, row.file, row.line)
        assert columns.workers[columns.worker[place]] == row.worker
        assert columns.frame[place] == (-1 if row.frame is None else row.frame)
        for name in TIMES:
            moment = getattr(row, name)
            assert getattr(columns, name)[place] == (-1 if moment is None else moment)
        assert columns.attempts[place] == min(255, row.attempts)
        assert OUTCOMES[columns.outcome[place]] == (row.outcome if row.outcome in OUTCOMES else "")
        assert columns.inline[place] == bool(row.inline_reason)
        assert [columns.id[need] for need in columns.needs_of(place)] == [
            need for need in row.needs if columns.place(need) >= 0
        ]


@pytest.mark.parametrize("maker", ["pipeline", "hostile"])
def test_a_file_reads_the_same_as_rows_and_as_columns(tmp_path: Path, maker: str) -> None:
    """Also with hostile names and missing times; the rest of the trace is the same as well."""
    path = tmp_path / "t"
    if maker == "pipeline":
        sample_runs.pipeline(path, tmp_path)
    else:
        sample_runs.hostile(path)
    rows = read_trace(path)
    with TraceReader(path) as reader:
        trace, columns = reader.read_columns()
        assert reader.task(5) == rows.tasks[4] and reader.task(10**6) is None
    same(columns, rows.tasks)
    made = columns_of(rows.tasks)
    assert made == columns and set(made.errors) == {task.id for task in rows.tasks if task.error_message}
    assert (trace.run, trace.waits, trace.workers, trace.attempts) == (
        rows.run,
        rows.waits,
        rows.workers,
        rows.attempts,
    )
    assert [frame.id for frame in trace.frames] == [frame.id for frame in rows.frames]


def test_an_empty_trace_has_empty_columns(tmp_path: Path) -> None:
    """No tasks, no needs, no sites."""
    SqliteRecorder(tmp_path / "t", argv=[], executor="inline", workers=0).close("finished")
    with TraceReader(tmp_path / "t") as reader:
        _, columns = reader.read_columns()
    assert len(columns) == 0 and list(columns.first_need) == [0] and columns.place(1) == -1


maybe = st.none() | st.integers(0, 2**52)


@given(
    st.lists(
        st.builds(
            TaskRow,
            id=st.integers(1, 60),
            name=st.text(max_size=3),
            frame=st.none() | st.integers(1, 3),
            graph=st.none() | st.integers(1, 3),
            node=st.none() | st.integers(0, 3),
            issued=maybe,
            ready=maybe,
            started=maybe,
            finished=maybe,
            worker=st.sampled_from(["", "w1", "w2"]),
            attempts=st.integers(0, 300),
            outcome=st.sampled_from(["", "ok", "failed", "lost", "odd"]),
            inline_reason=st.sampled_from(["", "small"]),
            needs=st.sets(st.integers(1, 60), max_size=4).map(lambda needs: tuple(sorted(needs))),
        ),
        max_size=30,
        unique_by=lambda row: row.id,
    )
)
def test_columns_hold_what_rows_hold(rows: list[TaskRow]) -> None:
    """For any rows, with gaps in their numbers and needs that do not exist."""
    same(columns_of(rows), tuple(sorted(rows, key=lambda row: row.id)))
