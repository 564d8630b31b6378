"""The tests here run with every scheduled function on the machine, in the program itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import pydron


@pytest.fixture(autouse=True)
def on_the_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Compiler and machine are used even where nothing is to be gained."""
    monkeypatch.setenv("PYDRON_ALWAYS", "1")
    with pydron.configure(executor="inline"):
        yield
