"""What ``explain`` says is in the user's words, fits a terminal, and gives cures that can be followed."""

from __future__ import annotations

import os
import time
import types
from typing import Any

import pydron
from pydron.explain.report import explain


@pydron.functional
def process(x: Any) -> Any:
    return x


def numbers(n: int) -> Any:
    yield from range(n)


def told(function: Any, code: str) -> list[tuple[str, str]]:
    """Message and cure of each finding with a code."""
    return [(finding.message, finding.hint) for finding in explain(function).findings if finding.code == code]


def test_the_cure_for_a_function_of_a_library_can_be_followed() -> None:
    def function() -> Any:
        os.getcwd()
        os.environ.get("HOME")
        return process(time.time())

    (first, cure), *_, (_, last) = told(function, "PD101")
    assert first.startswith("os.getcwd() may do anything")
    assert cure.startswith("If os.getcwd only computes from its arguments, vouch for it with")
    assert "put @pydron.functional" not in cure + last


def test_what_is_gone_through_is_named_as_it_is_written() -> None:
    def function() -> Any:
        return [process(x) for x in filter(None, numbers(3))]

    (message, _), *_ = told(function, "PD402")
    assert message.startswith("Going through filter(None, numbers(3)) asks an object")


def test_a_definition_that_calls_something_is_told_to_be_one() -> None:
    def function() -> Any:
        @pydron.schedule
        def inner() -> Any:
            return process(1)

        return inner()

    message, cure = told(function, "PD101")[0]
    assert message.startswith("The definition of inner may do anything") and "calls its decorators" in message
    assert cure.startswith("Define the function outside of this one")


def test_a_module_that_is_loaded_when_it_is_asked_for_is_no_sync_point() -> None:
    lazy = types.ModuleType("lazy")
    lazy.__getattr__ = lambda name: process  # type: ignore[method-assign]

    def function() -> Any:
        return lazy.part.call(1)

    assert [finding.code for finding in explain(function).sequential] == ["PD102"]


def test_sentences_are_broken_to_fit_a_terminal_and_source_is_not() -> None:
    def function(xs: Any, argument: Any = "so that this line is longer than the terminal") -> Any:
        return time.time()

    report = explain(function)
    source = {f"{line.text}" for line in report.lines}
    narrow = report.text(width=40).splitlines()
    said = [line for line in narrow if not any(line.endswith(text) for text in source)]
    assert all(len(line) <= 40 or ": PD101" in line or "function" in line or "decorated" in line for line in said)
    assert any("longer than the terminal" in line for line in narrow)
    assert " ".join(report.text().split()) == " ".join(report.text(width=40).split())
