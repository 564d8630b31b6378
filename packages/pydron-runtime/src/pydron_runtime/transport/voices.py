"""How the program speaks now: its streams, the levels of its loggers, its filters of warnings."""

from __future__ import annotations

import logging
import re
import sys
import warnings
from typing import Any

from pydron_runtime.data.output import likeness
from pydron_runtime.protocol.messages import Filter, Voice


class Voices:
    """Looks at the program's settings, often; what has not changed is not looked at twice."""

    def __init__(self) -> None:
        self._objects: tuple[Any, Any] | None = None
        self._streams = likeness(None), likeness(None)
        self._raw_filters: list[Any] = []
        self._filters: tuple[Filter, ...] = ()
        self._loggers: list[Any] = []
        self._levels: list[int] = []
        self._voice: Voice | None = None

    def present(self) -> Voice:
        """The settings as they are; the same object as long as they are the same."""
        before = self._voice
        objects = (sys.stdout, sys.stderr)
        if self._objects is None or self._objects[0] is not objects[0] or self._objects[1] is not objects[1]:
            self._objects, self._streams = objects, (likeness(objects[0]), likeness(objects[1]))
            before = None
        if warnings.filters != self._raw_filters:
            self._raw_filters = list(warnings.filters)
            self._filters = tuple(map(_described, self._raw_filters))
            before = None
        root = logging.root
        # Programs have hundreds of loggers, and this is asked with every message. What is none has no level.
        loggers = list(root.manager.loggerDict.values())
        levels = [root.level, *[getattr(logger, "level", 0) for logger in loggers]]
        disabled = root.manager.disable
        if before is None or before.disabled != disabled or levels != self._levels or loggers != self._loggers:
            self._loggers, self._levels = loggers, levels
            named = [(each.name, each.level) for each in loggers if isinstance(each, logging.Logger) and each.level]
            voice = Voice(self._streams, disabled, (("", root.level), *named), self._filters)
            if voice != self._voice:
                self._voice = voice
        assert self._voice is not None
        return self._voice


def _described(each: Any) -> Filter:
    action, message, category, place, line = each
    return Filter(action, _pattern(message), category.__module__, category.__qualname__, _pattern(place), line)


def _pattern(pattern: Any) -> tuple[str, int] | None:
    """A filter's regular expression; some of the interpreter's own filters have plain text, to be found as it is."""
    if pattern is None:
        return None
    if isinstance(pattern, re.Pattern):
        return pattern.pattern, pattern.flags
    return re.escape(str(pattern)) + r"\Z", 0
