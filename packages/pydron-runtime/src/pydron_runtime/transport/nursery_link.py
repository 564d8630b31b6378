"""The program's end of the nursery: starts it, passes wishes on, brings news back."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from typing import Any

from pydron.marks import marked_functions

THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
"""Variables that say how many threads a numerical library starts."""

PATIENCE = 5.0
"""Seconds that a nursery has to end before it is killed."""


def search_path() -> tuple[str, ...]:
    """Where the program looks for modules."""
    return tuple(entry for entry in sys.path if isinstance(entry, str))


def environment(workers: int, memory: int = 0) -> dict[str, str]:
    """Environment variables of worker processes.

    Args:
        memory: Bytes of values that each may keep in memory, unless the user has said so; 0: what each takes for right.

    Those of the program, and: numerical libraries share the cores instead of each taking all; a program that a
    call starts, or a scheduled function in a call, does not start a pool of its own.
    """
    variables = dict(os.environ)
    threads = max(1, cores() // workers)
    for name in THREADS:
        variables.setdefault(name, str(threads))
    if memory:
        variables.setdefault("PYDRON_MEMORY_MB", str(memory // 1024**2))
    variables["PYDRON_EXECUTOR"] = "inline"
    variables.pop("PYTHONINSPECT", None)
    return variables


def cores() -> int:
    """Processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _for_modules() -> str:
    """What workers will import when they look for functions in modules of the program: these decorate some. Done once,
    before the workers are forked, and not once in each of them."""
    in_modules = any(function.__module__ != "__main__" for function in marked_functions())
    return "import pydron.entry; " if in_modules else ""


class NurseryLink:
    """One nursery process. For one thread."""

    def __init__(self, home: str, endpoint: str, workers: int, memory: int = 0) -> None:
        """Start it. Does not wait until it is up.

        Args:
            workers: How many there will be at most.
            memory: See :func:`environment`.

        Raises:
            OSError: The interpreter cannot be started.
        """
        if not sys.executable:
            raise OSError("Python does not know its own interpreter (sys.executable is empty)")
        ours, theirs = socket.socketpair()
        self._socket = ours
        self._buffer = b""
        code = (
            f"import gc, sys; gc.disable(); sys.path[:] = {list(search_path())!r}; {_for_modules()}"
            "from pydron_runtime.transport.nursery import main;"
            f" main({theirs.fileno()}, {home!r}, {endpoint!r})"
        )
        flags: list[str] = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
        try:
            self._process = subprocess.Popen(
                [sys.executable, *flags, "-c", code],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env=environment(workers, memory),
                start_new_session=True,  # Ctrl-C at the terminal is for the program, not for workers
            )
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()

    @property
    def pid(self) -> int:
        """Process id of the nursery."""
        return self._process.pid

    def fileno(self) -> int:
        """Readable when there is news."""
        return self._socket.fileno()

    def spawn(self, name: str) -> None:
        """Wish for a worker. A nursery that is gone does not answer; its end is noticed by :meth:`news`."""
        self._wish({"do": "spawn", "name": name})

    def kill(self, name: str) -> None:
        """Wish for a worker's death."""
        self._wish({"do": "kill", "name": name})

    def _wish(self, wish: dict[str, str]) -> None:
        from msgspec import json  # late: the nursery imports at the same time

        try:
            self._socket.sendall(json.encode(wish) + b"\n")
        except OSError:
            pass

    def news(self) -> list[dict[str, Any]] | None:
        """What the nursery has to tell; None when it is gone. Blocks unless there is something to read."""
        try:
            data = self._socket.recv(65536)
        except OSError:
            data = b""
        if not data:
            return None
        from msgspec import json

        *lines, self._buffer = (self._buffer + data).split(b"\n")
        return [json.decode(line) for line in lines]

    def end(self) -> int:
        """Have it end, with all workers, and return its exit status. Blocks for a few milliseconds as a rule."""
        self._socket.close()
        try:
            return self._process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait(PATIENCE)

    def abandon(self) -> None:
        """In a fork of the program: let go of it, without a word to it."""
        self._socket.close()
        self._process.returncode = -signal.SIGKILL  # so that nobody waits for somebody else's child
