"""The nursery: a small fresh interpreter that forks worker processes.

The program itself may have threads, locks held, and a ``__main__`` that must not run twice; it is never forked.
The nursery has one thread and has imported what workers need, so a worker costs a few milliseconds. It tells the
program at once when a worker dies. When the program dies, the other end of the control channel closes: the
nursery kills its workers, removes the directory of the sockets, and ends.

The control channel carries lines of JSON: ``{"do": "spawn", "name": ..}`` or ``kill`` in, ``{"is": "up"}``,
``spawned`` or ``exited`` out.
"""

from __future__ import annotations

import ctypes
import gc
import os
import select
import signal
import socket
import sys
from typing import Any

from msgspec import json

from pydron_runtime.transport import directory, worker_process
from pydron_runtime.transport.last_words import LastWords

PR_SET_PDEATHSIG = 1


def _forking() -> Any:
    """The part of ``multiprocess`` that forks. Its serialiser (dill) would take a third of the nursery's start-up time,
    and nothing is serialised to fork; a module that is None counts as not installed."""
    absent = "dill" not in sys.modules
    if absent:
        sys.modules["dill"] = None  # type: ignore[assignment]  # how the import system marks a missing module
    try:
        import multiprocess

        return multiprocess.get_context("fork")
    finally:
        if absent:
            del sys.modules["dill"]


class Nursery:
    """Starts and watches workers on behalf of the program at the other end of ``control``."""

    def __init__(self, control: socket.socket, home: str, endpoint: str) -> None:
        self._control = control
        self._home = home
        self._endpoint = endpoint
        self._fork = _forking()
        self._workers: dict[str, tuple[Any, LastWords]] = {}
        self._buffer = b""

    def serve(self) -> None:
        """Carry out the program's wishes until it is gone."""
        wake_in, wake_out = os.pipe()
        os.set_blocking(wake_in, False)
        os.set_blocking(wake_out, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(wake_out, warn_on_full_buffer=False)
        self._tell({"is": "up", "pid": os.getpid()})
        poll = select.poll()
        poll.register(self._control, select.POLLIN)
        poll.register(wake_in, select.POLLIN)
        while True:
            for descriptor, _ in poll.poll():
                if descriptor == wake_in:
                    os.read(wake_in, 4096)
                    self._look_for_exits()
                elif not self._obey():
                    return

    def _obey(self) -> bool:
        """Read wishes. False when the program is gone."""
        try:
            data = self._control.recv(65536)
        except OSError:
            return False
        if not data:
            return False
        *lines, self._buffer = (self._buffer + data).split(b"\n")
        for line in lines:
            wish = json.decode(line)
            if wish["do"] == "spawn":
                self._spawn(wish["name"])
            elif wish["name"] in self._workers:
                self._workers[wish["name"]][0].kill()
        return True

    def _spawn(self, name: str) -> None:
        words = LastWords()
        others = [each for _, each in self._workers.values()]
        process = self._fork.Process(
            target=_be_worker, args=(name, self._endpoint, words, others, self._control, os.getpid())
        )
        try:
            process.start()
        except OSError as error:
            words.close()
            self._tell({"is": "exited", "name": name, "reason": f"not started ({error})", "running": 0})
            return
        self._workers[name] = (process, words)
        self._tell({"is": "spawned", "name": name, "pid": process.pid})

    def _look_for_exits(self) -> None:
        for name, (process, words) in list(self._workers.items()):
            memory = _reap(process)
            code = process.exitcode
            if code is None:
                continue
            del self._workers[name]
            said = words.text()
            how = f"{_how(code)}, with {memory / 1e6:.0f} MB of memory in use at most" if memory else _how(code)
            reason = f"{how}\n{said}" if said else how
            self._tell({"is": "exited", "name": name, "reason": reason, "running": words.task})
            words.close()

    def _tell(self, news: dict[str, Any]) -> None:
        try:
            self._control.sendall(json.encode(news) + b"\n")
        except OSError:
            pass  # the program is gone: the next read will say so

    def end(self) -> None:
        """Kill the workers and remove the sockets."""
        for process, _ in self._workers.values():
            process.kill()
        for process, _ in self._workers.values():
            process.join(1.0)
        directory.remove(self._home)


def _reap(process: Any) -> int:
    """Take note of a worker's end, if it has ended. Bytes that it had in memory at most; 0 if nobody knows."""
    try:
        ended, status, usage = os.wait4(process.pid, os.WNOHANG)
    except ChildProcessError:  # whoever starts a process takes note of others that have ended
        return 0
    if not ended:
        return 0
    process._popen.returncode = os.waitstatus_to_exitcode(status)
    return int(usage.ru_maxrss) * (1 if sys.platform == "darwin" else 1024)


def _how(code: int) -> str:
    if code >= 0:
        return f"ended by itself with exit status {code}"
    try:
        name = f" ({signal.Signals(-code).name})"
    except ValueError:
        name = ""
    return f"killed by signal {-code}{name}"


def _be_worker(
    name: str, endpoint: str, words: LastWords, others: list[LastWords], control: socket.socket, parent: int
) -> None:
    """What a forked worker does, from its first to its last moment."""
    _die_with(parent)
    worker_process.prepare()
    control.close()
    for other in others:
        other.close()
    worker_process.main(name, endpoint, words)


def _die_with(parent: int) -> None:
    """Ask the kernel to kill this process when its parent dies. Linux; elsewhere an idle worker looks itself."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)


def main(descriptor: int, home: str, endpoint: str) -> None:
    """Run a nursery until the program that holds the other end of ``descriptor`` is gone. Does not return."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    nursery = Nursery(socket.socket(fileno=descriptor), home, endpoint)
    # Whoever started this interpreter has switched the garbage collector off, for there is no garbage in imports. What
    # they made stays for ever: it is left alone from now on, and so its pages stay shared with the workers.
    gc.freeze()
    gc.enable()
    started = os.getpid()
    try:
        nursery.serve()
    finally:
        if os.getpid() == started:
            nursery.end()
            os._exit(0)
