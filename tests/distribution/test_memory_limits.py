"""More data than memory may hold, and death in the middle: runs finish, and nothing is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from distribution_processes import alive, until

pytest.importorskip("numpy")

pytestmark = pytest.mark.slow

PROGRAM = """
import os, sys, time
import numpy
import pydron
from pydron_runtime.executors import local

@pydron.functional
def make(i):
    return numpy.full(1_000_000, float(i))

@pydron.functional
def more(array):
    return array + 1

@pydron.functional
def wait(array, path):
    open(path, "w").write(str(os.getpid()))
    time.sleep(100)

@pydron.schedule
def main(count):
    kept, sums = [], []
    for i in range(count):
        a = make(i)
        b = more(a)
        kept.append(b)
        sums.append(more(b))
    return kept, sums

@pydron.schedule
def waiting(path):
    a = more(make(1))
    return wait(a, path), wait(make(2), path + "2"), more(a)

if sys.argv[1] == "finish":
    kept, sums = main(20)
    print([int(a[0]) for a in kept] == [i + 1 for i in range(20)], [int(a[-1]) for a in sums] == [i + 2 for i in range(20)])
    kept[3][:] = 7
    print(int(kept[4][0]), kept[3].flags.writeable)
else:
    waiting(sys.argv[1])
"""


def start(tmp_path: Path, word: str) -> subprocess.Popen[str]:
    script = tmp_path / "program.py"
    script.write_text(PROGRAM, encoding="utf-8")
    places = tmp_path / "places"
    places.mkdir()
    variables = {**os.environ, "PYDRON_MEMORY_MB": "16", "TMPDIR": str(places), "PYDRON_WORKERS": "2"}
    return subprocess.Popen([sys.executable, str(script), word], env=variables, stdout=subprocess.PIPE, text=True)


def test_a_run_over_twenty_times_the_limit_finishes_and_leaves_no_file(tmp_path: Path) -> None:
    finished = start(tmp_path, "finish")
    output, _ = finished.communicate(timeout=100)
    assert output.split() == ["True", "True", "5", "True"]
    assert not list((tmp_path / "places").iterdir())


def test_a_program_that_is_killed_leaves_no_value_behind(tmp_path: Path) -> None:
    shared = set(os.listdir("/dev/shm")) if os.path.isdir("/dev/shm") else set()
    place = tmp_path / "here"
    program = start(tmp_path, str(place))
    until(lambda: place.exists() and bool(place.read_text()), "a call runs")
    worker = int(place.read_text())
    os.kill(program.pid, signal.SIGKILL)
    program.communicate(timeout=30)
    until(lambda: not alive(worker), "the worker is gone")
    until(lambda: not list((tmp_path / "places").iterdir()), "the directory of the sockets is gone")
    if os.path.isdir("/dev/shm"):
        assert set(os.listdir("/dev/shm")) <= shared
