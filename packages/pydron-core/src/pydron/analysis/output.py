"""Output: callables that write out and return nothing the program needs, so that they can be put in order later.

The tables are data, like those of :mod:`pydron.analysis.library`: streams, loggers, warnings, progress bars. A class of
the library is known by the name of its module, which is not imported for it.
"""

from __future__ import annotations

import builtins
import io
import sys
from collections.abc import Mapping
from types import BuiltinFunctionType, FunctionType, MethodType
from typing import Any

from pydron.analysis.tables import table

STREAMS: tuple[type, ...] = (io.TextIOWrapper, io.BufferedWriter, io.FileIO, io.StringIO, io.BytesIO)
"""Streams of the interpreter's own, whose methods only write out."""

STREAM_CLASSES: Mapping[str, frozenset[str]] = table(
    ipykernel__iostream="OutStream", _pytest__capture="EncodedFile CaptureIO", colorama__ansitowin32="StreamWrapper"
)
"""Module -> classes of streams that stand in for one of the interpreter's own."""

WRITING = frozenset({"write", "writelines", "flush"})
"""Methods of streams that only write out."""

FUNCTIONS: Mapping[str, frozenset[str]] = table(logging="critical debug error fatal info log warning", warnings="warn")
"""Module -> functions that only write out."""

METHODS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "logging": table(
        Logger="critical debug error fatal info log warning", RootLogger="critical debug error fatal info log warning"
    ),
    "tqdm.std": table(
        tqdm="clear display refresh set_description set_description_str set_postfix set_postfix_str update"
    ),
    "tqdm.asyncio": table(tqdm_asyncio="clear refresh set_description set_postfix update"),
    "tqdm.notebook": table(tqdm_notebook="clear refresh set_description set_postfix update"),
    "tqdm.auto": table(tqdm="clear refresh set_description set_postfix update"),
    "rich.progress": table(Progress="advance refresh update"),
    "progressbar.bar": table(ProgressBar="increment update"),
    "click._termui_impl": table(ProgressBar="update"),
    "progress.bar": table(Bar="next"),
}
"""Module -> class -> methods of exactly this class that only write out, or move a progress bar."""


def is_stream(stream: object) -> bool:
    """Whether writing to a stream runs no code of the user's."""
    kind = type(stream)
    return kind in STREAMS or kind.__name__ in STREAM_CLASSES.get(kind.__module__, ())


def is_output(function: Any) -> bool:
    """Whether a callable only writes out and returns nothing the program needs: it can be put in order later."""
    if function is builtins.print or function is _warn():
        return True
    kind = type(function)
    if kind is BuiltinFunctionType:
        return function.__name__ in WRITING and is_stream(function.__self__)
    if kind is FunctionType:
        return _is_of_table(function)
    if kind is MethodType:
        owner = type(function.__self__)
        return function.__func__.__name__ in METHODS.get(owner.__module__, {}).get(owner.__name__, ())
    return False


def _is_of_table(function: FunctionType) -> bool:
    module = function.__module__
    if module not in FUNCTIONS or function.__name__ not in FUNCTIONS[module]:
        return False
    return getattr(sys.modules.get(module), function.__name__, None) is function


def _warn() -> Any:
    return getattr(sys.modules.get("warnings"), "warn", builtins.print)
