"""How the program speaks is told to workers when it has changed, and only then."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator

import pytest

from pydron_runtime.transport.voices import Voices

NAME = "pydron-tests.voices"


@pytest.fixture(autouse=True)
def _clean() -> Iterator[None]:
    yield
    logging.disable(logging.NOTSET)
    for name in [each for each in logging.root.manager.loggerDict if each.startswith(NAME)]:
        logging.getLogger(name).setLevel(logging.NOTSET)


def test_it_is_the_same_object_while_nothing_changes() -> None:
    voices = Voices()
    assert voices.present() is voices.present()


def test_a_logger_without_a_level_of_its_own_changes_nothing() -> None:
    voices = Voices()
    before = voices.present()
    logging.getLogger(f"{NAME}.deep.down")
    assert voices.present() is before


def _set(level: int) -> None:
    logging.getLogger(NAME).setLevel(level)


def _assign(level: int) -> None:
    logging.getLogger(NAME).level = level  # past the logging module's own bookkeeping


@pytest.mark.parametrize("change", [_set, _assign, logging.disable])
def test_a_change_of_levels_is_told(change: Callable[[int], None]) -> None:
    voices = Voices()
    logging.getLogger(NAME).setLevel(logging.INFO)
    before = voices.present()
    change(logging.ERROR)
    after = voices.present()
    assert after != before
    assert logging.ERROR in (after.disabled, dict(after.levels)[NAME])


def test_a_level_that_moves_to_another_logger_is_told() -> None:
    voices = Voices()
    loggers = logging.root.manager.loggerDict
    logging.getLogger(f"{NAME}.first").setLevel(logging.ERROR)
    voices.present()
    first = loggers.pop(f"{NAME}.first")
    try:
        logging.getLogger(f"{NAME}.second").setLevel(logging.ERROR)
        named = dict(voices.present().levels)
    finally:
        loggers[f"{NAME}.first"] = first
    assert f"{NAME}.second" in named
    assert f"{NAME}.first" not in named


def test_a_new_filter_of_warnings_is_told() -> None:
    voices = Voices()
    before = voices.present()
    with warnings.catch_warnings():
        warnings.simplefilter("error", ResourceWarning)
        assert voices.present() != before
