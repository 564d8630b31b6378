"""A cluster of real processes for tests: scheduler, hosts and programs, each started, watched and ended here.

With ``within`` a process runs on one of the hosts of :mod:`cluster_hosts`, which have a network of their own.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

from pydron.errors import ExecutorError
from pydron_runtime.cluster.keys import read_connection
from pydron_runtime.cluster.observer import Observer

PATIENCE = 60.0
"""Seconds after which a test gives up waiting for something that has to come."""


def until(condition: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Wait for a condition; its value, once that is true."""
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError(f"waited {patience:.0f} s for nothing: {what}")


def pydron(*arguments: object) -> list[str]:
    """The command line of a pydron command, in this Python."""
    return [sys.executable, "-m", "pydron", *map(str, arguments)]


class Cluster:
    """Processes around one scheduler. ``close`` ends all of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("PYDRON_")},
            "PYDRON_HOME": str(folder / "home"),
            "PYDRON_ALWAYS": "1",
            "TMPDIR": str(folder / "tmp"),
            "XDG_RUNTIME_DIR": "",
        }
        (folder / "tmp").mkdir(exist_ok=True)
        self.file = folder / "connection.json"
        self.url = ""
        self.started: list[subprocess.Popen[str]] = []
        self._listen = "tcp://127.0.0.1:0"
        self._options: tuple[object, ...] = ()
        self._within: Sequence[str] = ()

    def start(
        self, arguments: Sequence[str], name: str, within: Sequence[str] = (), **environment: str
    ) -> subprocess.Popen[str]:
        """Start a process. What it writes is in ``log(name)``."""
        with open(self.folder / f"{name}.log", "w") as log:
            process = subprocess.Popen(
                [*within, *arguments], stdout=log, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True,
                env={**self.environment, **environment}, cwd=self.folder, start_new_session=True,
            )  # fmt: skip
        self.started.append(process)
        return process

    def log(self, name: str) -> str:
        """What a process has written."""
        return (self.folder / f"{name}.log").read_text()

    def scheduler(
        self, *options: object, listen: str = "tcp://127.0.0.1:0", within: Sequence[str] = ()
    ) -> subprocess.Popen[str]:
        """Start the scheduler, and wait until it listens."""
        self._listen, self._options, self._within = listen, options, within
        arguments = pydron("scheduler", "--listen", listen, "--connection-file", self.file, *options)
        process = self.start(arguments, "scheduler", within)
        until(lambda: "scheduler at" in self.log("scheduler") or process.poll() is not None, "the scheduler")
        assert process.poll() is None, self.log("scheduler")
        self.url = str(read_connection(str(self.file)).address)
        return process

    def scheduler_again(self) -> subprocess.Popen[str]:
        """Start the scheduler again, where it was."""
        listen = self.url if ":0" == self._listen[-2:] else self._listen
        return self.scheduler(*self._options, listen=listen, within=self._within)

    def host(
        self, *options: object, name: str = "host", within: Sequence[str] = (), **environment: str
    ) -> subprocess.Popen[str]:
        """Start a host. Does not wait."""
        return self.start(pydron("worker", "--connection", self.file, *options), name, within, **environment)

    def program(
        self, script: Path, *arguments: object, name: str = "program", within: Sequence[str] = (), **environment: str
    ) -> subprocess.Popen[str]:
        """Start a program that uses the cluster."""
        command = [sys.executable, str(script), *map(str, arguments)]
        settings = {"PYDRON_EXECUTOR": self.url, "PYDRON_CONNECTION": str(self.file), **environment}
        return self.start(command, name, within, **settings)

    def result(self, process: subprocess.Popen[str], name: str = "program", patience: float = PATIENCE) -> str:
        """What a program has written; it has to succeed."""
        process.wait(patience)
        assert process.returncode == 0, self.log(name)
        return self.log(name)

    def situation(self) -> dict[str, Any]:
        """The cluster's own view of itself, from this process."""
        with Observer(read_connection(str(self.file)), patience=PATIENCE, reach=PATIENCE) as observer:
            return observer.situation()

    def await_slots(self, count: int) -> None:
        """Wait until so many slots are offered."""
        until(lambda: sum(host["slots"] for host in self._calm()["workers"]) == count, f"{count} slots")

    def _calm(self) -> dict[str, Any]:
        try:
            return self.situation()
        except ExecutorError:
            return {"workers": [], "programs": []}

    def children(self, process: subprocess.Popen[str]) -> list[int]:
        """Everything that a process has started, and that those have started, and so on."""
        found, todo = [], [process.pid]
        while todo:
            pid = todo.pop()
            for child in _children(pid):
                found.append(child)
                todo.append(child)
        return found

    def close(self) -> None:
        """End everything that was started."""
        for process in reversed(self.started):
            kill([*self.children(process), process.pid])
            process.wait(PATIENCE)


def kill(pids: Iterable[int]) -> None:
    """End processes at once. Some may have ended already: those that have lost their parent do so by themselves."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _children(pid: int) -> list[int]:
    try:
        return [
            int(child)
            for thread in os.listdir(f"/proc/{pid}/task")
            for child in Path(f"/proc/{pid}/task/{thread}/children").read_text().split()
        ]
    except OSError:
        return []


def gone(pids: Sequence[int]) -> bool:
    """Whether none of these processes lives."""
    for pid in pids:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (OSError, IndexError):
            continue
        if state not in "ZX":
            return False
    return True
