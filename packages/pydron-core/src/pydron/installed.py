"""Finds what the other packages have registered under an entry-point group.

``importlib.metadata`` takes longer to import than anything else that stands between a program and its first worker
(18 of 45 ms, measured). So the entry points of distributions of our own are read directly, and only what is not found
there is asked for in the standard way.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any


def find(group: str, name: str) -> Any:
    """The object that an installed package registered under a name; None if there is none.

    Raises:
        ImportError: The package cannot be imported.
    """
    target = _of_our_own(group, name)
    if target is not None:
        module, _, attribute = target.partition(":")
        try:
            return getattr(import_module(module), attribute)
        except ModuleNotFoundError as error:
            if error.name == module.partition(".")[0]:
                return None  # the package is gone, its description was left behind
            raise
    from importlib.metadata import entry_points

    for point in entry_points(group=group):
        if point.name == name:
            return point.load()
    return None


def names(group: str) -> list[str]:
    """The names registered under a group, sorted."""
    from importlib.metadata import entry_points

    return sorted({point.name for point in entry_points(group=group)})


def _of_our_own(group: str, name: str) -> str | None:
    for folder in sys.path:
        try:
            entries = os.listdir(folder or ".")
        except OSError:  # not a directory: a zip file, or gone
            continue
        for entry in entries:
            if entry.startswith("pydron") and entry.endswith(".dist-info"):
                target = _read(os.path.join(folder, entry, "entry_points.txt"), group, name)
                if target is not None:
                    return target
    return None


def _read(path: str, group: str, name: str) -> str | None:
    """The target of a name in a file of entry points, which has the form of an ini file."""
    try:
        with open(path, encoding="utf-8") as file:
            lines = file.read().splitlines()
    except OSError:
        return None
    section = ""
    for line in lines:
        line = line.strip()
        if line.startswith("["):
            section = line.strip("[]").strip()
        elif section == group:
            key, _, value = line.partition("=")
            if key.strip() == name:
                return value.strip()
    return None
