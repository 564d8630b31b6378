"""Claims order operations on one object by program order, and on nothing else."""

from __future__ import annotations

from typing import Any

from idle_machines import begin_frame, idle_machine

from pydron_runtime.machine.order.claims import Claims, is_within, reachable, released
from pydron_runtime.machine.values.pending import Pending


def test_a_later_operation_waits_for_an_earlier_claim_on_its_object_only() -> None:
    main = idle_machine().main
    claims, mine, other = Claims(), [1], [2]
    frame = begin_frame(main)
    claims.claim(mine, frame)
    assert claims.writer_before(mine, main) is frame
    assert claims.writer_before(other, main) is None


def test_the_claiming_frame_and_what_it_begins_do_not_wait_for_it() -> None:
    main = idle_machine().main
    claims, mine = Claims(), [1]
    frame = begin_frame(main)
    claims.claim(mine, frame)
    child = begin_frame(frame)
    assert claims.writer_before(mine, frame) is None
    assert claims.writer_before(mine, child) is None
    assert is_within(child, frame) and not is_within(frame, child)


def test_an_operation_does_not_wait_for_a_claim_that_stands_later() -> None:
    main = idle_machine().main
    claims, mine = Claims(), [1]
    first, second = begin_frame(main), begin_frame(main)
    claims.claim(mine, second)
    assert claims.writer_before(mine, first) is None
    claims.claim(mine, first)
    assert claims.writer_before(mine, second) is first


def test_a_claim_ends_with_its_frame() -> None:
    main = idle_machine().main
    claims, mine = Claims(), [1]
    frame = begin_frame(main)
    claims.claim(mine, frame)
    frame.finished = True
    assert released(frame)
    assert claims.writer_before(mine, main) is None
    assert not claims.any_writer


def test_a_store_waits_for_an_earlier_reader_of_what_it_changes() -> None:
    main = idle_machine().main
    claims = Claims()
    inner: list[int] = [1]
    outer = {"k": (inner, [2])}
    frame = begin_frame(main)
    claims.announce((outer,), frame)
    assert claims.reader_before(inner, main) is frame
    assert claims.reader_before(outer, main) is frame
    assert claims.reader_before([1], main) is None
    assert claims.reader_before(inner, frame) is None


def test_what_a_reader_can_reach_is_looked_at_anew_after_a_store() -> None:
    main = idle_machine().main
    claims = Claims()
    added: list[int] = []
    outer: list[Any] = [1]
    frame = begin_frame(main)
    claims.announce((outer,), frame)
    assert claims.reader_before(added, main) is None
    outer.append(added)
    claims.stored(outer)
    assert claims.reader_before(added, main) is frame


def test_a_deep_look_finds_a_claim_at_any_depth() -> None:
    main = idle_machine().main
    claims = Claims()
    inner: list[int] = [1]
    frame = begin_frame(main)
    claims.claim(inner, frame)
    assert claims.claimed_inside([{"k": (inner,)}], main) is frame
    assert claims.claimed_inside([{"k": (1,)}], main) is None


def test_reach_goes_through_containers_objects_and_settled_placeholders() -> None:
    class Box:
        __slots__ = ("x",)
        x: object

    box, inner, loop = Box(), [1], []  # type: ignore[var-annotated]
    box.x = inner
    pending, missing = Pending(), Pending()
    pending.settle(box)
    loop += [loop, {"k": pending}, missing]
    reach = reachable((loop,))
    assert reach is not None and {id(loop), id(box), id(inner)} <= reach
