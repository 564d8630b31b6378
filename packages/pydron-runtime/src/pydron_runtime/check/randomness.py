"""The global generators of random numbers: whether somebody drew from them, and how to put them back."""

from __future__ import annotations

import importlib
import random
import sys
from typing import Any

States = tuple[Any, Any]


def states() -> States:
    """The states of ``random`` and, where it is loaded, of ``numpy.random``."""
    if "numpy" in sys.modules:
        importlib.import_module("numpy.random")  # numpy loads it when it is first used, which is too late
    numpy = sys.modules.get("numpy.random")
    return random.getstate(), None if numpy is None else numpy.get_state(legacy=True)


def put_back(kept: States) -> None:
    """Make the generators go on from a state."""
    random.setstate(kept[0])
    numpy = sys.modules.get("numpy.random")
    if numpy is not None and kept[1] is not None:
        numpy.set_state(kept[1])


def drawn(before: States, after: States) -> list[str]:
    """The modules whose generator has another state than before."""
    found = ["random"] if before[0] != after[0] else []
    old, new = before[1], after[1]
    if old is not None and new is not None:
        same = old[0] == new[0] and old[2:] == new[2:] and bool((old[1] == new[1]).all())
        found += [] if same else ["numpy.random"]
    return found
