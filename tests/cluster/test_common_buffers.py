"""A large buffer is sent to a worker once, is named afterwards, and is forgotten with its segment."""

from __future__ import annotations

import pytest

from pydron_runtime.cluster.common_buffers import CommonBuffers
from pydron_runtime.data.payload import Payload, dump, in_segment, load
from pydron_runtime.protocol.codec import Frames, decode_to_worker, encode, pack, unpack
from pydron_runtime.protocol.messages import Forget, Given, ToWorker
from pydron_runtime.worker.machine import Worker

np = pytest.importorskip("numpy")


class Workers:
    """Worker machines, and what they were sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, type[ToWorker]]] = []
        self.machines = {name: Worker() for name in ("w1", "w2")}
        self.buffers = CommonBuffers(self._send)

    def _send(self, worker: str, message: ToWorker, frames: Frames | None = None) -> None:
        self.sent.append((worker, type(message)))
        read, rest = decode_to_worker(encode(message, frames or []))
        assert isinstance(read, (Given, Forget))
        self.machines[worker].accept(read, rest)

    def receive(self, worker: str, payload: Payload) -> object:
        """What a call in a worker is given."""
        frames: Frames = []
        parcel = pack(self.buffers.carried(worker, payload), frames)
        machine = self.machines[worker]
        return load(unpack(parcel, frames), mapped=lambda extent: machine.common(extent.inode))


@pytest.fixture
def workers() -> Workers:
    return Workers()


def test_each_worker_is_sent_a_buffer_once(workers: Workers) -> None:
    payload = dump(np.arange(100_000), place=in_segment)
    for worker in ("w1", "w2", "w1", "w2"):
        assert np.array_equal(workers.receive(worker, payload), np.arange(100_000))
    assert workers.sent == [("w1", Given), ("w2", Given)]


def test_a_call_that_changes_it_changes_its_own_copy(workers: Workers) -> None:
    payload = dump(np.arange(100_000), place=in_segment)
    first = workers.receive("w1", payload)
    first[:] = 0  # type: ignore[index]
    assert np.array_equal(workers.receive("w1", payload), np.arange(100_000))


def test_a_buffer_is_forgotten_with_its_segment(workers: Workers) -> None:
    payload = dump(np.arange(100_000), place=in_segment)
    workers.receive("w1", payload)
    assert len(workers.machines["w1"].store) == 1
    del payload
    workers.buffers.sweep()
    assert not workers.machines["w1"].store and workers.sent[-1] == ("w1", Forget)


def test_a_worker_that_is_gone_is_told_nothing(workers: Workers) -> None:
    payload = dump(np.arange(100_000), place=in_segment)
    workers.receive("w1", payload)
    workers.buffers.forget("w1")
    del payload
    workers.buffers.sweep()
    assert workers.sent == [("w1", Given)]


def test_small_arguments_are_not_touched(workers: Workers) -> None:
    payload = dump(np.arange(100), place=in_segment)
    assert workers.buffers.carried("w1", payload) is payload


def test_a_buffer_that_is_not_there_is_an_error(workers: Workers) -> None:
    with pytest.raises(LookupError, match="buffer 7"):
        workers.machines["w1"].common(7)
