"""Outlets: where output goes just now, and that no code of the user's stands in between.

A stream, a handler or a hook of the user's may do anything, and the program may look at what it did.
"""

from __future__ import annotations

import builtins
import logging
import sys
import warnings
from types import FunctionType, MethodType
from typing import Any

from pydron.analysis.output import is_output, is_stream

_LEVELS = {"debug": 10, "info": 20, "warning": 30, "warn": 30, "error": 40, "critical": 50, "fatal": 50}
_HANDLERS = frozenset({logging.StreamHandler, logging.FileHandler, logging.NullHandler})
_FORMATTERS = frozenset({logging.Formatter, type(None)})


def goes_out(callee: Any) -> bool:
    """Whether calling this only writes out, as things are now."""
    if not is_output(callee):
        return False
    if callee is builtins.print:
        return is_stream(sys.stdout)
    if callee is warnings.warn:
        return _is_warned_by_library()
    if type(callee) is FunctionType or type(callee) is MethodType and isinstance(callee.__self__, logging.Logger):
        return not is_logged(callee) or _is_shown_by_library(callee)
    return True


def is_logged(callee: Any) -> bool:
    """Whether a message of this level goes anywhere."""
    name = callee.__name__
    if name not in _LEVELS:
        return True
    logger: Any = callee.__self__ if type(callee) is MethodType else logging.root
    if not logger.handlers and logger is logging.root:
        return True  # the first message of all sets the handlers up
    return bool(logger.manager.disable < _LEVELS[name] >= logger.getEffectiveLevel())


def _is_shown_by_library(callee: Any) -> bool:
    """Whether a message goes only through handlers, filters and formatters of the library.

    A handler of the user's may do anything, and the program may look at what it did.
    """
    logger: Any = callee.__self__ if type(callee) is MethodType else logging.root
    while logger is not None:
        if logger.filters:
            return False
        for handler in logger.handlers:
            known = type(handler) in _HANDLERS and not handler.filters and type(handler.formatter) in _FORMATTERS
            if not known or not is_stream(getattr(handler, "stream", None) or sys.stderr):
                return False
        logger = logger.parent if logger.propagate else None
    return logging.getLogRecordFactory() is logging.LogRecord and is_stream(sys.stderr)


def _is_warned_by_library() -> bool:
    """Whether a warning is shown on the standard error by the library itself."""
    for name in ("showwarning", "formatwarning", "_showwarnmsg_impl"):
        function = getattr(warnings, name, None)
        if type(function) is not FunctionType or (function.__module__, function.__name__) != ("warnings", name):
            return False
    return is_stream(sys.stderr)
