"""However the program ends, nothing of the pool is left: no process, no socket, no directory."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from distribution_calls import PATIENCE
from distribution_processes import alive, read_when_there, until

pytestmark = pytest.mark.slow

PROGRAM = """
import dataclasses, enum, json, os, sys, time
from pydron_runtime.data.functions import function_of
from pydron_runtime.data.payload import dump, load
from pydron_runtime.executors.base import Task
from pydron_runtime.executors.local import LocalExecutor

print("main runs")
OFFSET = 40

@dataclasses.dataclass
class Point:
    x: int

class Colour(enum.Enum):
    RED = 1

class Problem(Exception):
    pass

def shifted(point):
    return Point(point.x + OFFSET), Colour.RED, Problem("p", 1)

def sleeper(seconds):
    time.sleep(seconds)

def task(number, function, *args):
    return Task(number, function_of(function), dump((args, {})), label=function.__name__)

def tell(executor):
    driver = executor._driver
    facts = {"pids": [os.getpid(), executor.nursery, *executor.processes.values()], "home": driver.home}
    with open(sys.argv[1] + ".new", "w") as stream:
        json.dump(facts, stream)
    os.rename(sys.argv[1] + ".new", sys.argv[1])

executor = LocalExecutor(2)
executor.submit(task(1, shifted, Point(2)))
assert executor.wait(0, 30)
point, colour, problem = load(executor.completed(0)[0].result)
assert type(point) is Point and point == Point(42) and colour is Colour.RED and type(problem) is Problem
if sys.argv[2] == "end":
    tell(executor)
elif sys.argv[2] == "raise":
    tell(executor)
    raise ValueError("the program fails")
elif sys.argv[2] == "interrupt":
    for number in (2, 3):
        executor.submit(task(number, sleeper, 300))
    tell(executor)
    try:
        executor.wait(0)
    except KeyboardInterrupt:
        executor.cancel([2, 3])
        print("interrupted", flush=True)
        raise
else:
    for number in (2, 3):
        executor.submit(task(number, sleeper, 300))
    tell(executor)
    if sys.argv[2] == "leave":
        os._exit(5)
    executor.wait(0)
"""


def start(tmp_path: Path, how: str) -> tuple[subprocess.Popen[str], list[int], str]:
    """The program, the ids of all its processes, and the directory of its sockets."""
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    facts = tmp_path / "facts"
    program = subprocess.Popen(
        [sys.executable, str(script), str(facts), how],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    found = json.loads(read_when_there(str(facts)))
    return program, found["pids"], found["home"]


def nothing_left(pids: list[int], home: str, patience: float) -> None:
    until(lambda: not any(map(alive, pids)), f"the processes {pids} are gone", patience)
    until(lambda: not os.path.exists(home), f"{home} is gone", patience)


@pytest.mark.parametrize(("how", "status"), [("end", 0), ("raise", 1), ("leave", 5)])
def test_a_program_that_ends_leaves_nothing(tmp_path: Path, how: str, status: int) -> None:
    """Also: ``__main__`` runs once, its functions and classes travel, its classes come back as themselves."""
    program, pids, home = start(tmp_path, how)
    out, err = program.communicate(timeout=PATIENCE)
    assert program.returncode == status, err
    assert out.count("main runs") <= 1  # os._exit may lose what was printed
    assert err == "" or how == "raise"
    nothing_left(pids, home, 2.0)


def test_a_killed_program_leaves_nothing(tmp_path: Path) -> None:
    program, pids, home = start(tmp_path, "wait")
    assert len(pids) >= 3 and os.path.isdir(home)
    program.kill()
    program.communicate(timeout=PATIENCE)
    nothing_left(pids, home, 2.0)


def test_an_interrupted_program_says_so_once_and_leaves_nothing(tmp_path: Path) -> None:
    """As at a terminal: the signal goes to the whole process group of the program."""
    program, pids, home = start(tmp_path, "interrupt")
    os.killpg(program.pid, signal.SIGINT)
    out, err = program.communicate(timeout=PATIENCE)
    assert "interrupted" in out
    assert err.count("KeyboardInterrupt") == 1 and err.count("Traceback") == 1
    nothing_left(pids, home, 2.0)


def test_a_program_that_is_interrupted_again_and_again_leaves_nothing(tmp_path: Path) -> None:
    """While the first Ctrl-C is being obeyed: the pool is closed all the same, and sooner."""
    program, pids, home = start(tmp_path, "interrupt")
    os.killpg(program.pid, signal.SIGINT)
    out = program.stdout
    assert out is not None
    until(lambda: "interrupted" in out.readline(), "the first is obeyed")
    while program.poll() is None:
        os.killpg(program.pid, signal.SIGINT)
    program.communicate(timeout=PATIENCE)
    nothing_left(pids, home, 2.0)
