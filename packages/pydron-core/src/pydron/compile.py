"""From a scheduled function to emitted code, once."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from pydron.emit.builder import Unsupported
from pydron.emit.unit import Unit, emit_unit, is_whole

if TYPE_CHECKING:
    from pydron.entry import Record

_log = logging.getLogger("pydron")


def compile_record(record: Record) -> Unit | None:
    """Emitted code of a scheduled function; None where it runs as a whole.

    Every function compiles: one that cannot be taken apart runs as it is.
    """
    graph = record.taken_apart
    if is_whole(graph):
        return None
    try:
        return emit_unit(graph)
    except (Unsupported, SyntaxError, RecursionError) as error:
        _log.debug("%s runs as a whole: %s", graph.qualname, error)
        return None
