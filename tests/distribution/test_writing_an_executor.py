"""The engine that the documentation writes passes the suite that the documentation runs on it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from markdown_blocks import blocks_of
from source_tree import ROOT

pytestmark = pytest.mark.slow

PAGE = ROOT / "docs" / "writing-an-executor.md"


def python(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYDRON_")}
    return subprocess.run([sys.executable, *words], cwd=folder, env=clean, capture_output=True, text=True, timeout=100)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """The blocks of the page, each under the name that its first line gives."""
    for block in blocks_of(PAGE):
        if block.language == "python":
            name = block.text.splitlines()[0].removeprefix("# ")
            (tmp_path / name).write_text(block.text, encoding="utf-8")
    return tmp_path


def test_the_engine_of_the_page_conforms(files: Path) -> None:
    finished = python(files, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_pool_engine.py")
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert " passed" in finished.stdout


def test_the_program_of_the_page_runs(files: Path) -> None:
    finished = python(files, "with_pool.py")
    assert (finished.stdout, finished.stderr) == ("[0, 1, 4, 9, 16]\n", "")
