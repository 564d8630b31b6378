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
        root = logging.getLogger()
        levels = [("", root.level)]
        for name, logger in list(root.manager.loggerDict.items()):
            if isinstance(logger, logging.Logger) and logger.level:
                levels.append((name, logger.level))
        disabled, named = root.manager.disable, tuple(levels)
        if before is None or before.disabled != disabled or before.levels != named:
            self._voice = before = Voice(self._streams, disabled, named, self._filters)
        return before


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
