"""Who may take part is decided from the greeting alone, and a refusal says what to do."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from pydron_runtime.cluster.handshake import differences, objection
from pydron_runtime.cluster.messages import VERSION, Greeting

PYTHON = ("cpython", 3, 11)
GOOD = Greeting(VERSION, "host", PYTHON, "0.1.0", "b", 1, slots=2)


def test_a_good_greeting_is_accepted() -> None:
    assert objection(GOOD, PYTHON, "head") is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"protocol": VERSION + 1}, "same version of Pydron"),
        ({"python": ("cpython", 3, 12)}, "cpython 3.12"),
        ({"python": ("pypy", 3, 11)}, "pypy 3.11"),
        ({"role": "king"}, "'king'"),
        ({"slots": 0}, "0 slots"),
        ({"slots": 10**9}, "slots"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_sentence(change: dict[str, Any], said: str) -> None:
    reason = objection(msgspec.structs.replace(GOOD, **change), PYTHON, "head")
    assert reason is not None and said in reason and reason.endswith(".")


def test_an_observer_may_look_on_with_any_python() -> None:
    observer = msgspec.structs.replace(GOOD, role="observer", python=("cpython", 3, 13), slots=0)
    assert objection(observer, PYTHON, "head") is None


def test_only_differences_in_what_is_used_are_told() -> None:
    ours = {"numpy": "1.26", "scipy": "1.11", "attrs": "23"}
    theirs = {"numpy": "2.0", "attrs": "23", "scipy": "1.0"}
    assert differences(ours, theirs, ["numpy", "attrs"]) == [("numpy", "1.26", "2.0")]
    assert differences(ours, {}, ["numpy"]) == [("numpy", "1.26", None)]
