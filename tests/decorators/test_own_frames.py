"""Functions that look at their own frame find what they would find without the decorator; nothing lies in between."""

from __future__ import annotations

import inspect
import io
import pdb
import sys
import traceback
from typing import Any

import pytest

import pydron
from pydron.explain.report import explain


@pydron.functional
def f(x: int) -> int:
    return x + 1


def stack_of(x: int) -> Any:
    y = f(x)
    own = [(entry.function, entry.lineno) for entry in inspect.stack()]
    return y, own


def variables(x: int) -> Any:
    y = f(x)
    frame = sys._getframe()
    z = f(y)
    return frame.f_code.co_name, sorted(frame.f_locals.items(), key=lambda item: item[0])[-3:], frame.f_lineno, z


def printed(x: int) -> Any:
    out = io.StringIO()
    f(x)
    traceback.print_stack(file=out)
    return out.getvalue()


def stopped(x: int) -> Any:
    out = io.StringIO()
    debugger = pdb.Pdb(stdin=io.StringIO("p y\nw\nu\nd\nn\np z\nc\n"), stdout=out, nosigint=True, readrc=False)
    y = f(x)
    debugger.set_trace()
    z = f(y)
    return z, out.getvalue()


@pytest.mark.parametrize("function", [stack_of, variables, printed, stopped])
def test_a_function_that_looks_at_its_frame_finds_its_own(function: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYDRON_EXECUTOR", "inline")
    monkeypatch.setenv("PYDRON_ALWAYS", "1")
    scheduled = pydron.schedule(function)
    found = [one(3) for one in (function, scheduled)]
    assert found[0] == found[1]


def test_explain_says_why_it_runs_as_written() -> None:
    first = explain(pydron.schedule(variables)).sequential[0]
    assert first.code == "PD213" and "_getframe()" in str(first)
