"""The trace file's identity: how a file is known to be a trace, and of which version."""

from __future__ import annotations

from importlib import resources

APPLICATION_ID = 0x50594452
"""SQLite's ``application_id`` of every trace: "PYDR" in ASCII."""

SCHEMA_VERSION = 1
"""SQLite's ``user_version``. Raised when a reader of the version before could misunderstand a file."""


def schema_sql() -> str:
    """The statements that create the tables of an empty trace."""
    return resources.files("pydron.trace").joinpath("schema.sql").read_text(encoding="utf-8")
