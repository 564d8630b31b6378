"""Calls that receive the same large value share one mapping only where none of them can notice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pydron_runtime.data import segments
from pydron_runtime.data.extents import SHARED_FROM
from pydron_runtime.data.mapped_again import KEPT, RECENT, Mappings
from pydron_runtime.data.segments import Segment

pytestmark = pytest.mark.skipif(
    not segments.host() or not Path("/proc/self/pagemap").exists(), reason="there are no segments on this system"
)

SIZE = SHARED_FROM + 5


@pytest.fixture
def segment() -> Segment:
    made = segments.make(memoryview(b"x" * SIZE))
    assert made is not None
    return made


def test_a_mapping_that_was_only_read_is_used_again(segment: Segment) -> None:
    mappings = Mappings()
    first = mappings.mapped(segment.extent)
    assert first[:] == b"x" * SIZE
    known = id(first)
    del first
    assert id(mappings.mapped(segment.extent)) == known


def test_a_mapping_that_somebody_holds_is_not_used_again(segment: Segment) -> None:
    mappings = Mappings()
    held = mappings.mapped(segment.extent)
    other = mappings.mapped(segment.extent)
    other[0] = 1
    assert other is not held and held[:1] == b"x"
    view = memoryview(mappings.mapped(segment.extent))
    third = mappings.mapped(segment.extent)
    third[0] = 2
    assert view[0] == ord("x")


@pytest.mark.parametrize("place", [0, SIZE // 2, SIZE - 1])
@pytest.mark.parametrize("looked_at_before", [False, True])
def test_what_was_written_into_a_mapping_is_not_seen_in_the_next(
    segment: Segment, place: int, looked_at_before: bool
) -> None:
    mappings = Mappings()
    area = mappings.mapped(segment.extent)
    if looked_at_before:
        assert area[:] == b"x" * SIZE
    area[place] = 1
    del area
    assert mappings.mapped(segment.extent)[:] == b"x" * SIZE


def test_without_word_from_the_kernel_each_use_is_mapped_anew(
    segment: Segment, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> int:
        raise PermissionError

    mappings = Mappings()
    mappings.mapped(segment.extent)[0] = 1
    monkeypatch.setattr(os, "open", refused)
    assert mappings.mapped(segment.extent)[:1] == b"x"


def test_a_mapping_is_let_go_of_when_recent_calls_have_not_used_it(segment: Segment) -> None:
    mappings = Mappings()
    mappings.begin()
    mappings.mapped(segment.extent)
    for _ in range(RECENT):
        mappings.begin()
        assert len(mappings) == 1
    mappings.begin()
    assert not mappings


def test_a_mapping_is_let_go_of_when_no_call_comes(segment: Segment) -> None:
    now = 0.0
    mappings = Mappings(lambda: now)
    mappings.mapped(segment.extent)
    mappings.sweep()
    assert mappings
    now = KEPT * 2
    mappings.sweep()
    assert not mappings


def test_another_segment_has_a_mapping_of_its_own(segment: Segment) -> None:
    mappings = Mappings()
    mappings.mapped(segment.extent)
    other = segments.make(memoryview(b"y" * SIZE))
    assert other is not None
    assert mappings.mapped(other.extent)[:1] == b"y"
