"""``pydron``: finds its commands, and turns every error into a sentence with the right exit status."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from typing import Any

import pytest

import pydron
from pydron.cli import main as command_line
from pydron.cli.command import SimpleCommand
from pydron.cli.main import main
from pydron.errors import ExecutorError, UsageError

actions: dict[str, Callable[[argparse.Namespace], int]] = {}


def _configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--number", type=int, default=0)


command = SimpleCommand("probe", "try it", "examples:\n  pydron probe", _configure, lambda a: actions["probe"](a))


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> None:
    """One good command and two broken ones."""
    this = __name__
    monkeypatch.setitem(sys.modules, this, sys.modules[__name__])
    points = [
        EntryPoint("probe", f"{this}:command", "pydron.commands"),
        EntryPoint("gone", "no_such_package_anywhere.cli:command", "pydron.commands"),
        EntryPoint("odd", "os:path", "pydron.commands"),
    ]
    monkeypatch.setattr(command_line, "entry_points", lambda group: points)


def act(action: Callable[[argparse.Namespace], int]) -> None:
    actions["probe"] = action


def raising(error: BaseException) -> Callable[[argparse.Namespace], int]:
    def run(_: argparse.Namespace) -> int:
        raise error

    return run


@pytest.mark.usefixtures("commands")
class TestRunning:
    def test_a_command_gets_its_arguments_and_gives_the_exit_status(self) -> None:
        act(lambda arguments: arguments.number + 1)
        assert main(["probe", "--number", "6"]) == 7

    def test_errors_are_sentences(self, capsys: pytest.CaptureFixture[str]) -> None:
        act(raising(ExecutorError("No worker is left. Start one.")))
        assert main(["probe"]) == 1
        assert capsys.readouterr() == ("", "pydron: error: No worker is left. Start one.\n")

    def test_wrong_usage_has_its_own_status(self, capsys: pytest.CaptureFixture[str]) -> None:
        act(raising(UsageError("There is no file x.")))
        assert main(["probe"]) == 2
        assert main(["probe", "--wrong"]) == 2
        assert main(["probe", "--number", "x"]) == 2
        told = capsys.readouterr().err
        assert "pydron: error: There is no file x." in told and "unrecognized arguments: --wrong" in told

    def test_ctrl_c_ends_quietly(self, capsys: pytest.CaptureFixture[str]) -> None:
        act(raising(KeyboardInterrupt()))
        assert main(["probe"]) == 130
        assert capsys.readouterr() == ("", "")

    def test_a_mistake_of_ours_is_told_as_one(self, capsys: pytest.CaptureFixture[str]) -> None:
        act(raising(ZeroDivisionError("oops")))
        assert main(["probe"]) == 1
        told = capsys.readouterr().err
        assert told.startswith("pydron: error: ZeroDivisionError: oops (test_command_line.py:")
        assert "mistake in Pydron" in told and "Traceback" not in told

    def test_the_programs_own_exit_status_passes_through(self) -> None:
        act(raising(SystemExit(5)))
        with pytest.raises(SystemExit) as caught:
            main(["probe"])
        assert caught.value.code == 5

    def test_help_of_a_command_keeps_its_examples(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["probe", "--help"]) == 0
        assert "examples:\n  pydron probe\n" in capsys.readouterr().out

    def test_a_broken_command_is_named_and_does_not_hold_up_the_others(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        act(lambda arguments: 0)
        assert main(["gone"]) == 1 and main(["odd"]) == 1 and main(["probe"]) == 0
        told = capsys.readouterr().err
        assert "'gone' cannot be loaded from no_such_package_anywhere.cli:command: ModuleNotFoundError" in told
        assert main(["--help"]) == 0
        listed = capsys.readouterr().out
        assert "probe        try it" in listed and "gone         (broken: No module" in listed

    def test_unknown_commands_are_told_what_there_is(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert main(["prob"]) == 2
        assert "There are: gone, odd, probe." in capsys.readouterr().err
        assert main(["view"]) == 2
        assert "pip install pydron-viz" in capsys.readouterr().err


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"pydron {pydron.__version__}\n"


def test_without_a_command_the_commands_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    told = capsys.readouterr().err
    assert "explain" in told and "graph" in told


@pytest.mark.slow
def test_a_reader_that_has_gone_is_no_error() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as gone:
        done = subprocess.run(
            [sys.executable, "-m", "pydron.cli.main", "explain", "json:dumps"],
            stdout=gone, stderr=subprocess.PIPE, text=True, timeout=60,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (141, "")


def test_every_installed_command_of_core_fits_the_protocol() -> None:
    from importlib.metadata import entry_points

    found: dict[str, Any] = {
        point.name: point.load() for point in entry_points(group="pydron.commands") if point.value.startswith("pydron.")
    }
    assert set(found) == {"check", "explain", "graph"}
    for name, loaded in found.items():
        assert loaded.name == name and loaded.help and "examples:" in loaded.description
