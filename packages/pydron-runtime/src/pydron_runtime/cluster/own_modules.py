"""The program's own modules: found, and read, for workers that lack them.

What lies in the standard library or was installed with a package manager is not the program's own: it has to be
there. Sources are sent when a worker imports them, as they are then.
"""

from __future__ import annotations

import importlib.machinery
import os
import pkgutil
import site
import sys
import sysconfig
from collections.abc import Sequence
from importlib.machinery import ModuleSpec

from pydron_runtime.protocol.messages import Source
from pydron_runtime.transport.nursery_link import search_path

_OURS = frozenset({"pydron", "pydron_runtime", "pydron_viz"})

_seen: dict[tuple[str, ...], tuple[str, ...]] = {}


def _installed_places() -> tuple[str, ...]:
    paths = sysconfig.get_paths()
    places = [paths[name] for name in ("stdlib", "platstdlib", "purelib", "platlib") if name in paths]
    places += site.getsitepackages() if hasattr(site, "getsitepackages") else []
    places.append(site.getusersitepackages())
    return tuple(os.path.realpath(place) for place in places)


def own_places() -> tuple[str, ...]:
    """Entries of the search path that hold the program's own modules."""
    installed = _installed_places()
    found = []
    for entry in search_path():
        place = os.path.realpath(entry or os.getcwd())
        if os.path.isdir(place) and not any(place == other or place.startswith(other + os.sep) for other in installed):
            found.append(place)
    return tuple(dict.fromkeys(found))


def own_names() -> tuple[str, ...]:
    """Names of the program's own modules and packages, without what is inside of packages."""
    places = own_places()
    names: set[str] = set()
    for place in places:
        try:
            stamp = (place, str(os.stat(place).st_mtime_ns))
        except OSError:
            continue
        if stamp not in _seen:
            _seen[stamp] = tuple(module.name for module in pkgutil.iter_modules([place]))
        names.update(_seen[stamp])
    return tuple(sorted(names - _OURS))


def source_of(name: str) -> Source:
    """A module's source, or that it has none, or is not the program's own. Nothing is imported to find it."""
    # Whoever asks is on another host: a name that is a path, say, leads nowhere.
    if not all(part.isidentifier() for part in name.split(".")) or name.partition(".")[0] not in own_names():
        return Source(name, False, "")
    spec = _found(name)
    if spec is None:
        return Source(name, False, "")
    package = spec.submodule_search_locations is not None
    if spec.loader is None or spec.origin is None:
        return Source(name, package, "")  # a namespace package, or nothing
    if not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
        return Source(name, False, spec.origin)
    try:
        return Source(name, package, spec.origin, spec.loader.get_data(spec.origin), True)
    except OSError:
        return Source(name, False, spec.origin)


_LOADERS = (
    (importlib.machinery.ExtensionFileLoader, importlib.machinery.EXTENSION_SUFFIXES),
    (importlib.machinery.SourceFileLoader, importlib.machinery.SOURCE_SUFFIXES),
    (importlib.machinery.SourcelessFileLoader, importlib.machinery.BYTECODE_SUFFIXES),
)


def _found_in(path: Sequence[str], name: str) -> ModuleSpec | None:
    """Where a module is in some folders. (The interpreter's own search wants the packages above to be imported.)"""
    portions: list[str] = []
    for entry in path:
        spec = importlib.machinery.FileFinder(entry, *_LOADERS).find_spec(name)
        if spec is not None and spec.loader is not None:
            return spec
        if spec is not None:
            portions += spec.submodule_search_locations or ()
    if not portions:
        return None
    spec = ModuleSpec(name, None, is_package=True)
    spec.submodule_search_locations = portions
    return spec


def _found(name: str) -> ModuleSpec | None:
    """Where a module would be imported from, going down from its outermost package without importing that."""
    path: Sequence[str] = own_places()
    spec = None
    parts = name.split(".")
    for place in range(len(parts)):
        loaded = sys.modules.get(".".join(parts[: place + 1]))
        spec = getattr(loaded, "__spec__", None)
        if spec is None:
            spec = _found_in(path, ".".join(parts[: place + 1]))
        if spec is None:
            return None
        path = list(spec.submodule_search_locations or ())
        if not path and place + 1 < len(parts):
            return None
    return spec
