"""How a graph shows itself in a notebook: as a picture where one can be drawn, else as text."""

from __future__ import annotations

import html
from collections.abc import Callable
from importlib.metadata import entry_points

from pydron.errors import PydronError
from pydron.ir.nodes import Graph

RENDERERS = "pydron.renderers"
"""Entry-point group of callables ``(DOT text, format) -> bytes``."""

Renderer = Callable[[str, str], bytes]


def find_renderer() -> Renderer | None:
    """What draws DOT text on this installation; None where nothing that does is installed.

    Raises:
        ImportError, AttributeError: It is installed but cannot be loaded.
    """
    for point in sorted(entry_points(group=RENDERERS), key=lambda point: point.name):
        loaded: Renderer = point.load()
        return loaded
    return None


def to_html(graph: Graph) -> str:
    """The diagram as SVG inside HTML, or the text form. May run Graphviz, which takes a moment. Never raises."""
    try:
        renderer = find_renderer()
        picture = renderer(graph.to_dot().source, "svg").decode() if renderer is not None else ""
    except (PydronError, ImportError, AttributeError, OSError, ValueError):
        picture = ""
    start = picture.find("<svg")
    if start >= 0:
        return picture[start:]
    return f"<pre>{html.escape(graph.to_text())}</pre>"
