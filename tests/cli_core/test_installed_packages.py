"""Finding what other packages registered: quickly for our own, in the standard way for all others."""

from __future__ import annotations

from pathlib import Path

import pytest

from pydron import installed


def test_an_executor_of_our_own_is_found_without_importlib_metadata() -> None:
    """Both ways of looking lead to the same object."""
    from importlib.metadata import entry_points

    standard = {point.name: point.load() for point in entry_points(group="pydron.executors")}
    assert standard, "the runtime is installed in the test environment"
    for name, loaded in standard.items():
        assert installed.find("pydron.executors", name) is loaded
    assert installed.names("pydron.executors") == sorted(standard)


def test_what_nobody_registered_is_none() -> None:
    """An unknown name is no error here; the caller says what is installed."""
    assert installed.find("pydron.executors", "nobody") is None


def test_a_package_of_somebody_else_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The standard way covers every installed distribution."""
    folder = tmp_path / "acme_cluster-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-cluster\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[pydron.executors]\nacme = acme_cluster:run\n")
    (tmp_path / "acme_cluster.py").write_text("def run(): return 'acme'\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert installed.find("pydron.executors", "acme")() == "acme"
    assert "acme" in installed.names("pydron.executors")
