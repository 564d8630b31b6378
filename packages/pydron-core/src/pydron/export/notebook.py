"""How a graph, a scheduled function and a trace show themselves in a notebook: as pictures where some can be drawn."""

from __future__ import annotations

import html
from collections.abc import Callable
from importlib.metadata import entry_points

from pydron.errors import PydronError
from pydron.ir.nodes import Graph

RENDERERS = "pydron.renderers"
"""Entry-point group of callables ``(DOT text, format) -> bytes``."""

DISPLAYS = "pydron.displays"
"""Entry-point group of callables that make HTML of a value: ``trace`` of a :class:`~pydron.trace.Trace`."""

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


def function_html(name: str, graph: Graph) -> str:
    """A scheduled function: its name, what becomes of its calls, and its graph. Never raises."""
    try:
        picture = to_html(graph)
    except Exception as problem:  # a function without source, say: it has no graph to show
        picture = f"<pre>{html.escape(str(problem))}</pre>"
    return f"<div><b>{html.escape(name)}</b>, scheduled by Pydron</div>{picture}"


def to_svg(graph: Graph) -> str | None:
    """The diagram as SVG; None where nothing that draws is installed. Never raises."""
    found = to_html(graph)
    return found if found.startswith("<svg") else None


def trace_html(trace: object) -> str | None:
    """A trace as HTML, where the package that shows traces is installed; else None. Never raises."""
    try:
        for point in entry_points(group=DISPLAYS):
            if point.name == "trace":
                shown: str = point.load()(trace)
                return shown
    except Exception:  # a notebook shows the plain form instead
        pass
    return None
