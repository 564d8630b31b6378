"""The examples give the same result sequentially, in parallel, and without a network."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from source_tree import ROOT

EXAMPLES = ROOT / "examples"

# No module of the program can open a connection off this machine.
OFFLINE = """
import socket
connect = socket.socket.connect
def refuse(self, address):
    if self.family != socket.AF_UNIX:
        raise AssertionError(f"an example connects to {address}")
    return connect(self, address)
socket.socket.connect = refuse
"""

ASTRONOMY = """
import astronomy_pipeline as example
nights, tiles = example.prepare()
arguments = nights[3:], tiles  # M13, the smallest field
"""

DIGITS = """
import model_selection as example
candidates, images, labels, folds = example.prepare()
few = [(train[train < 400], test[test < 400]) for train, test in folds]
arguments = candidates[4:7], images[:400], labels[:400], few
"""

COMPARE = """
expected = example.pipeline.sequential(*arguments)
result = example.pipeline(*arguments)
assert result == expected, (result, expected)
print(example.describe(result))
"""


def run(words: list[str], folder: Path, executor: str) -> str:
    """Standard output of a program that has to succeed in silence."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYDRON_")}
    environment = {**clean, "PYDRON_EXECUTOR": executor, "PYDRON_WORKERS": "2", "PYTHONPATH": str(EXAMPLES)}
    finished = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=110)
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    return finished.stdout


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["local", "inline"])
@pytest.mark.parametrize("program", [ASTRONOMY, DIGITS], ids=["astronomy", "digits"])
def test_large_examples_give_the_sequential_result(program: str, executor: str, tmp_path: Path) -> None:
    """On a part of their data, which takes seconds; ``make demo`` uses all of it."""
    pytest.importorskip("sklearn", reason="the data of the examples are in packages of the group `examples`")
    printed = run([sys.executable, "-c", OFFLINE + program + COMPARE], tmp_path, executor)
    assert printed.strip()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ten_lines", "branches"])
def test_small_examples_print_the_same_in_parallel(name: str, tmp_path: Path) -> None:
    words = [sys.executable, str(EXAMPLES / f"{name}.py")]
    assert run(words, tmp_path, "local") == run(words, tmp_path, "inline") != ""


@pytest.mark.slow
def test_a_catalogue_finds_the_cluster(tmp_path: Path) -> None:
    """Stars of M13 crowd around the middle of the frame: what the pipeline finds is the sky and not the camera."""
    pytest.importorskip("astropy", reason="the data of the examples are in packages of the group `examples`")
    program = ASTRONOMY + (
        "found = example.pipeline.sequential(*arguments)\n"
        "inner = [source for source in found if abs(source[1] - 150) < 75 and abs(source[2] - 150) < 75]\n"
        "assert len(found) > 100, len(found)\n"
        "assert 2 * sum(light for *_, light in inner) > sum(light for *_, light in found)\n"
    )
    run([sys.executable, "-c", OFFLINE + program], tmp_path, "inline")
