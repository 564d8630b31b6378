"""Messages survive the wire, and whatever else arrives is refused before any of it is opened."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pydron_runtime.data.payload import Payload
from pydron_runtime.protocol.codec import (
    ProtocolError,
    decode_to_scheduler,
    decode_to_worker,
    encode,
    pack,
    unpack,
)
from pydron_runtime.protocol.messages import Call, Definition, Execute, Modules, Parcel, Report, Value
from pydron_runtime.transport import directory, head_start


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(st.sampled_from([0, 5, 20_000]), st.lists(st.sampled_from([1, 9_000]), max_size=3))))
def test_payloads_of_every_shape_share_a_message(shapes: list[tuple[int, list[int]]]) -> None:
    payloads = [Payload(b"d" * size, tuple(b"b" * each for each in buffers)) for size, buffers in shapes]
    frames: list[bytes] = []
    parcels = [pack(payload, frames) for payload in payloads]
    message = Execute(
        (Definition("digest", pack(Payload(b"blob"), frames)),),
        tuple(Call(place, "digest", parcel, (Value(1, parcel, True),), (2,)) for place, parcel in enumerate(parcels)),
    )
    found, rest = decode_to_worker(encode(message, frames))
    assert found == message
    assert [unpack(call.arguments, rest) for call in found.calls] == payloads


@settings(max_examples=200, deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=3))
def test_noise_is_refused(frames: list[bytes]) -> None:
    for decode in (decode_to_worker, decode_to_scheduler):
        try:
            decode(frames)
        except ProtocolError:
            pass


class Bomb:
    def __reduce__(self) -> tuple[Any, ...]:
        return pytest.fail, ("a pickle was opened",)


def test_text_that_no_encoding_holds_is_escaped() -> None:
    """A message about an undecodable name of a file is still a message."""
    sent = Modules(("plain", "odd \udcff"), ())
    assert decode_to_worker(encode(sent, [b"frame"])) == (Modules(("plain", "odd \\udcff"), ()), [b"frame"])


def test_a_pickle_in_place_of_an_envelope_is_not_opened() -> None:
    bomb = pickle.dumps(Bomb())
    for frames in ([bomb], [bomb, bomb], []):
        with pytest.raises(ProtocolError):
            decode_to_scheduler(frames)


def test_messages_of_the_other_direction_are_refused() -> None:
    with pytest.raises(ProtocolError):
        decode_to_scheduler(encode(Execute((), ()), []))
    with pytest.raises(ProtocolError):
        decode_to_worker(encode(Report(()), []))
    with pytest.raises(ProtocolError):
        decode_to_worker([msgspec.msgpack.encode(["execute", "no", 5])])


@pytest.mark.parametrize("parcel", [Parcel(None, 0), Parcel(None, -1), Parcel(b"", 0, 2), Parcel(None, 0, -5)])
def test_a_parcel_that_points_nowhere_is_refused(parcel: Parcel) -> None:
    with pytest.raises(ProtocolError):
        unpack(parcel, [b"x"] if parcel.data is not None else [])


def test_the_directory_of_the_sockets_is_private_and_its_path_short(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    deep = tmp_path_factory.mktemp("x" * 90)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(deep))
    made = directory.make()
    try:
        assert len(made) < directory.LONGEST and os.stat(made).st_mode & 0o777 == 0o700
    finally:
        directory.remove(made)
    assert not os.path.exists(made)
    directory.remove(made)


def test_the_directory_is_made_when_there_is_somebody_to_remove_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A program that is killed just before has none; one that is killed just after has a nursery."""
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    found: list[list[str]] = []

    class Started:
        def __init__(self, home: str, endpoint: str, workers: int) -> None:
            found.append(os.listdir(tmp_path))

    monkeypatch.setattr(head_start, "NurseryLink", Started)
    begun = head_start.head_start(2)
    assert begun is not None and found == [[]]
    assert os.listdir(tmp_path) == [os.path.basename(begun.home)] and os.stat(begun.home).st_mode & 0o777 == 0o700
