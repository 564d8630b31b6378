"""Versions: memory that has not changed is written once; memory that has is never taken for what it was."""

from __future__ import annotations

import pytest

from pydron_runtime.data import segments
from pydron_runtime.data.payload import dump, load
from pydron_runtime.data.segments import Segment
from pydron_runtime.data.versions import Versions

numpy = pytest.importorskip("numpy")

pytestmark = pytest.mark.skipif(not segments.host(), reason="there are no segments on this system")

SIZE = 100_000


class Clock:
    """A moment that the test moves on."""

    def __init__(self) -> None:
        self.moment = 0

    def __call__(self) -> int:
        return self.moment


def placed(versions: Versions, value: object) -> Segment:
    (buffer,) = dump(value, place=versions.place).buffers
    assert isinstance(buffer, Segment)
    return buffer


def test_the_same_memory_at_the_same_moment_is_written_once() -> None:
    versions = Versions(Clock())
    array = numpy.ones(SIZE)
    assert placed(versions, array) is placed(versions, array) is placed(versions, (1, [array])[1][0])
    assert versions.saved == 2 * array.nbytes


def test_equal_memory_at_another_moment_is_written_once() -> None:
    clock = Clock()
    versions = Versions(clock)
    array = numpy.ones(SIZE)
    first = placed(versions, array)
    clock.moment += 1
    assert placed(versions, array) is first


@pytest.mark.parametrize("place", [0, SIZE // 2, SIZE - 1])
def test_changed_memory_at_another_moment_is_a_new_version(place: int) -> None:
    clock = Clock()
    versions = Versions(clock)
    array = numpy.ones(SIZE)
    first = placed(versions, array)
    array[place] = 7
    clock.moment += 1
    second = dump(array, place=versions.place)
    assert second.buffers[0] is not first
    assert load(second)[place] == 7 and bytes(segments.mapped(first))[:8] == numpy.ones(1).tobytes()


def test_new_arrays_in_the_place_of_old_ones_are_new_versions() -> None:
    """The allocator gives out the same address again and again."""
    versions = Versions(Clock())
    kept = []
    for number in range(5):
        array = numpy.full(SIZE, float(number))
        kept.append(dump(array, place=versions.place))
        del array
    assert [load(payload)[-1] for payload in kept] == [0, 1, 2, 3, 4]


def test_views_are_known_by_their_place_and_length() -> None:
    versions = Versions(Clock())
    array = numpy.arange(4 * SIZE)
    assert placed(versions, array[:SIZE]) is placed(versions, array[:SIZE])
    assert placed(versions, array[SIZE:]) is not placed(versions, array[:SIZE])
    turned = numpy.asfortranarray(numpy.arange(6 * SIZE).reshape(6, SIZE))
    assert placed(versions, turned) is placed(versions, turned)
    assert numpy.array_equal(load(dump(turned, place=versions.place)), turned)


def test_memory_that_others_may_write_to_is_never_taken_as_unchanged() -> None:
    versions = Versions(Clock())
    memory = bytearray(8 * SIZE)
    array = numpy.frombuffer(memory)
    first = placed(versions, array)
    memory[0] = 1
    assert placed(versions, array) is not first


def test_no_segment_is_kept_for_an_array_that_is_gone() -> None:
    versions = Versions(Clock())
    before = segments.live_bytes()
    array = numpy.ones(SIZE)
    placed(versions, array)
    assert segments.live_bytes() == before, "nobody refers to what was passed once"
    first = placed(versions, array)
    assert placed(versions, array) is first
    del first
    assert segments.live_bytes() == before + array.nbytes, "what was passed twice may be passed again"
    del array
    assert segments.live_bytes() == before
