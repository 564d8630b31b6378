"""Lines between a program and a worker: everything arrives, in order, and never more is on the way than there is room."""

from __future__ import annotations

from collections import deque

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydron_runtime.cluster.lines import Lines
from pydron_runtime.cluster.messages import Relay, Taken
from pydron_runtime.cluster.pieces import PIECE, Frames
from pydron_runtime.cluster.settings import ROOM
from pydron_runtime.protocol.codec import ProtocolError

MB = 1024 * 1024


class Between:
    """Two ends and the scheduler between them, which passes on what it is told to."""

    def __init__(self) -> None:
        self.way: deque[tuple[Relay, Frames]] = deque()
        self.back: deque[Taken] = deque()
        self.come: dict[str, list[list[bytes]]] = {}
        self.near = Lines(lambda message, frames: self._sent(message, frames))
        self.far = Lines(lambda message, frames: self._sent(message, frames))

    def _sent(self, message: Relay | Taken, frames: Frames) -> None:
        if isinstance(message, Taken):
            self.back.append(message)
        else:
            self.way.append((message, frames))

    def held(self, worker: str) -> int:
        """Bytes on the way to the far end, of one line."""
        return sum(sum(map(len, frames)) for relay, frames in self.way if relay.worker == worker)

    def pass_on(self) -> None:
        """Let everything that is on the way come."""
        while self.way or self.back:
            if self.way:
                relay, frames = self.way.popleft()
                whole = self.far.take(relay, frames)
                if whole is not None:
                    self.come.setdefault(relay.worker, []).append([bytes(frame) for frame in whole])
            while self.back:
                self.near.make_room(self.back.popleft())


def test_what_is_on_the_way_is_bounded_however_much_is_sent() -> None:
    between = Between()
    messages = [[bytes([number]) * (3 * MB), b"end"] for number in range(10)]
    for message in messages:
        between.near.send("w1", message)
        assert between.held("w1") <= ROOM + PIECE
    between.pass_on()
    assert between.come == {"w1": messages}


def test_a_line_without_room_does_not_hold_up_others() -> None:
    between = Between()
    between.near.send("w1", [bytes(20 * MB)])
    between.near.send("w1", [b"later"])
    between.near.send("w2", [b"now"])
    between.near.send("w1+values", [b"now"])
    assert [frames for relay, frames in between.way if relay.worker != "w1"] == [[b"now"], [b"now"]]


@settings(max_examples=15, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["w1", "w2"]), st.integers(0, 3 * ROOM // MB)), max_size=4))
def test_all_messages_arrive_in_order(sent: list[tuple[str, int]]) -> None:
    between = Between()
    for place, (worker, size) in enumerate(sent):
        between.near.send(worker, [str(place).encode(), bytes(size * MB)])
    between.pass_on()
    wanted: dict[str, list[list[bytes]]] = {}
    for place, (worker, size) in enumerate(sent):
        wanted.setdefault(worker, []).append([str(place).encode(), bytes(size * MB)])
    assert between.come == wanted


def test_nothing_more_is_sent_to_a_worker_that_is_gone() -> None:
    between = Between()
    for name in ("w1", "w1+values", "w10"):
        between.near.send(name, [bytes(20 * MB)])
    before = len(between.way)
    between.near.forget("w1")
    between.near.make_room(Taken("w1", ROOM))
    assert len(between.way) == before
    between.near.make_room(Taken("w10", ROOM))
    assert len(between.way) > before


def test_pieces_that_do_not_fit_are_refused() -> None:
    between = Between()
    between.far.take(Relay("w1", (10,), True), [b"12345"])
    with pytest.raises(ProtocolError):
        between.far.take(Relay("w1", (), False), [b"1234567"])
