"""Stores made after a place in program order are taken back, youngest first; all others stay."""

from __future__ import annotations

from idle_machines import begin_frame, idle_machine

from pydron_runtime.machine.frames import end_of
from pydron_runtime.machine.stores import restore_item, snapshot
from pydron_runtime.machine.undo import UndoLog


def test_only_stores_after_the_failure_are_taken_back_youngest_first() -> None:
    log, taken_back = UndoLog(), []
    for order in [(1,), (2,), (2, 5), (3,), (3, 1)]:
        log.add(order, lambda order=order: taken_back.append(order))  # type: ignore[misc]
    log.roll_back((2,))
    assert taken_back == [(3, 1), (3,), (2, 5)]
    assert len(log) == 2


def test_stores_of_a_retired_past_are_forgotten_when_the_log_grows() -> None:
    log = UndoLog()
    for number in range(20_000):
        log.add((number,), lambda: None)
        log.forget_before((number - 10,))
    assert len(log) < 10_000
    log.roll_back((19_995,))
    log.clear()
    assert len(log) == 0


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
