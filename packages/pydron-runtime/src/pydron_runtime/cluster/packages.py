"""Packages: what is installed here, and which of it this program has imported."""

from __future__ import annotations

import functools
import sys
from importlib import metadata


@functools.cache
def installed() -> dict[str, str]:
    """Versions of what is installed, by name. Takes some ten milliseconds the first time."""
    found: dict[str, str] = {}
    for distribution in metadata.distributions():
        try:
            name = distribution.metadata["Name"]
            if name:
                found.setdefault(name.lower().replace("_", "-"), distribution.version)
        except Exception:  # one damaged package says nothing about the others
            continue
    return found


def in_use() -> set[str]:
    """Names of the packages of which this program has imported something."""
    imported = {name.partition(".")[0] for name in list(sys.modules)}
    owners = metadata.packages_distributions() if sys.version_info >= (3, 10) else {}
    return {owner.lower().replace("_", "-") for module in imported if module in owners for owner in set(owners[module])}
