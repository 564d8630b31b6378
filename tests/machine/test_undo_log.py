"""Stores made after a place in program order are taken back, youngest first; all others stay."""

from __future__ import annotations

import functools

import pytest
from idle_machines import begin_frame, idle_machine

from pydron_runtime.machine.order.containers import Containers
from pydron_runtime.machine.order.frames import end_of
from pydron_runtime.machine.order.stores import restore_item, snapshot
from pydron_runtime.machine.order.undo import UndoLog


def test_only_stores_after_the_failure_are_taken_back_youngest_first() -> None:
    log = UndoLog(Containers())
    taken_back: list[tuple[int, ...]] = []
    for order in [(1,), (2,), (2, 5), (3,), (3, 1)]:
        log.do(order, functools.partial(functools.partial, taken_back.append, order), lambda: None)
    log.roll_back((2,))
    assert taken_back == [(3, 1), (3,), (2, 5)]
    assert len(log) == 2


def test_stores_of_a_retired_past_are_forgotten_when_the_log_grows() -> None:
    log = UndoLog(Containers())
    for number in range(20_000):
        log.do((number,), lambda: lambda: None, lambda: None)
        log.forget_before((number - 10,))
    assert len(log) < 10_000
    log.roll_back((19_995,))
    log.clear()
    assert len(log) == 0


def test_stores_that_were_set_aside_are_made_again_on_what_the_objects_are_then() -> None:
    """Code that runs in between sees the world as it was at its place, and what it does stays."""
    log, values, table = UndoLog(Containers()), [1], {"k": 1}
    log.do((1,), lambda: values.pop, lambda: values.append(2))
    log.do((3,), lambda: values.pop, lambda: values.append(4))
    log.do((4,), lambda: restore_item(table, "k"), lambda: table.__setitem__("k", 5))
    log.set_aside((2,))
    assert log.is_set_aside
    assert (values, table) == ([1, 2], {"k": 1})
    values.append(3)
    log.resume()
    assert (values, table) == ([1, 2, 3, 4], {"k": 5})
    log.roll_back((2,))
    assert (values, table) == ([1, 2, 3], {"k": 1})


def test_stores_that_only_their_frame_can_see_stay_once_they_are_forgotten() -> None:
    log, own, other = UndoLog(Containers()), [1], [1]
    log.do((2, 1), lambda: own.pop, lambda: own.append(2))
    log.do((3,), lambda: other.pop, lambda: other.append(2))
    log.forget_within((2,))
    own.append(3)  # by code that notes nothing
    log.set_aside((1,))
    assert (own, other) == ([1, 2, 3], [1])
    log.resume()
    assert (own, other) == ([1, 2, 3], [1, 2])


def test_a_store_that_has_failed_fails_quietly_when_it_is_made_again() -> None:
    """The failure was raised once, where the code stood; what it had done by then stays done."""
    log, values = UndoLog(Containers()), [1]

    def act() -> None:
        values.append(2)
        raise IndexError(2)

    with pytest.raises(IndexError):
        log.do((2,), lambda: snapshot(values), act)
    log.set_aside((1,))
    assert values == [1]
    log.resume()
    assert values == [1, 2]
    log.roll_back((1,))
    assert values == [1]


def test_a_failing_frame_keeps_what_it_stored_before() -> None:
    """The end of a frame lies after all that it began, and before what its parent began after it."""
    main = idle_machine().main
    frame = begin_frame(main)
    before = frame.here
    frame.next_order()
    after = frame.here
    later = main.here
    assert frame.order < before < end_of(frame) == after < later


def test_whole_objects_are_restored_in_place() -> None:
    values, mapping, elements, data = [1, 2], {"b": 1, "a": 2}, {1, 2}, bytearray(b"ab")
    restores = [snapshot(values), snapshot(mapping), snapshot(elements), snapshot(data)]
    values.clear()
    mapping.pop("b")
    mapping["b"] = 3
    elements.add(3)
    data.append(1)
    for restore in restores:
        restore()
    assert (values, list(mapping.items()), elements, data) == ([1, 2], [("b", 1), ("a", 2)], {1, 2}, bytearray(b"ab"))


def test_single_items_are_restored() -> None:
    values, mapping = [1, 2], {"k": 1}
    restores = [restore_item(values, -1), restore_item(mapping, "k"), restore_item(mapping, "new")]
    values[-1], mapping["k"], mapping["new"] = 9, 9, 9
    for restore in restores:
        restore()
    assert values == [1, 2] and mapping == {"k": 1}
