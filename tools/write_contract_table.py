"""Writes ``docs/contract.md`` from ``tests/semantics/contract``: ``python tools/write_contract_table.py``."""

from __future__ import annotations

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "contract.md"
TESTS = ROOT / "tests"


def main() -> None:
    """Write the page, if it differs."""
    sys.path.insert(0, str(TESTS / "support"))
    from contract import page  # the tests' own support, found once the path says where

    text = page(TESTS / "semantics" / "contract")
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
