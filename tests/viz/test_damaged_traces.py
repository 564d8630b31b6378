"""Damaged traces: whatever has happened to the file, the viewer shows it or says in a sentence what is wrong."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest
import sample_runs
from flask.testing import FlaskClient

from pydron.errors import TraceFormatError
from pydron.trace import APPLICATION_ID, SCHEMA_VERSION, read_columns, read_trace, schema_sql
from pydron_viz.app import create_app

TOKEN = "token"
PATHS = ("/api/run", "/api/diagram?view=sites", "/api/summary", "/api/source", "/api/task/70", "/api/wait/0", "/api/idle",
         "/api/figures", "/export/json", "/export/chrome", "/export/csv")  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A small trace."""
    directory = tmp_path_factory.mktemp("whole")
    sample_runs.pipeline(directory / "t", directory, count=12, failing=5)
    return (directory / "t").read_bytes()


def opened(path: Path) -> FlaskClient | None:
    """A client of the viewer; None where the file is refused with a sentence that names it."""
    try:
        return create_app(path, TOKEN).test_client()
    except TraceFormatError as problem:
        assert path.name in str(problem)
        return None


def looked_at(path: Path) -> bool:
    """Ask for everything. Each answer is there, or says what is wrong with the file."""
    client = opened(path)
    if client is None:
        return False
    fine = True
    for address in PATHS:
        answer = client.get(f"http://127.0.0.1{address}{'&' if '?' in address else '?'}token={TOKEN}")
        if answer.status_code == 200:
            continue
        fine = False
        told = answer.get_json()["error"] if answer.is_json else answer.get_data(as_text=True)
        assert "internal error" not in told, (address, told)
    return fine


def test_a_trace_cut_off_anywhere_is_told(whole: bytes, tmp_path: Path) -> None:
    """Refused, or shown as far as it goes; never a traceback, whatever the length."""
    path = tmp_path / "cut.pydron"
    lengths = {*range(0, 120, 7), *range(120, len(whole), 1511), len(whole) - 1}
    for length in sorted(lengths):
        path.write_bytes(whole[:length])
        assert not looked_at(path) or length > len(whole) - 512, length


@pytest.mark.slow
def test_a_trace_damaged_anywhere_is_told(whole: bytes, tmp_path: Path) -> None:
    """Bytes changed at random places: what can be read is shown, the rest is told."""
    numbers = random.Random(7)
    path = tmp_path / "damaged.pydron"
    for _ in range(60):
        data = bytearray(whole)
        for _ in range(numbers.choice((1, 20, 400))):
            data[numbers.randrange(100, len(data))] = numbers.randrange(256)
        path.write_bytes(data)
        looked_at(path)


def filled(path: Path, *statements: str) -> Path:
    """A trace made of statements."""
    connection = sqlite3.connect(path)
    connection.executescript(schema_sql())
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO task (id, issued) VALUES (1, 'soon')",
        "INSERT INTO task (id, started, finished) VALUES (1, 5, x'00ff')",
        "INSERT INTO task (id, frame) VALUES (1, 1.5)",
        "INSERT INTO wait VALUES (1, 1, 1, 1, 'f', 3, 'PD101', '', 1, 'early', 'late')",
        "INSERT INTO frame (id, started) VALUES (1, 'now')",
        "INSERT INTO worker (name, started) VALUES ('w', 'now')",
    ],
)
def test_words_where_numbers_should_be_are_refused(tmp_path: Path, statement: str) -> None:
    """SQLite takes anything in any column; the reader does not, in either form."""
    path = filled(tmp_path / "odd.pydron", statement)
    for read in (read_trace, read_columns):
        with pytest.raises(TraceFormatError, match=r"odd\.pydron"):
            read(path)


def test_strange_numbers_are_shown(tmp_path: Path) -> None:
    """Times before the start, ends before beginnings, lines beyond all files, needs in a circle, huge numbers."""
    great = 2**62
    path = filled(
        tmp_path / "t",
        f"INSERT INTO task (id, name, line, issued, started, finished, worker) VALUES (5, 'f', {great}, -9, 50, 3, 'w')",
        f"INSERT INTO task (id, name, node, graph, issued, attempts) VALUES ({great}, 'g', -4, -4, {great}, {great})",
        "INSERT INTO task (id) VALUES (-3)",
        f"INSERT INTO dependency VALUES (5, {great}), ({great}, 5), (5, 5), (-3, 77)",
        f"INSERT INTO wait VALUES (1, 1, 1, 1, 'f', {great}, 'odd', '', 5, {great}, 1)",
        "INSERT INTO frame (id, parent) VALUES (1, 1)",
        "INSERT INTO worker (name, started, stopped, reason) VALUES ('w', 90, 10, 'killed')",
    )
    client = create_app(path, TOKEN).test_client()
    for address in PATHS:
        answer = client.get(f"http://127.0.0.1{address}{'&' if '?' in address else '?'}token={TOKEN}")
        assert answer.status_code in (200, 404), (address, answer.get_data(as_text=True)[:500])


def test_megabyte_names_do_not_stop_the_viewer(tmp_path: Path) -> None:
    """Names are cut where they are shown: the graph is drawn all the same."""
    name = "n" * 2_000_000
    path = filled(tmp_path / "t")
    connection = sqlite3.connect(path)
    for number in range(1, 4):
        row = (number, f"{number}{name}", name)
        connection.execute("INSERT INTO task (id, name, file, line) VALUES (?, ?, ?, 1)", row)
    connection.commit()
    connection.close()
    looked_at(path)


def test_texts_that_the_writer_would_have_cut_are_cut_in_large_files(tmp_path: Path) -> None:
    """A file of a hundred megabytes of names must not take gigabytes to show."""
    path = filled(tmp_path / "t")
    connection = sqlite3.connect(path)
    for number in range(1, 31):
        row = (number, "n" * 2_000_000, "f.py", "t" * 200_000)
        connection.execute("INSERT INTO task (id, name, file, line, traceback) VALUES (?, ?, ?, 1, ?)", row)
    connection.commit()
    connection.close()
    trace, (_, columns) = read_trace(path), read_columns(path)
    assert {len(task.name) for task in trace.tasks} == {1_000} == {len(site.name) for site in columns.sites}
    assert {len(task.traceback) for task in trace.tasks} == {100_000}


def test_times_that_no_run_can_have_are_told(tmp_path: Path) -> None:
    """What cannot be calculated with is told in a sentence, and the rest of the run is shown."""
    great = 2**63 - 1
    path = filled(
        tmp_path / "t",
        *(f"INSERT INTO task (id, name, issued, started, finished, worker) VALUES ({number}, 'f', 1, 2, {great}, 'w')"
          for number in (1, 2, 3)),
        "INSERT INTO worker (name, started) VALUES ('w', 0)",
    )  # fmt: skip
    client = create_app(path, TOKEN).test_client()
    for address in PATHS:
        answer = client.get(f"http://127.0.0.1{address}{'&' if '?' in address else '?'}token={TOKEN}")
        if answer.status_code == 500:
            assert "The trace is damaged" in answer.get_json()["error"], address


def test_values_that_are_missing_are_no_error(tmp_path: Path) -> None:
    """A file may lack any column, and with it the values that every trace of ours has."""
    path = filled(tmp_path / "t", "INSERT INTO task (id) VALUES (1)")
    connection = sqlite3.connect(path)
    for table in ("wait", "graph", "attempt", "source"):
        connection.execute(f"DROP TABLE {table}")
        connection.execute(f"CREATE TABLE {table} (id INTEGER)")
        connection.execute(f"INSERT INTO {table} VALUES (1)")
    connection.commit()
    connection.close()
    looked_at(path)
