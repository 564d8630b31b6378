"""What a program changes about itself is told to its workers: all of it, and only when it changes."""

from __future__ import annotations

import os
import pickle
import resource
import sys
import types
from pathlib import Path
from typing import Any

import pytest

from pydron_runtime.data import main_names
from pydron_runtime.data.functions import function_of
from pydron_runtime.transport.whereabouts import Whereabouts, enter


def test_as_long_as_nothing_changes_there_is_nothing_to_tell() -> None:
    whereabouts = Whereabouts()
    assert whereabouts.present() is whereabouts.present()


def test_variables_that_changed_are_told_from_then_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also when they are again what they were: a worker that started in between knows no better."""
    monkeypatch.setenv("COLOUR", "red")
    whereabouts = Whereabouts()
    assert whereabouts.present().environment == {}
    monkeypatch.setenv("COLOUR", "blue")
    assert whereabouts.present().environment == {b"COLOUR": b"blue"}
    monkeypatch.delenv("COLOUR")
    assert whereabouts.present().environment == {b"COLOUR": None}
    monkeypatch.setenv("PYDRON_EXECUTOR", "local")
    monkeypatch.setenv("COLOUR", "red")
    assert whereabouts.present().environment == {b"COLOUR": b"red"}


def test_limits_that_changed_are_told() -> None:
    whereabouts = Whereabouts()
    assert whereabouts.present().limits == {}
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft - 1, hard))
    try:
        found = whereabouts.present().limits
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert found == {resource.RLIMIT_NOFILE: (soft - 1, hard)}


def test_a_worker_takes_over_what_it_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Names that no encoding holds included."""
    odd = os.fsdecode(os.fsencode(tmp_path) + b"/odd \xff")
    os.mkdir(odd)
    monkeypatch.setattr(sys, "argv", ["before"])
    monkeypatch.setattr(sys, "path", sys.path.copy())
    monkeypatch.setenv("COLOUR", "red")
    monkeypatch.chdir(odd)
    whereabouts = Whereabouts()
    monkeypatch.setattr(sys, "argv", ["program", odd])
    monkeypatch.syspath_prepend(odd)
    monkeypatch.delenv("COLOUR")
    told = whereabouts.present()
    monkeypatch.undo()
    monkeypatch.setattr(sys, "argv", [])
    monkeypatch.setattr(sys, "path", sys.path.copy())
    monkeypatch.setenv("COLOUR", "red")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "__main__", main := types.ModuleType("__main__"))
    enter(told)
    assert (os.getcwd(), sys.argv, sys.path[0]) == (odd, ["program", odd], odd)
    assert "COLOUR" not in os.environ
    assert getattr(main, "__file__", None) == getattr(sys.modules["__main__"], "__file__", None)


def test_the_main_module_of_a_worker_answers_for_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has arrived by value is found by name; what the function of the call means by a name comes first."""
    monkeypatch.setitem(sys.modules, "__main__", types.ModuleType("__main__"))
    namespace: dict[str, Any] = {"__name__": "__main__"}
    exec("class P:\n    pass\n\ndef g():\n    return 1\n\ndef f():\n    return g, N\n\nN = 5\n", namespace)
    arrived = pickle.loads(function_of(namespace["f"]).blob)
    latest: list[Any] = [None]
    main_names.answer(lambda: latest[-1])
    main = sys.modules["__main__"]
    main_names.note(namespace["P"])
    g, _ = arrived()
    assert main.g is g and main.P is namespace["P"] and g is not namespace["g"]
    assert not hasattr(main, "N") and not hasattr(main, "absent")
    latest.append(arrived)
    assert main.N == 5 and pickle.loads(pickle.dumps(g)) is g
