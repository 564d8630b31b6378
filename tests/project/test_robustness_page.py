"""The page on what happens when things go wrong names tests that exist."""

from __future__ import annotations

import ast
import re

from source_tree import ROOT

NAMED = re.compile(r"`([a-z_/]+\.py)::(\w+)`")


def test_each_line_names_a_test_that_exists() -> None:
    page = (ROOT / "docs" / "robustness.md").read_text(encoding="utf-8")
    rows = [line for line in page.splitlines() if line.startswith("| ")][1:]
    assert len(rows) > 20
    for row in rows:
        found = NAMED.findall(row)
        assert found, f"no test: {row}"
        for file, name in found:
            tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
            assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{file}::{name}"
