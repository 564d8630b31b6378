"""The reader of imports sees every form of import, and when it happens."""

from __future__ import annotations

import ast
from pathlib import Path

from source_tree import ROOT, Module, imports_of, package_modules

TEXT = """
import os, pydron.errors
from pydron.ir import nodes
from pydron.ir.nodes import Graph
from . import location
from ..x import y
if TYPE_CHECKING:
    import typed
else:
    import untyped
def f():
    import late
class C:
    import early
try:
    import attempted
except ImportError:
    pass
"""


def module(name: str, file: str, text: str = TEXT) -> Module:
    return Module(name, ROOT / file, text, ast.parse(text))


def test_imports_are_found_wherever_they_stand() -> None:
    found = [(item.target, item.name, item.when) for item in imports_of(module("pydron.sub.mine", "mine.py"))]
    assert found == [
        ("os", "", "loading"),
        ("pydron.errors", "", "loading"),
        ("pydron.ir.nodes", "nodes", "loading"),
        ("pydron.ir.nodes", "Graph", "loading"),
        ("pydron.sub", "location", "loading"),
        ("pydron.x", "y", "loading"),
        ("typed", "", "typing"),
        ("untyped", "", "loading"),
        ("late", "", "calling"),
        ("early", "", "loading"),
        ("attempted", "", "loading"),
    ]


def test_relative_imports_of_a_package_start_at_the_package() -> None:
    package = module("pydron.ir", "__init__.py", "from . import nodes\nfrom .fragment import Fragment\n")
    assert [item.target for item in imports_of(package)] == ["pydron.ir.nodes", "pydron.ir.fragment"]


def test_all_three_packages_are_read() -> None:
    assert {module.name.split(".")[0] for module in package_modules()} == {"pydron", "pydron_runtime", "pydron_viz"}
    assert all(Path(module.path).is_file() for module in package_modules())
