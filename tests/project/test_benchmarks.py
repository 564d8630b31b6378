"""The benchmark compares like with like, and keeps its history."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from source_tree import ROOT

BENCHMARKS = ROOT / "benchmarks"

PAIR = """
import os
from forked_pair import ForkedPair

pair = ForkedPair({"pids": lambda inputs: [(number, os.getpid()) for number in inputs]})
for _ in range(2):
    found = pair.run("pids", [1, 2, 3, 4])
    assert [number for number, _ in found] == [1, 2, 3, 4], found
    first, second = {pid for _, pid in found[:2]}, {pid for _, pid in found[2:]}
    assert len(first) == len(second) == 1 and first != second and os.getpid() not in first | second, found
pair.close()
"""


def test_the_yardstick_uses_two_processes_and_keeps_the_order() -> None:
    finished = subprocess.run([sys.executable, "-c", PAIR], cwd=BENCHMARKS, capture_output=True, text=True, timeout=60)
    assert finished.returncode == 0, finished.stderr


@pytest.mark.slow
def test_a_small_run_prints_a_table_and_appends_a_line(tmp_path: Path) -> None:
    history = tmp_path / "history.jsonl"
    words = [sys.executable, "fork_limit.py", "--rounds", "1", "--inputs", "4", "--milliseconds", "1"]
    for _ in range(2):
        finished = subprocess.run(
            [*words, "--record", str(history)], cwd=BENCHMARKS, capture_output=True, text=True, timeout=100
        )
        assert finished.returncode == 0, finished.stderr
    for case in ("concat", "append", "comprehension", "branch"):
        assert f"\n{case} " in finished.stdout
    lines = [json.loads(line) for line in history.read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 2
    for ratios in lines[0]["cases"].values():
        assert set(ratios) == {"speed_up", "fork_speed_up", "of_fork_limit"}


@pytest.mark.slow
def test_the_data_benchmark_runs_every_case_and_compares_results(tmp_path: Path) -> None:
    pytest.importorskip("numpy")
    history = tmp_path / "history.jsonl"
    words = [sys.executable, "data.py", "--rounds", "1", "--scale", "0.01", "--record", str(history)]
    finished = subprocess.run(words, cwd=BENCHMARKS, capture_output=True, text=True, timeout=100)
    assert finished.returncode == 0, finished.stderr
    line = json.loads(history.read_text(encoding="utf-8"))
    assert line["benchmark"] == "data" and len(line["cases"]) == 7
