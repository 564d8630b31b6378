"""Layout: which tables and columns this version of the format has, and how to read files that have fewer. Pure.

Tables and columns are added to the format, never changed. What a file lacks reads as NULL, what it has beyond is passed
over: so traces of older and of newer versions of Pydron open alike.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

TABLES: Mapping[str, tuple[str, ...]] = {
    "meta": ("key", "value"),
    "source": ("file", "text"),
    "graph": ("id", "name", "qualname", "file", "document", "source"),
    "frame": ("id", "parent", "graph", "node", "kind", "ordering", "started", "finished", "error", "stack"),
    "task": (
        "id", "name", "frame", "graph", "node", "file", "line", "ordering", "argument_bytes", "arguments", "issued",
        "ready", "sent", "started", "finished", "retired", "worker", "attempts", "outcome", "retirement",
        "inline_reason", "result_bytes", "error_type", "error_message", "traceback", "reached", "received", "loaded",
        "returned", "arrived",
    ),
    "dependency": ("task", "needs"),
    "attempt": ("task", "attempt", "worker", "started", "finished", "outcome", "error"),
    "wait": ("id", "frame", "graph", "node", "file", "line", "reason", "detail", "task", "started", "finished"),
    "wait_beside": ("frame", "started"),
    "sync_point": ("graph", "node", "reason", "detail"),
    "worker": ("name", "host", "pid", "started", "stopped", "reason"),
    "saved_call": ("task", "size", "note", "call"),
}  # fmt: skip
"""Columns by table, as in ``schema.sql``."""

NUMBERS: Mapping[str, tuple[str, ...]] = {
    "task": (
        "id", "frame", "graph", "node", "line", "argument_bytes", "issued", "ready", "sent", "started", "finished",
        "retired", "attempts", "result_bytes", "reached", "received", "loaded", "returned", "arrived",
    ),
    "frame": ("id", "parent", "graph", "node", "started", "finished"),
    "wait": ("id", "frame", "graph", "node", "line", "task", "started", "finished"),
    "wait_beside": ("frame", "started"),
    "sync_point": ("graph", "node"),
    "worker": ("pid", "started", "stopped"),
    "attempt": ("task", "attempt", "started", "finished"),
    "graph": ("id",),
    "dependency": ("task", "needs"),
    "saved_call": ("task", "size"),
}  # fmt: skip
"""The columns of each table that are numbers."""


LONGEST: Mapping[str, int] = {"arguments": 10_000, "error_message": 10_000, "traceback": 100_000, "detail": 10_000}
"""Longest texts that the writer keeps, in characters, by column; names and the like are cut at 1,000."""

_WHOLE = {"meta": ("key", "value"), "source": ("text",), "graph": ("document", "source"), "saved_call": ("call",)}


def from_clause(table: str, present: Set[str], cut: bool = False) -> str:
    """What to read a table FROM, given the columns that a file has of it: all columns of this version are there.

    Args:
        cut: Cut texts that are longer than the writer would have left them.
    """
    if cut and present:
        numbers = (*NUMBERS.get(table, ()), *_WHOLE.get(table, ()))
        columns = (
            f"NULL AS {column}" if column not in present
            else column if column in numbers
            else f"substr({column}, 1, {LONGEST.get(column, 1_000)}) AS {column}"
            for column in TABLES[table]
        )  # fmt: skip
        return f"(SELECT {', '.join(columns)} FROM {table})"
    missing = [column for column in TABLES[table] if column not in present]
    if not present:
        return f"(SELECT {', '.join(f'NULL AS {column}' for column in missing)} WHERE 0)"
    if not missing:
        return table
    return f"(SELECT *, {', '.join(f'NULL AS {column}' for column in missing)} FROM {table})"
