"""Which modules are the program's own, and what a worker is sent when it asks for one."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pydron_runtime.cluster.own_modules import own_names, own_places, source_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of the search path, with modules that nobody has imported."""
    own = tmp_path / "own"
    (own / "peculiar_pack" / "inner").mkdir(parents=True)
    (own / "peculiar_single.py").write_text("raise SystemExit('imported')\n")
    (own / "peculiar_pack" / "__init__.py").write_text("X = 1\n")
    (own / "peculiar_pack" / "part.py").write_text("Y = 2\n")
    (own / "peculiar_pack" / "inner" / "deep.py").write_text("Z = 3\n")
    (tmp_path / "secret.py").write_text("PASSWORD = 1\n")
    monkeypatch.syspath_prepend(str(own))
    return own


def test_a_module_is_sent_by_its_source_without_being_imported(folder: Path) -> None:
    found = source_of("peculiar_single")
    assert found.found and not found.package and found.text.startswith(b"raise SystemExit")
    assert found.origin == str(folder / "peculiar_single.py")
    assert "peculiar_single" not in sys.modules


@pytest.mark.parametrize(
    ("name", "package", "text"),
    [
        ("peculiar_pack", True, b"X = 1\n"),
        ("peculiar_pack.part", False, b"Y = 2\n"),
        ("peculiar_pack.inner", True, b""),
        ("peculiar_pack.inner.deep", False, b"Z = 3\n"),
    ],
)
def test_packages_with_and_without_a_source(folder: Path, name: str, package: bool, text: bytes) -> None:
    found = source_of(name)
    assert (found.package, found.text, found.found) == (package, text, bool(text))
    assert "peculiar_pack" not in sys.modules


@pytest.mark.parametrize("name", ["json", "numpy", "pytest", "pydron", "pydron_runtime.cluster.keys", "sys"])
def test_what_is_installed_is_not_sent(folder: Path, name: str) -> None:
    assert not source_of(name).found
    assert name.partition(".")[0] not in own_names()


@pytest.mark.parametrize(
    "name",
    ["", ".", "nothing", "peculiar_pack.nothing", "peculiar_pack...secret", "../secret", "peculiar_pack./../../secret"],
)
def test_a_name_that_leads_elsewhere_leads_nowhere(folder: Path, name: str) -> None:
    """A host that has been taken over reads no other files of the program's machine."""
    found = source_of(name)
    assert not found.found and found.text == b""


def test_new_modules_are_seen(folder: Path) -> None:
    assert str(folder.resolve()) in own_places()
    assert "peculiar_later" not in own_names()
    (folder / "peculiar_later.py").write_text("")
    assert "peculiar_later" in own_names()
