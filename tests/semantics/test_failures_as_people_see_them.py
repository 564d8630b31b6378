"""What is printed when a functional call fails in a worker: as in plain Python; more if one asks for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROGRAM = """
import os, sys
import pydron

class Trouble(Exception):
    pass

def check(number):
    if number == 2:
        try:
            [].pop()
        except IndexError as error:
            raise Trouble(number) from error
    return number

@pydron.functional
def work(number):
    return check(number)

@pydron.functional
def kill(numbers, name):
    os.kill(os.getpid(), 11)

@pydron.schedule
def main():
    results = []
    for number in range(6):
        results.append(work(number))
    return results

@pydron.schedule
def killing():
    return kill([1, 2, 3], name="some name")

{"main": main, "plain": main.sequential, "killing": killing}[sys.argv[1]]()
"""


def stderr_of(folder: Path, how: str, **settings: str) -> str:
    (folder / "program.py").write_text(PROGRAM)
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYDRON_")}
    environment = {**clean, "PYDRON_ALWAYS": "1", "PYDRON_WORKERS": "2", **settings}
    words = [sys.executable, "program.py", how]
    finished = subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    assert finished.returncode == 1
    return finished.stderr


def without_carets(text: str) -> list[str]:
    """Lines but for the carets below them, which Python omits where a traceback was put together."""
    return [line for line in text.splitlines() if line.strip("~^ ")]


def test_a_failure_prints_as_in_plain_python(tmp_path: Path) -> None:
    """One traceback: the lines of the scheduled function, of the functional one, of what it calls, and the cause."""
    found, expected = stderr_of(tmp_path, "main"), stderr_of(tmp_path, "plain")
    assert without_carets(found) == without_carets(expected)
    assert "pydron" not in found.replace("import pydron", "").replace("@pydron", "")


def test_everything_is_shown_to_who_asks_for_it(tmp_path: Path) -> None:
    """Pydron's own frames, in the program and in the worker, between those of the user; and who ran the call."""
    text = stderr_of(tmp_path, "main", PYDRON_TRACEBACK="full")
    for piece in (
        "in main",
        os.path.join("pydron_runtime", "execution.py"),
        os.path.join("worker", "execution.py"),
        "in check",
    ):
        assert piece in text
    if sys.version_info >= (3, 11):
        assert "ran this call, attempt 1." in text


def test_a_call_that_kills_workers_is_named_with_place_arguments_and_signal(tmp_path: Path) -> None:
    text = stderr_of(tmp_path, "killing")
    (sentence,) = [line for line in text.splitlines() if "TaskLostError" in line]
    for piece in ("kill (program.py:", "3 times", "SIGSEGV", "([1, 2, 3], name='some name')"):
        assert piece in sentence
    assert "in kill" in text.partition(sentence)[2]  # what the worker said of its crash
