"""Large strings and large pickles lie in segments, as arrays do; a string that many calls receive lies in one."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from pydron_runtime.data.apart import apart
from pydron_runtime.data.extents import SHARED_FROM
from pydron_runtime.data.payload import Payload, dump, in_segment, load, streamed
from pydron_runtime.data.segments import Segment, live_bytes
from pydron_runtime.data.versions import Versions

LARGE = [
    b"x" * SHARED_FROM,
    bytearray(b"y" * SHARED_FROM),
    "é\ud800" * SHARED_FROM,
    list(range(SHARED_FROM)),
    {"deep": [b"z" * SHARED_FROM, "z"]},
]


def in_band(payload: Payload) -> int:
    """Bytes that would go through a socket."""
    return len(payload.data) + sum(len(buffer) for buffer in payload.buffers if isinstance(buffer, bytes))


@pytest.fixture
def versions() -> Versions:
    return Versions(lambda: 0)


@pytest.mark.parametrize("value", LARGE, ids=lambda value: type(value).__name__)
def test_a_large_value_goes_through_no_socket_and_comes_back_equal(value: Any, versions: Versions) -> None:
    result, arguments = dump(apart(value), "result", in_segment), versions.arguments((value, 1), {"k": value})
    assert in_band(result) < 1000 and in_band(arguments) < 1000
    for found in (load(result), load(streamed(result)), load(arguments)[0][0], load(arguments)[1]["k"]):
        assert found == value and type(found) is type(value)


def test_a_large_pickle_keeps_its_arrays_apart() -> None:
    numpy = pytest.importorskip("numpy")
    value = [list(range(SHARED_FROM)), numpy.arange(SHARED_FROM), numpy.arange(1000)]
    payload = dump(value, "result", in_segment)
    assert [type(buffer) for buffer in payload.buffers] == [Segment, Segment, bytes]
    found = load(payload)
    assert found[0] == value[0] and all(map(numpy.array_equal, found[1:], value[1:]))


def test_without_segments_nothing_is_nested() -> None:
    value = list(range(SHARED_FROM))
    payload = dump(value, "result")
    assert not payload.buffers and load(payload) == value


@pytest.mark.parametrize("value", [b"x" * SHARED_FROM, "é" * SHARED_FROM], ids=["bytes", "str"])
def test_a_string_is_written_once_however_many_calls_receive_it(value: Any, versions: Versions) -> None:
    first, second = versions.arguments((value, 1), {}), versions.arguments((2,), {"k": value})
    assert first.buffers[0] is second.buffers[0]
    assert versions.saved == len(first.buffers[0])
    twice = load(versions.arguments((value, value), {}))[0]
    assert twice == (value, value)


def test_strings_that_come_once_are_not_kept(versions: Versions) -> None:
    """Nor are those that came often, when others have come after them, and in the end."""
    gc.collect()
    before = live_bytes()
    for number in range(5):
        versions.arguments((bytes([number]) * SHARED_FROM,), {})
    assert live_bytes() == before
    for number in range(5):
        value = bytes([number]) * SHARED_FROM
        kept = [versions.arguments((value,), {}) for _ in range(2)]
        del kept
    assert live_bytes() == before + 2 * SHARED_FROM
    versions.forget()
    assert live_bytes() == before


def test_a_byte_array_is_taken_as_it_is_now(versions: Versions) -> None:
    """It can change, and be part of another argument: it is the same object there."""
    value = bytearray(SHARED_FROM)
    payload = versions.arguments((value, [value]), {})
    value[0] = 1
    (found, (again,)), _ = load(payload)
    assert found[0] == 0 and found is again
