"""Whereabouts: what a program changes about itself while it runs, which its workers have to follow.

A worker is started with the program's directory, environment and limits. :class:`Whereabouts`, in the program, says
what has become of them; :func:`enter`, in a worker, takes that over.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from importlib.machinery import ModuleSpec

from pydron_runtime.protocol.messages import Surroundings

LIMITS = (resource.RLIMIT_AS, resource.RLIMIT_NOFILE)
"""Limits that programs do change: of memory and of descriptors. To look at one takes a microsecond."""

KEPT = b"PYDRON_EXECUTOR"
"""The variable that a worker has a value of its own of."""


class Whereabouts:
    """Looks at the program, often; as long as nothing has changed, it says so with the same object."""

    def __init__(self) -> None:
        self._variables = _variables().copy()
        self._limits = _limits()
        self._seen: tuple[object, ...] = ()
        self._changed: dict[bytes, bytes | None] = {}
        self._limited: dict[int, tuple[int, int]] = {}
        self._present: Surroundings | None = None

    def present(self) -> Surroundings:
        """Where the program stands now."""
        variables, limits = _variables(), _limits()
        path, arguments, main = sys.path, getattr(sys, "argv", []), _main()
        directory, recursion = _directory(), sys.getrecursionlimit()
        seen = (path, arguments, main, directory, recursion)
        if self._present is not None and seen == self._seen:
            if variables == self._variables and limits == self._limits:
                return self._present
        self._follow(variables.copy(), limits)
        self._seen = (list(path), list(arguments), main, directory, recursion)
        name, file = main
        self._present = Surroundings(
            _names(path), directory, recursion, _names(arguments), (name, os.fsencode(file)), self._changed.copy(),
            self._limited.copy(),
        )  # fmt: skip
        return self._present

    def _follow(self, variables: dict[bytes, bytes], limits: tuple[tuple[int, int], ...]) -> None:
        """Add to what has changed since the program began; a worker that starts later may need to hear of all of it."""
        before, self._variables = self._variables, variables
        for name in before.keys() | variables.keys():
            if before.get(name) != variables.get(name) and name != KEPT:
                self._changed[name] = variables.get(name)
        self._limited.update((kind, new) for kind, old, new in zip(LIMITS, self._limits, limits) if new != old)
        self._limits = limits


def _variables() -> dict[bytes, bytes]:
    """The environment as the interpreter keeps it: to decode it each time would cost more than a call."""
    variables: dict[bytes, bytes] = os.environ._data  # type: ignore[attr-defined]
    return variables


def _limits() -> tuple[tuple[int, int], ...]:
    return tuple(map(resource.getrlimit, LIMITS))


def _directory() -> bytes:
    try:
        return os.getcwdb()
    except OSError:  # it was removed
        return b"/"


def _names(names: list[str]) -> tuple[bytes, ...]:
    return tuple(os.fsencode(name) for name in names if isinstance(name, str))


def _main() -> tuple[str, str]:
    """Name and file of the main module. The module itself is not kept: it would outlive what it holds."""
    main = sys.modules.get("__main__")
    name, file = getattr(getattr(main, "__spec__", None), "name", ""), getattr(main, "__file__", "")
    return (name if isinstance(name, str) else ""), (file if isinstance(file, str) else "")


def enter(surroundings: Surroundings) -> None:
    """Stand, as far as that is possible, where the program does."""
    sys.setrecursionlimit(surroundings.recursion)
    if surroundings.path:
        sys.path[:] = map(os.fsdecode, surroundings.path)
    if surroundings.arguments:
        sys.argv[:] = map(os.fsdecode, surroundings.arguments)
    _be(*surroundings.main)
    try:
        os.chdir(surroundings.directory)
    except OSError:
        pass  # the program's directory is gone: stay
    for name, value in surroundings.environment.items():
        if value is None:
            os.environb.pop(name, None)
        else:
            os.environb[name] = value
    if b"TZ" in surroundings.environment:
        time.tzset()
    for kind, limits in surroundings.limits.items():
        try:
            resource.setrlimit(kind, limits)
        except (OSError, ValueError):
            pass  # raised again, which only the program may


def _be(name: str, file: bytes) -> None:
    """Let the main module look like the program's: processes that a call starts find their functions by it."""
    main = sys.modules["__main__"]
    main.__spec__ = ModuleSpec(name, None) if name else None
    if file:
        main.__file__ = os.fsdecode(file)
