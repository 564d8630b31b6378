"""The main job, from the command line to the trace: the same results, and calls that overlap on both workers.

Overlap is read from the trace, never from a clock of the test. Every call takes long enough that two workers which get
work at all must be busy at the same time.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from pydron.trace import TaskRow, Trace, read_trace

INPUTS = 16

STEPS = """
import pydron


@pydron.functional
def process(number):
    total = number
    for turn in range(200_000):
        total = (total * 31 + turn) % 1_000_003
    return total


@pydron.functional
def heads(number, value):
    return ("heads", process(number + value))


@pydron.functional
def tails(number, value):
    return ("tails", process(number - value))


@pydron.schedule
def pipeline(inputs):
"""

SPELLINGS = {
    "concat": """
    outputs = []
    for input in inputs:
        output = process(input)
        outputs = outputs + [output]
    return outputs
""",
    "append": """
    outputs = []
    for input in inputs:
        outputs.append(process(input))
    return outputs
""",
    "comprehension": """
    return [process(input) for input in inputs]
""",
    "branch": """
    outputs = []
    for input in inputs:
        value = process(input)
        if value > 500_000:
            outputs.append(heads(input, value))
        else:
            outputs.append(tails(input, value))
    return outputs
""",
}

MAIN = f"""
print(pipeline(range({INPUTS})))
"""


def run(words: list[str], folder: Path, **settings: str) -> str:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYDRON_")}
    finished = subprocess.run(words, cwd=folder, env={**clean, **settings}, capture_output=True, text=True, timeout=100)
    assert finished.returncode == 0, finished.stderr
    # Only `pydron run` says something: where the trace is.
    assert all(line.startswith("pydron: the trace is in ") for line in finished.stderr.splitlines()), finished.stderr
    return finished.stdout


def most_at_once(tasks: list[TaskRow]) -> int:
    """The largest number of calls that ran at the same moment."""
    edges = [(task.started, 1) for task in tasks if task.started is not None]
    edges += [(task.finished, -1) for task in tasks if task.finished is not None]
    running = most = 0
    for _, change in sorted(edges):
        running += change
        most = max(most, running)
    return most


def remote(trace: Trace) -> list[TaskRow]:
    """The calls that ran on workers."""
    return [task for task in trace.tasks if task.worker and not task.inline_reason]


@pytest.mark.slow
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_spelling_of_the_classic_program_overlaps(spelling: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(STEPS + SPELLINGS[spelling] + MAIN, encoding="utf-8")
    plain = (STEPS + SPELLINGS[spelling] + MAIN).replace("import pydron", "").replace("@pydron.functional", "")
    (tmp_path / "plain.py").write_text(plain.replace("@pydron.schedule", ""), encoding="utf-8")

    pydron = str(Path(sys.executable).parent / "pydron")
    expected = run([sys.executable, "plain.py"], tmp_path)
    printed = run([pydron, "run", "--workers", "2", "--trace", "run.pydron", "script.py"], tmp_path)
    assert printed == expected

    trace = read_trace(tmp_path / "run.pydron")
    assert trace.run.state == "finished"
    assert len(trace.tasks) == (2 * INPUTS if spelling == "branch" else INPUTS)
    tasks = remote(trace)
    assert most_at_once(tasks) == 2
    share = {worker: sum(task.worker == worker for task in tasks) for worker in {task.worker for task in tasks}}
    assert len(share) == 2
    assert min(share.values()) >= 2, share


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["local", "inline"])
def test_a_decorated_script_runs_with_plain_python(executor: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(STEPS + SPELLINGS["append"] + MAIN, encoding="utf-8")
    printed = run([sys.executable, "script.py"], tmp_path, PYDRON_EXECUTOR=executor, PYDRON_WORKERS="2")
    assert len(eval(printed)) == INPUTS


CORE_ALONE = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {"pydron_runtime", "pydron_viz"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

import importlib.metadata as metadata
every = metadata.entry_points
metadata.entry_points = lambda **chosen: [
    point for point in every(**chosen) if point.value.split(".")[0] not in {"pydron_runtime", "pydron_viz"}
]
sys.meta_path.insert(0, Missing())
"""


@pytest.mark.slow
def test_core_alone_runs_sequentially(tmp_path: Path) -> None:
    """As if the other two packages were not installed: nothing of them can be found."""
    program = CORE_ALONE + STEPS + SPELLINGS["append"] + MAIN + "assert 'zmq' not in sys.modules\n"
    (tmp_path / "script.py").write_text(program, encoding="utf-8")
    assert len(eval(run([sys.executable, "script.py"], tmp_path))) == INPUTS
