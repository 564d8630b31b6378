"""What holds for all tests: assertions of the conformance suite say what they saw, and logging is left as it was.

A suite that is started in the background, by a shell without job control, would ignore interrupts, and so would the
programs that its tests start and interrupt.
"""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator

import pytest

pytest.register_assert_rewrite("pydron_runtime.conformance")  # before anything imports it

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


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
