"""Turns any text into labels and tooltips that Graphviz shows as they are.

Graphviz reads three little languages in a label: backslash escapes, HTML entities, and HTML where a label stands in
angle brackets. User text must meet none of them.
"""

from __future__ import annotations

import graphviz

from pydron.ir.printer import printable

_WIDTH = 48
_LINES = 6
_TOOLTIP = 600


def label(text: str, *further: str) -> str:
    """A left-aligned label: the text, cut to a few short lines, and further lines below it."""
    lines = [line for part in (text, *further) for line in _few(printable(part).split("\n"))]
    if len(lines) == 1:
        return plain(lines[0])
    return _literal("".join(_escaped(_cut(line)) + "\\l" for line in lines))


def plain(text: str) -> str:
    """One line, centred."""
    return _literal(_escaped(_cut(printable(text).replace("\n", " "))))


def tooltip(text: str) -> str:
    """Text shown while the pointer is over something."""
    shown = printable(text)
    shown = shown if len(shown) <= _TOOLTIP else shown[: _TOOLTIP - 3] + "..."
    # An empty tooltip would make Graphviz show the label's source instead.
    return _literal("\\n".join(_escaped(line) for line in shown.split("\n")) or " ")


def _few(lines: list[str]) -> list[str]:
    if len(lines) <= _LINES:
        return lines
    return [*lines[: _LINES - 1], f"... ({len(lines) - _LINES + 1} more lines)"]


def _literal(text: str) -> str:
    """Text that is never taken for HTML, whatever it begins and ends with."""
    kept: str = graphviz.nohtml(text)
    return kept


def _cut(line: str) -> str:
    return line if len(line) <= _WIDTH else line[: _WIDTH - 3] + "..."


def _escaped(line: str) -> str:
    return str(graphviz.escape(line)).replace("&", "&amp;")
