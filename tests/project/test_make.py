"""The Makefile says what it offers, and finds a Python or says what to do."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from source_tree import ROOT

FIND = str(ROOT / "tools" / "find_python.sh")


def run(*words: str, **settings: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **settings}
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)


def old_python(folder: Path) -> Path:
    """Something that behaves as an interpreter which is too old: the check of the version fails."""
    path = folder / "python3"
    path.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
    path.chmod(0o755)
    return path


def test_make_alone_lists_the_targets() -> None:
    shown = run("make").stdout
    for target in ("setup", "demo", "test", "check", "bench", "docs", "wheels", "clean", "test-all-pythons"):
        assert f"\n  {target} " in shown


def test_the_interpreter_that_is_asked_for_is_taken() -> None:
    found = run(FIND, "first", sys.executable)
    assert found.stdout.strip() == sys.executable


def test_a_python_that_is_too_old_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "python3.12").symlink_to(sys.executable)
    old_python(tmp_path)
    path = f"{tmp_path}{os.pathsep}/usr/bin{os.pathsep}/bin"
    found = run(FIND, "first", "python3", PATH=path, HOME=str(tmp_path), PYENV_ROOT="")
    assert found.returncode == 0, found.stderr
    assert found.stdout.strip() != str(tmp_path / "python3")


def test_without_a_python_the_message_says_what_to_do(tmp_path: Path) -> None:
    shell = tmp_path / "sh"
    shell.symlink_to("/bin/sh")
    old_python(tmp_path)
    found = run(str(shell), FIND, "first", "python3", PATH=str(tmp_path), HOME=str(tmp_path), PYENV_ROOT="")
    assert found.returncode == 1
    assert found.stdout == ""
    assert "Python 3.10 or later" in found.stderr
    assert "make PYTHON=" in found.stderr


@pytest.mark.parametrize("words", [(), ("nonsense",)])
def test_wrong_usage_is_refused(words: tuple[str, ...]) -> None:
    found = run(FIND, *words)
    assert found.returncode == 2
    assert "usage" in found.stderr


def test_all_interpreters_are_of_different_versions() -> None:
    lines = run(FIND, "all").stdout.splitlines()
    minors = [line.split()[0] for line in lines]
    assert len(set(minors)) == len(minors) >= 1
    assert all(Path(line.split()[1]).exists() for line in lines)
