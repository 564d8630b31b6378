"""Managers of ``with`` statements of which it is known what entering and leaving them does.

``contextlib.suppress`` and ``contextlib.nullcontext`` do nothing that others can see. Blocks of such managers are put
off as a whole, like those of ``try``. Entering and leaving any other manager is a sync-point.
"""

from __future__ import annotations

import contextlib
from typing import Any

from pydron.analysis.entering import HARMLESS_MANAGERS


def is_known_manager(found: Any, made: bool) -> bool:
    """Whether entering and leaving a manager can be put off.

    Args:
        found: The manager; or, if it is yet to be ``made``, what is called to make it.
    """
    kind = found if made else type(found)
    return issubclass(type(kind), type) and kind in HARMLESS_MANAGERS


def swallows(found: Any, made: bool) -> bool:
    """Whether a known manager may swallow a failure."""
    return (found if made else type(found)) is contextlib.suppress
