"""Modules of the program, in a worker on another host: imported from what the program sends."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
import threading
from collections.abc import Callable, Iterable, Sequence
from importlib.machinery import ModuleSpec
from types import CodeType, ModuleType

from pydron_runtime.protocol.messages import Source

Fetch = Callable[[str], Source]
"""Asks the program for a module's source. Blocks until it is there."""


class Shipped(importlib.abc.InspectLoader):
    """Executes a module from the source that the program has sent."""

    def __init__(self, source: Source) -> None:
        self._source = source

    def is_package(self, fullname: str) -> bool:
        """Whether the module may hold others."""
        return self._source.package

    def get_source(self, fullname: str) -> str:
        """The source text."""
        return importlib.util.decode_source(self._source.text)

    def get_code(self, fullname: str) -> CodeType:
        """The code; it carries the path that the file has on the program's host."""
        return compile(self._source.text, self._source.origin or f"<{fullname}>", "exec", dont_inherit=True)

    def get_filename(self, fullname: str) -> str:
        """The path that the file has on the program's host."""
        return self._source.origin

    def exec_module(self, module: ModuleType) -> None:
        """Run the module."""
        exec(self.get_code(module.__name__), module.__dict__)


class ProgramsModules(importlib.abc.MetaPathFinder):
    """Finds the modules that are the program's own. Stands before the search path: another file of that name, on
    this host, is not what the program means."""

    def __init__(self, fetch: Fetch) -> None:
        self._fetch = fetch
        self._lock = threading.Lock()
        self.names: frozenset[str] = frozenset()

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The module's spec, if it is one of the program's own. Blocks until the program has sent it."""
        if fullname.partition(".")[0] not in self.names:
            return None
        with self._lock:  # imports may happen in any thread of a call
            source = self._fetch(fullname)
        if not source.found:
            return None if not source.package else ModuleSpec(fullname, None, is_package=True)
        spec = ModuleSpec(fullname, Shipped(source), origin=source.origin, is_package=source.package)
        spec.has_location = bool(source.origin)
        return spec


_finder: list[ProgramsModules] = []


def follow(names: Iterable[str], fetch: Fetch) -> None:
    """From now on, import these modules (and what is inside of them) from what the program sends."""
    if not _finder:
        finder = ProgramsModules(fetch)
        _finder.append(finder)
        places = [place for place, other in enumerate(sys.meta_path) if other is importlib.machinery.PathFinder]
        sys.meta_path.insert(places[0] if places else len(sys.meta_path), finder)
    _finder[0].names = frozenset(names)
