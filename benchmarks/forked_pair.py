"""The yardstick: two plain forked processes, each of which runs the sequential function on half of the inputs.

Nothing that distributes work in Python on two cores can be much faster, so speed-ups are given as shares of this one.
The processes are forked by a *forker*, itself forked before anything else was started, so that no fork ever copies
threads or sockets of what is being measured.
"""

from __future__ import annotations

import os
import pickle
import struct
from collections.abc import Callable, Sequence
from typing import Any, BinaryIO

Case = Callable[[Sequence[int]], list[Any]]


def _send(pipe: BinaryIO, value: object) -> None:
    data = pickle.dumps(value)
    pipe.write(struct.pack("<Q", len(data)) + data)
    pipe.flush()


def _receive(pipe: BinaryIO) -> Any:
    header = pipe.read(8)
    if len(header) < 8:
        raise EOFError("the process at the other end has gone")
    return pickle.loads(pipe.read(struct.unpack("<Q", header)[0]))


def _fork(work: Callable[[BinaryIO, BinaryIO], None]) -> tuple[int, BinaryIO, BinaryIO]:
    """A child that runs ``work(requests, answers)``; returns its pid, and this end's answers and requests."""
    child_in, parent_out = os.pipe()
    parent_in, child_out = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            os.close(parent_out)
            os.close(parent_in)
            work(os.fdopen(child_in, "rb"), os.fdopen(child_out, "wb"))
            status = 0
        finally:
            os._exit(status)
    os.close(child_in)
    os.close(child_out)
    return pid, os.fdopen(parent_in, "rb"), os.fdopen(parent_out, "wb")


class ForkedPair:
    """Runs cases on two forked processes. Make it before anything else is started.

    Args:
        cases: The sequential functions, by name.
    """

    def __init__(self, cases: dict[str, Case]) -> None:
        self._cases = cases
        self._pid, self._answers, self._requests = _fork(self._serve)

    def run(self, case: str, inputs: Sequence[int]) -> list[Any]:
        """The case's result over all inputs. Blocks until both processes have ended."""
        _send(self._requests, (case, list(inputs)))
        result: list[Any] = _receive(self._answers)
        return result

    def close(self) -> None:
        """End the forker."""
        self._requests.close()
        self._answers.close()
        os.waitpid(self._pid, 0)

    def _serve(self, requests: BinaryIO, answers: BinaryIO) -> None:
        while True:
            try:
                case, inputs = _receive(requests)
            except EOFError:
                return
            _send(answers, self._both_halves(self._cases[case], inputs))

    def _both_halves(self, case: Case, inputs: list[int]) -> list[Any]:
        middle = len(inputs) // 2
        children = []
        for half in (inputs[:middle], inputs[middle:]):
            # The loop's variable is bound in the child already when it is forked.
            children.append(_fork(lambda _, answers, half=half: _send(answers, case(half))))  # type: ignore[misc]
        result: list[Any] = []
        for pid, child_answers, child_requests in children:
            result += _receive(child_answers)
            child_answers.close()
            child_requests.close()
            os.waitpid(pid, 0)
        return result
