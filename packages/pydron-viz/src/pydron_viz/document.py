"""The run as one JSON document: every row of the trace, for programs that do not read SQLite. Pure."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pydron.trace import SCHEMA_VERSION, Trace


def trace_document(trace: Trace) -> dict[str, Any]:
    """Plain values, with the names of docs/trace-format.md; times in nanoseconds since the start of the run."""
    rows = {
        name: [asdict(row) for row in getattr(trace, name)]
        for name in ("graphs", "frames", "tasks", "attempts", "waits", "workers")
    }
    run = asdict(trace.run)
    run["versions"] = dict(trace.run.versions)
    sources = [{"file": file, "text": text} for file, text in trace.sources]
    return {"format": "pydron-trace", "version": SCHEMA_VERSION, "run": run, "sources": sources, **rows}
