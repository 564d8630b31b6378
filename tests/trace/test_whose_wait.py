"""Whose wait it was: real runs tell the program's own waits from those of parts that it had put off."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pydron.trace import read_trace

PROGRAM = """\
import time
import pydron

@pydron.functional
def work(number):
    time.sleep(0.2)
    return number

@pydron.schedule
def in_the_way():
    with open(__file__) as file:
        return work(len(file.name)) + work(2)

@pydron.schedule
def beside(count):
    found = []
    for number in range(count):
        value = work(number)
        try:
            found.append(work(value))
        except ValueError:
            pass
    return found

in_the_way()
beside(4)
"""


@pytest.mark.slow
def test_a_body_that_holds_up_the_program_is_told_from_bodies_that_were_put_off(tmp_path: Path) -> None:
    """A with statement's body runs in the program's own stack; bodies that need results yet to come wait beside it."""
    script = tmp_path / "program.py"
    script.write_text(PROGRAM, encoding="utf-8")
    environment = {**os.environ, "PYDRON_TRACE": str(tmp_path / "t"), "PYDRON_WORKERS": "2", "PYDRON_ALWAYS": "1"}
    subprocess.run([sys.executable, str(script)], env=environment, check=True, timeout=120)
    waits = [wait for wait in read_trace(tmp_path / "t").waits if wait.reason == "try"]
    lines = {"with": PROGRAM[: PROGRAM.index("with open")].count("\n") + 1,
             "try": PROGRAM[: PROGRAM.index("try:")].count("\n") + 1}  # fmt: skip
    assert [wait.own for wait in waits if wait.line == lines["with"]] == [True]
    beside = [wait for wait in waits if wait.line == lines["try"]]
    assert not all(wait.own for wait in beside)
    own = sorted((wait.started, wait.finished) for wait in read_trace(tmp_path / "t").waits if wait.own)
    assert all(before[1] <= after[0] for before, after in zip(own, own[1:]))
    trace = read_trace(tmp_path / "t")
    graph = {row.id: row.name for row in trace.graphs}
    assert {(graph[one.graph], one.reason) for one in trace.sync_points} >= {("in_the_way", "PD202")}
    assert all(one.reason.startswith("PD") for one in trace.sync_points)
