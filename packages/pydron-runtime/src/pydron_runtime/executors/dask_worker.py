"""A dask worker that Pydron started for one program: replaced when it dies, gone when the program is.

Dask's own way of starting local workers runs the program's ``__main__`` again, gives up when a worker dies at a bad
moment, or leaves workers behind when the program is killed. Here a small *keeper* starts the worker, and another one
when that dies. Both hold the reading end of a pipe that closes when the program is gone, however it went; then nothing
is left: no process, no scratch directory.
"""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from typing import Any

from pydron_runtime.transport import directory
from pydron_runtime.transport.nursery_link import PATIENCE, environment

PAUSE = 1.0
"""Seconds between two starts at least, so that a worker that cannot live does not keep the machine busy."""


def process_class() -> Any:
    """What dask's ``SpecCluster`` starts workers with. (Made here, so that dask is imported only where it is used.)"""
    from distributed.deploy.subprocess import Subprocess

    class KeptWorker(Subprocess):  # type: ignore[misc]  # dask's names count as Any
        """A process that runs :func:`keep`."""

        def __init__(self, scheduler: str, home: str, workers: int, options: dict[str, Any], name: Any = None) -> None:
            self._arguments = [home, scheduler, json.dumps({"cls": "distributed.Worker", "opts": options})]
            self._workers = workers
            super().__init__()

        async def _start(self) -> None:
            self.process = await asyncio.create_subprocess_exec(
                *_command("keep"),
                *self._arguments,
                stdin=asyncio.subprocess.PIPE,
                env={"DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "critical", **environment(self._workers)},
                start_new_session=True,  # Ctrl-C at the terminal is for the program, not for workers
            )

    return KeptWorker


def _command(function: str) -> list[str]:
    code = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import {function}; {function}()"
    return [sys.executable, "-c", code]


def keep() -> None:
    """Have a worker until the program is gone. Does not return."""
    keeper = _Keeper(sys.argv[1])
    threading.Thread(target=keeper.start_again_and_again, daemon=True).start()
    while os.read(0, 1):
        pass
    keeper.end()
    os._exit(0)


class _Keeper:
    def __init__(self, home: str) -> None:
        self._home = home
        self._starting = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None

    def start_again_and_again(self) -> None:
        while True:
            begun = time.monotonic()
            with self._starting:
                self._worker = subprocess.Popen([*_command("work"), *sys.argv[1:]])
            self._worker.wait()
            if time.monotonic() - begun < PAUSE:
                time.sleep(PAUSE / 2)

    def end(self) -> None:
        self._starting.acquire()  # for good: no further worker
        if self._worker is not None:
            self._worker.kill()
            self._worker.wait(PATIENCE)
        directory.remove(self._home)


def work() -> None:
    """Be a dask worker until the scheduler or the program is gone."""
    threading.Thread(target=_end_with_program, daemon=True).start()
    from distributed.cli.dask_spec import main

    main([sys.argv[2], "--spec", sys.argv[3]])


def _end_with_program() -> None:
    while os.read(0, 1):
        pass
    os._exit(0)
