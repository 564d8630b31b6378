"""Writes ``docs/reasons.md`` from the catalogue of reasons: ``python tools/write_reasons.py``."""

from __future__ import annotations

from pathlib import Path

from pydron.explain.reasons import reasons_page

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reasons.md"


def main() -> None:
    """Write the page, if it differs."""
    text = reasons_page()
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != text:
        PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
