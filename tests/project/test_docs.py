"""The code in the documentation runs as it stands there."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import contract
import pytest
from markdown_blocks import SEPARATOR, blocks_of, commands_of, expected_outputs, script_of
from source_tree import ROOT

from pydron import errors
from pydron.explain.reasons import reasons_page

TUTORIAL = ROOT / "docs" / "tutorial.md"
README = ROOT / "README.md"

PAGES = [*ROOT.glob("*.md"), *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "docs" / "adr").glob("*.md"))]

BIN = Path(sys.executable).parent


def run(words: list[str], folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYDRON_")}
    environment = {**clean, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **settings}
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, timeout=100)


def outputs_of(page: Path, folder: Path, script: str, **settings: str) -> list[str]:
    """What each Python block of a page prints, when all of them run in one fresh process."""
    (folder / script).write_text(script_of(blocks_of(page)), encoding="utf-8")
    finished = run([sys.executable, script], folder, **settings)
    assert finished.returncode == 0, finished.stderr
    assert finished.stderr == ""
    return finished.stdout.split(SEPARATOR)[:-1]


@pytest.mark.slow
@pytest.mark.parametrize("executor", ["local", "inline"])
def test_the_tutorial_prints_what_it_shows(tmp_path: Path, executor: str) -> None:
    outputs = outputs_of(TUTORIAL, tmp_path, "tutorial.py", PYDRON_EXECUTOR=executor)
    assert outputs == expected_outputs(blocks_of(TUTORIAL))


@pytest.mark.slow
def test_the_commands_of_the_tutorial_work(tmp_path: Path) -> None:
    outputs_of(TUTORIAL, tmp_path, "tutorial.py")
    commands = [words for words in commands_of(blocks_of(TUTORIAL)) if words[:2] != ["pydron", "view"]]
    assert len(commands) >= 3
    for words in commands:
        finished = run(words, tmp_path)
        assert finished.returncode == 0, f"{' '.join(words)}: {finished.stderr}"
    assert b"<svg" in (tmp_path / "survey.svg").read_bytes()


@pytest.mark.slow
def test_explain_names_the_line_that_the_tutorial_speaks_of(tmp_path: Path) -> None:
    (tmp_path / "tutorial.py").write_text(script_of(blocks_of(TUTORIAL)), encoding="utf-8")
    finished = run(["pydron", "explain", "tutorial.py:careful"], tmp_path, PYDRON_EXECUTOR="inline")
    assert "PD101" in finished.stdout
    assert "note" in finished.stdout


@pytest.mark.slow
def test_the_program_of_the_front_page_is_the_example(tmp_path: Path) -> None:
    """README and the documentation's first page show the program that ``examples/ten_lines.py`` holds."""
    example = (ROOT / "examples" / "ten_lines.py").read_text(encoding="utf-8")
    for page in (README, ROOT / "docs" / "index.md"):
        shown = next(block for block in blocks_of(page) if block.language == "python")
        for line in shown.text.splitlines():
            assert line in example.splitlines(), f"{page.name}: {line}"
    assert outputs_of(README, tmp_path, "readme.py")


def test_the_page_of_reasons_is_that_of_the_catalogue() -> None:
    """``make docs`` writes the page anew."""
    assert (ROOT / "docs" / "reasons.md").read_text(encoding="utf-8") == reasons_page()


def test_the_table_of_the_contract_is_that_of_its_tests() -> None:
    """``make docs``, or ``tools/write_contract_table.py``, writes the page anew."""
    text = contract.page(ROOT / "tests" / "semantics" / "contract")
    assert (ROOT / "docs" / "contract.md").read_text(encoding="utf-8") == text


def test_every_error_has_an_entry() -> None:
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    headings = {line.lstrip("# ") for line in page.splitlines() if line.startswith("##")}
    classes = {
        name
        for name, value in vars(errors).items()
        if isinstance(value, type) and issubclass(value, errors.PydronError)
    }
    assert headings == classes - {"PydronError"}


def links_of(page: Path) -> set[str]:
    """Targets of a page's links to files, without anchors. Code is no link, though ``table[name](x)`` looks like one."""
    text = re.sub(r"`[^`\n]*\]\([^`\n]*`", "", page.read_text(encoding="utf-8"))
    found = re.findall(r"\]\(([^)#\s]+)", text)
    return {target for target in found if "://" not in target}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_to_files_lead_somewhere(page: Path) -> None:
    missing = {target for target in links_of(page) if not (page.parent / target).exists()}
    assert not missing


def test_the_blocks_of_a_page_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# P\n\n```python\nprint(1)\n```\n\n```text\n1\n```\n\n```python\npass\n```\n", encoding="utf-8")
    blocks = blocks_of(page)
    assert [(block.language, block.line) for block in blocks] == [("python", 4), ("text", 8), ("python", 12)]
    assert expected_outputs(blocks) == ["1\n", ""]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(script_of(blocks), {})
    assert printed.getvalue().split(SEPARATOR)[:-1] == ["1\n", ""]


@pytest.mark.slow
def test_the_walk_from_slow_to_fast_is_true(tmp_path: Path) -> None:
    """``docs/why-not-faster.md``: the first program makes one call at a time, and why is what the page says; the second
    one does not wait there, and gives the same."""
    programs = runpy.run_path(os.fspath(ROOT / "tools" / "take_pictures.py"))["programs"]()
    found, printed = {}, {}
    for file in ("survey.py", "faster.py"):
        (tmp_path / file).write_text(programs[file], encoding="utf-8")
        printed[file] = run([str(BIN / "pydron"), "run", "--workers", "2", "--trace", "t", file], tmp_path).stdout
        summary = run([str(BIN / "pydron"), "trace", "summary", "--json", "t"], tmp_path)
        found[file] = json.loads(summary.stdout)
    slow, fast = found["survey.py"], found["faster.py"]
    costliest = slow["waits"][0]
    assert (slow["overlapping"], costliest["line"], costliest["reason"]) == (1, 31, "PD101")
    assert slow["tasks"] == fast["tasks"] == 24 and "PD101" not in {wait["reason"] for wait in fast["waits"]}
    assert printed["survey.py"] == printed["faster.py"] != ""
