"""What holds for all tests: logging is afterwards what it was before."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest


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
