"""What holds for all tests: assertions of the conformance suite say what they saw, and logging is left as it was."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("pydron_runtime.conformance")  # before anything imports it


@pytest.fixture(autouse=True)
def logging_as_it_was() -> Iterator[None]:
    """Some tests take the output of calls down, or run the library's own tests of logging, in this very process."""
    logger, root = logging.getLogger("pydron"), logging.root
    handle, disabled = logging.Logger.handle, root.manager.disable
    state = logger.level, logger.propagate, logger.disabled, root.level, root.disabled
    yield
    logging.Logger.handle = handle  # type: ignore[method-assign]
    root.manager.disable = disabled
    level, logger.propagate, logger.disabled, root_level, root.disabled = state
    logger.setLevel(level)
    root.setLevel(root_level)
