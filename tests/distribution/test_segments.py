"""Large buffers in segments: mapped without a copy, writable, isolated, freed with the last reference, never left over."""

from __future__ import annotations

import errno
import gc
import os
from pathlib import Path
from typing import Any

import pytest

from pydron_runtime.data import own_mappings, segments
from pydron_runtime.data.extents import SHARED_FROM, Extent
from pydron_runtime.data.payload import Payload, adopted, dump, in_segment, load, streamed
from pydron_runtime.data.segments import Segment, SegmentGone

numpy = pytest.importorskip("numpy")

pytestmark = pytest.mark.skipif(not segments.host(), reason="there are no segments on this system")

SIZE = SHARED_FROM + 5


def made(content: bytes = b"x" * SIZE) -> Segment:
    segment = segments.make(memoryview(content))
    assert segment is not None
    return segment


def descriptors() -> int:
    """How many segments are open here. What other tests have left to the garbage collector does not count."""
    gc.collect()
    links = [f"/proc/self/fd/{number}" for number in os.listdir("/proc/self/fd")]
    return sum("memfd:pydron" in os.readlink(link) for link in links if os.path.lexists(link))


def test_what_is_written_into_a_mapping_stays_in_it() -> None:
    segment = made()
    one, two = segments.mapped(segment), segments.mapped(segment.extent)
    one[:3] = b"abc"
    assert two[:3] == b"xxx" and segments.mapped(segment)[:3] == b"xxx"
    assert len(one) == SIZE


def test_a_descriptor_is_closed_with_the_last_reference_and_no_mapping_holds_one() -> None:
    before = descriptors()
    segment = made()
    mapping = segments.mapped(segment)
    other = segments.adopt(segment.extent)
    assert descriptors() == before + 2
    del segment, other
    assert descriptors() == before
    assert mapping[:2] == b"xx", "a mapping outlives its segment"


def test_a_segment_that_was_closed_is_gone_even_if_its_number_is_used_again() -> None:
    extent = made().extent
    for stranger in (None, made(b"y" * SIZE)):
        with pytest.raises(SegmentGone):
            segments.adopt(extent)
        del stranger


def test_a_segment_of_another_machine_is_gone() -> None:
    segment = made()
    with pytest.raises(SegmentGone, match="another machine"):
        segments.adopt(
            Extent("elsewhere", *[getattr(segment.extent, n) for n in ("pid", "descriptor", "inode", "size")])
        )


def test_over_the_limit_segments_lie_on_disk_without_a_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "memory_limit", lambda: 0)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    before = segments.live_bytes()
    segment = made()
    assert os.readlink(f"/proc/self/fd/{segment.descriptor}").startswith(str(tmp_path))
    assert segments.mapped(segment)[:2] == b"xx" and segments.live_bytes() == before
    assert not list(tmp_path.iterdir())


def test_where_no_segment_can_be_made_the_bytes_travel(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse() -> int:
        raise OSError("no")

    monkeypatch.setattr(segments, "_in_memory", refuse)
    monkeypatch.setattr(segments, "_on_disk", refuse)
    payload = dump(numpy.arange(SIZE), place=in_segment)
    assert all(isinstance(buffer, bytes) for buffer in payload.buffers)
    assert load(payload)[7] == 7


def test_a_segment_that_does_not_fit_is_given_up_before_anybody_maps_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "_in_memory", lambda: os.open("/dev/full", os.O_RDWR))
    monkeypatch.setattr(segments, "_on_disk", lambda: os.open("/dev/full", os.O_RDWR))
    before = descriptors()
    assert segments.make(memoryview(b"x" * SIZE)) is None
    assert descriptors() == before


@pytest.mark.parametrize(
    "value", [numpy.arange(SIZE), numpy.asfortranarray(numpy.ones((700, 100))), [numpy.ones(SIZE), 1]]
)
def test_arrays_in_segments_come_back_equal_and_writable(value: Any) -> None:
    payload = dump(value, place=in_segment)
    assert any(isinstance(buffer, Segment) for buffer in payload.buffers)
    for way in (payload, adopted(payload), streamed(payload)):
        found = load(way)
        for one, other in zip(found, value) if isinstance(value, list) else [(found, value)]:
            assert numpy.array_equal(one, other)
            assert not isinstance(one, numpy.ndarray) or one.flags.writeable
    assert all(isinstance(buffer, bytes) for buffer in streamed(payload).buffers)
    assert payload.size == streamed(payload).size


def test_an_array_that_could_not_be_written_to_cannot_be_written_to_afterwards() -> None:
    array = numpy.arange(SIZE)
    array.flags.writeable = False
    assert not load(dump(array, place=in_segment)).flags.writeable


def test_a_value_mapped_as_the_programs_own_is_written_in_place() -> None:
    segment = made()
    own = own_mappings.map_own(segment)
    own[:3] = b"abc"
    assert segments.mapped(segment)[:3] == b"abc"


def test_a_fork_does_not_see_what_the_program_writes_to_its_own_mappings() -> None:
    """Nor the program what the fork writes; both see what was written before."""
    array = load(dump(numpy.zeros(SIZE), place=in_segment), own=True)
    array[0] = 1
    there, back = os.pipe()
    child = os.fork()
    if not child:
        array[1] = 5
        os.write(back, bytes(array[:3].astype(numpy.uint8)))
        os._exit(0)
    assert os.read(there, 3) == b"\x01\x05\x00"
    os.waitpid(child, 0)
    array[2] = 7
    assert list(array[:3]) == [1, 0, 7]
    os.close(there)
    os.close(back)


def test_no_more_own_mappings_hold_descriptors_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(own_mappings, "MOST", len(own_mappings._alive) + 3)
    before = descriptors()
    mappings = [
        load(Payload(dump(numpy.ones(SIZE), place=in_segment).data, (made(b"\0" * SIZE * 8),)), own=True)
        for _ in range(9)
    ]
    assert descriptors() == before + 3
    del mappings
    assert descriptors() == before


def test_most_descriptors_are_left_to_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the limit large values travel as bytes, and are taken in as bytes."""
    payload = dump(numpy.arange(SIZE), place=in_segment)
    (segment,) = payload.buffers
    assert isinstance(segment, Segment)
    told = Payload(payload.data, (segment.extent,))
    monkeypatch.setattr(segments, "descriptor_limit", lambda: 0)
    assert isinstance(adopted(told).buffers[0], bytes) and load(adopted(told))[9] == 9
    assert isinstance(dump(numpy.arange(SIZE), place=in_segment).buffers[0], bytes)


def test_a_value_is_not_given_up_because_no_descriptor_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    segment = made()

    def exhausted(*_: object) -> int:
        raise OSError(errno.EMFILE, "no descriptor is left")

    with monkeypatch.context() as patched:
        patched.setattr("os.open", exhausted)
        payload = adopted(Payload(b"", (segment.extent,)))
    assert payload.buffers == (segment.extent,)
    assert isinstance(adopted(payload).buffers[0], Segment)
