"""A scheduled function that calls itself, run as it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydron.entry import Record


def run_within_itself(record: Record, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Run a function that calls itself as it is. Raises what it raises.

    It would come to its entry, or be prepared, with each call. While it runs, what users call has the function's own
    code.
    """
    function, entry = record.function, record.entry
    if entry.__code__ is not record.code:
        return function(*args, **kwargs)
    entry.__code__ = function.__code__
    try:
        return function(*args, **kwargs)
    finally:
        if entry.__code__ is function.__code__:
            entry.__code__ = record.code
