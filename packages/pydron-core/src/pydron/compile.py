"""From the graph of a function to emitted code."""

from __future__ import annotations

import logging

from pydron.emit.builder import Unsupported
from pydron.emit.unit import Unit, emit_unit, is_whole
from pydron.ir.nodes import Graph

_log = logging.getLogger("pydron")


def compile_graph(graph: Graph) -> Unit | None:
    """Emitted code of a function; None where it runs as a whole.

    Every function compiles: one that cannot be taken apart runs as it is.
    """
    if is_whole(graph):
        return None
    try:
        return emit_unit(graph)
    except (Unsupported, SyntaxError, RecursionError) as error:
        _log.debug("%s runs as a whole: %s", graph.qualname, error)
        return None
