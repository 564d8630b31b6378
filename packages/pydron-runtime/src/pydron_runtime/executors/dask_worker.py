"""The main program of a dask worker process that Pydron started for one program, and that ends with it.

Dask's own way of starting workers runs the program's ``__main__`` again, or leaves them behind when the program is
killed. This one runs nothing of the program's. It holds the reading end of a pipe that closes when the program is gone,
however it went; then nothing is left: not the worker, not its processes, not their scratch directory.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from typing import Any

from pydron_runtime.transport import directory

LONGEST_STOP = 5.0
"""Seconds that the children have to be gone before their directory is removed."""


def process_class() -> Any:
    """What dask's ``SpecCluster`` starts workers with. (Made here, so that dask is imported only where it is used.)"""
    from distributed.deploy.subprocess import Subprocess

    class WatchedWorker(Subprocess):
        """A process that runs :func:`main`."""

        def __init__(self, scheduler: str, home: str, options: dict[str, Any], name: Any = None) -> None:
            self._arguments = [home, scheduler, json.dumps({"cls": "distributed.Nanny", "opts": options})]
            super().__init__()

        async def _start(self) -> None:
            code = f"import sys; sys.path[:] = {sys.path!r}; from {__name__} import main; main()"
            self.process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-c",
                code,
                *self._arguments,
                stdin=asyncio.subprocess.PIPE,
                env={"DASK_DISTRIBUTED__LOGGING__DISTRIBUTED": "error", **os.environ},
                start_new_session=True,  # Ctrl-C at the terminal is for the program, not for workers
            )

    return WatchedWorker


def main() -> None:
    """Be a dask worker, with dask's own process that replaces it when it dies, until the program is gone."""
    home, scheduler, spec = sys.argv[1:]
    watch = threading.Thread(target=_end_with_program, args=(home,), name="pydron-watch", daemon=True)
    watch.start()
    from distributed.cli.dask_spec import main as run_spec

    try:
        run_spec([scheduler, "--spec", spec])
    finally:
        watch.join(LONGEST_STOP)  # dask ends when its scheduler is gone; if the program is, this tidies up first


def _end_with_program(home: str) -> None:
    while os.read(0, 1):
        pass
    try:
        import psutil

        # Not the standard library's tracker of shared resources: it tidies up when the others are gone, and ends.
        everyone = psutil.Process().children(recursive=True)
        children = [child for child in everyone if not any("resource_tracker" in part for part in child.cmdline())]
        for child in children:
            child.kill()
        psutil.wait_procs(children, LONGEST_STOP)
    finally:
        directory.remove(home)
        os._exit(0)
