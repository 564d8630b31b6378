"""The trace format: what a run leaves behind in one SQLite file, and how to read it."""

from __future__ import annotations

from pydron.trace.columns import OUTCOMES, Site, TaskColumns, columns_of
from pydron.trace.reader import TraceReader, read_columns, read_trace
from pydron.trace.records import (
    AttemptRow,
    FrameRow,
    GraphRow,
    Journey,
    Run,
    SavedCallRow,
    SyncPointRow,
    TaskRow,
    Trace,
    WaitRow,
    WorkerRow,
)
from pydron.trace.schema import APPLICATION_ID, SCHEMA_VERSION, schema_sql
from pydron.trace.spans import standstill, union

__all__ = [
    "APPLICATION_ID",
    "OUTCOMES",
    "SCHEMA_VERSION",
    "AttemptRow",
    "FrameRow",
    "GraphRow",
    "Journey",
    "Run",
    "SavedCallRow",
    "Site",
    "SyncPointRow",
    "TaskColumns",
    "TaskRow",
    "Trace",
    "TraceReader",
    "WaitRow",
    "WorkerRow",
    "columns_of",
    "read_columns",
    "read_trace",
    "schema_sql",
    "standstill",
    "union",
]
