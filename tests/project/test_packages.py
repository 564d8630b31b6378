"""The three distributions belong together: one version, one licence, everything that they need declared."""

from __future__ import annotations

import re
import sys
from importlib import metadata
from pathlib import Path

import pytest
from source_tree import ROOT, imports_of, package_modules

import pydron

PACKAGES = {"pydron": "pydron-core", "pydron_runtime": "pydron-runtime", "pydron_viz": "pydron-viz"}

# Import name -> distribution, where they differ.
DISTRIBUTIONS = {"zmq": "pyzmq", **PACKAGES}


def folder(distribution: str) -> Path:
    return ROOT / "packages" / distribution


@pytest.mark.parametrize("distribution", PACKAGES.values())
def test_versions_move_together(distribution: str) -> None:
    assert metadata.version(distribution) == pydron.__version__
    pinned = [need for need in metadata.requires(distribution) or [] if need.startswith("pydron-")]
    assert all(need.endswith(f"=={pydron.__version__}") for need in pinned)


@pytest.mark.parametrize("distribution", PACKAGES.values())
def test_each_carries_the_licence(distribution: str) -> None:
    assert (folder(distribution) / "LICENSE").read_bytes() == (ROOT / "LICENSE").read_bytes()


@pytest.mark.parametrize(("package", "distribution"), PACKAGES.items())
def test_each_declares_what_it_imports(package: str, distribution: str) -> None:
    """Only what is imported when a module is loaded counts: the rest may be optional."""
    declared = {re.split(r"[^\w.-]", need)[0] for need in metadata.requires(distribution) or []}
    used = {
        found.target.split(".")[0]
        for module in package_modules()
        if module.name.split(".")[0] == package
        for found in imports_of(module)
        if found.when == "loading"
    }
    foreign = used - set(sys.stdlib_module_names) - {package}
    assert {DISTRIBUTIONS.get(name, name) for name in foreign} <= declared


@pytest.mark.parametrize("group", ["pydron.commands", "pydron.executors", "pydron.renderers"])
def test_entry_points_lead_somewhere(group: str) -> None:
    points = metadata.entry_points(group=group)
    assert points
    for point in points:
        point.load()


def test_core_needs_neither_of_the_others() -> None:
    needs = metadata.requires("pydron-core") or []
    assert not [need for need in needs if need.startswith("pydron")]
