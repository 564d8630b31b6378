"""``explain`` with a trace: what each line cost in a run, worst first, in seconds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import pydron
from pydron.cli.main import main
from pydron.explain.measured import duration, same_file
from pydron.explain.report import Report, explain
from pydron.trace.records import GraphRow, Run, TaskRow, Trace, WaitRow

MILLI = 1_000_000


@pydron.functional
def f(x: Any) -> Any:
    return x


def log(x: Any) -> None:
    for _ in range(1):
        RECORD.append(x)


RECORD: list[Any] = []


@pydron.schedule
def work(xs: list[Any]) -> list[Any]:
    out = [f(x) for x in xs]
    log(out)
    return [f(y) for y in out]


FIRST = work.sequential.__code__.co_firstlineno  # type: ignore[attr-defined]


def wait(line: int, reason: str, start: int, end: int, detail: str = "") -> WaitRow:
    return WaitRow(1, 1, 1, __file__, FIRST + line, reason, detail, None, start * MILLI, end * MILLI)


def task(number: int, line: int, start: int, end: int, **more: Any) -> TaskRow:
    place = {"name": "f", "file": __file__, "line": FIRST + line, "outcome": "ok"}
    return TaskRow(number, **{**place, "started": start * 1000, "finished": end * 1000, **more})


def report(**parts: Any) -> Report:
    plain = explain(work)
    source = "\n".join(line.text for line in plain.lines)
    graph = GraphRow(1, "work", "work", __file__, "{}", source)
    trace = Trace(**{"run": Run(finished=1000 * MILLI), "graphs": (graph,), **parts})
    return plain.with_trace(trace, "night.pydron")


def test_sync_points_are_ranked_by_what_they_cost() -> None:
    waits = (wait(2, "value", 0, 20), wait(3, "PD101", 20, 320, "log"), wait(3, "PD101", 400, 500, "log"))
    measured = report(waits=(*waits, wait(0, "end", 500, 800))).measured
    assert measured is not None
    assert [(one.line - FIRST, one.code, one.count, one.sync_point) for one in measured.waits] == [
        (3, "PD101", 2, True), (0, "end", 1, False), (2, "value", 1, True),
    ]  # fmt: skip
    assert measured.waits[0].seconds == pytest.approx(0.4) and measured.waits[0].longest == pytest.approx(0.3)
    assert measured.waited_at(FIRST + 3) == pytest.approx(0.4) and measured.waited_at(FIRST) == 0


def test_the_listing_shows_the_cost_beside_the_line_and_below() -> None:
    text = str(report(waits=(wait(3, "PD101", 20, 320, "log"),)))
    line = next(line for line in text.splitlines() if line.endswith("log(out)"))
    assert "SYNC-POINT PD101" in line and "300 ms" in line
    assert "in the run night.pydron, which took 1.00 s:" in text
    assert f"300 ms (30%) at line {FIRST + 3}, once: PD101 call that is not known to be pure: log" in text


def test_call_sites_tell_their_mean_and_where_they_ran() -> None:
    short = "The call takes less time than handing it to a worker."
    tasks = (
        task(1, 2, 0, 30, inline_reason=short), task(2, 2, 0, 50, inline_reason=short),
        task(3, 4, 0, 2_000_000, worker="w1"), task(4, 4, 0, 4_000_000, worker="w1", outcome="failed"),
    )  # fmt: skip
    text = str(report(tasks=tasks))
    assert f"line {FIRST + 2}: f: 2 calls, 40.0 µs mean, ran in the program itself. {short}" in text
    assert f"line {FIRST + 4}: f: 2 calls, 1 failed, 3.00 s mean, in workers" in text
    assert "nothing made the program wait" in text


def test_calls_under_way_and_calls_in_both_places() -> None:
    tasks = (task(1, 2, 0, 30), task(2, 2, 0, 50, inline_reason="It is short."), task(3, 4, 0, 1, finished=None))
    text = str(report(tasks=tasks))
    assert "1 of them ran in the program itself. It is short." in text and "none has ended" in text


def test_a_trace_of_another_program_or_another_state_of_the_file_says_so() -> None:
    assert "no scheduled function of this file" in str(report(graphs=()))
    changed = GraphRow(1, "work", "work", __file__, "{}", "def work(): pass")
    assert "its source was different then" in str(report(graphs=(changed,)))


def test_the_document_has_the_costs() -> None:
    document = json.loads(report(waits=(wait(3, "PD101", 20, 320, "log"),)).to_json())
    assert document["measured"]["waits"][0]["code"] == "PD101"
    assert document["measured"]["trace"] == "night.pydron"
    assert "measured" not in json.loads(explain(work).to_json())


def test_the_notebook_has_the_costs() -> None:
    html = report(waits=(wait(3, "PD101", 20, 320, "<log>"),))._repr_html_()
    assert "300 ms" in html and "&lt;log&gt;" in html and "<log>" not in html


@pytest.mark.parametrize(
    "seconds, text", [(8.2, "8.20 s"), (61.26, "61.3 s"), (0.312, "312 ms"), (4e-5, "40.0 µs"), (0.0, "0.00 ns")]
)
def test_times_have_three_digits(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_files_are_the_same_under_relative_and_absolute_names() -> None:
    assert same_file("/a/b/c.py", "b/c.py") and same_file("./c.py", "/a/c.py")
    assert not same_file("/a/b/c.py", "/x/b/c.py") and not same_file("ac.py", "c.py")


PROGRAM = """\
import pydron

@pydron.functional
def f(x):
    return x + 1

SEEN = []
def log(x):
    SEEN.append(x)

@pydron.schedule
def work(xs):
    out = [f(x) for x in xs]
    log(out)
    return out
"""


def test_the_command_and_the_function_read_a_trace(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script, trace = tmp_path / "costs_of_a_night.py", tmp_path / "night.pydron"
    script.write_text(PROGRAM)
    names: dict[str, Any] = {"__name__": "costs_of_a_night"}
    exec(compile(PROGRAM, str(script), "exec"), names)
    with pydron.configure(executor="inline", trace=trace):
        names["work"](range(3))
    assert main(["explain", str(script), "--trace", str(trace)]) == 0
    out = capsys.readouterr().out
    assert "in the run" in out and "line 13: f: 3 calls" in out and "\x1b" not in out
    assert main(["explain", str(script), "--trace", str(trace), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["measured"]["calls"][0]["calls"] == 3
    report = pydron.explain(names["work"], trace=trace)
    assert report.measured is not None and report.measured.calls[0].calls == 3


def test_colours_are_for_terminals_or_on_demand(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "colours_of_a_night.py"
    script.write_text(PROGRAM)
    for words, coloured in ((["--color", "always"], True), (["--color", "never"], False), ([], False)):
        assert main(["explain", str(script), *words]) == 0
        assert ("\x1b[" in capsys.readouterr().out) is coloured


def test_a_trace_that_is_missing_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    script = tmp_path / "missing_trace_of_a_night.py"
    script.write_text(PROGRAM)
    assert main(["explain", str(script), "--trace", str(tmp_path / "none.pydron")]) == 1
    assert "none.pydron" in capsys.readouterr().err
