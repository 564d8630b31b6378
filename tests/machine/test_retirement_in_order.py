"""Entries come to count in program order, through nested frames, whatever order they finish in."""

from __future__ import annotations

from idle_machines import begin_frame, idle_machine

from pydron_runtime.machine.order.entries import Entry, State
from pydron_runtime.machine.order.frames import Frame
from pydron_runtime.machine.order.retirement import retire


def entry(frame: Frame) -> Entry:
    """Something begun by a frame."""
    made = Entry(frame, frame.next_order(), 0)
    frame.queue.append(made)
    return made


def done(*entries: Entry) -> None:
    for finished in entries:
        finished.state = State.DONE
        if isinstance(finished, Frame):
            finished.finished = True


def test_nothing_counts_before_what_is_older() -> None:
    main = idle_machine().main
    first, second, third = entry(main), entry(main), entry(main)
    done(second, third)
    assert retire(main) is first
    assert len(main.queue) == 3
    done(first)
    assert retire(main) is None
    assert not main.queue


def test_a_frames_entries_count_where_the_frame_stands() -> None:
    main = idle_machine().main
    first = entry(main)
    frame = begin_frame(main)
    last = entry(main)
    inner = entry(frame)
    deeper = begin_frame(frame)
    innermost = entry(deeper)
    done(first, last)
    assert retire(main) is inner
    done(inner)
    assert retire(main) is innermost
    done(innermost)
    assert retire(main) is deeper
    done(deeper)
    assert retire(main) is frame
    done(frame)
    assert retire(main) is None


def test_a_finished_frame_with_open_entries_is_not_over() -> None:
    main = idle_machine().main
    frame = begin_frame(main)
    inner = entry(frame)
    done(frame)
    assert retire(main) is inner


def test_a_failed_entry_stays_at_the_front() -> None:
    main = idle_machine().main
    frame = begin_frame(main)
    good, bad = entry(frame), entry(frame)
    done(good, frame)
    bad.fail(ValueError("bad"))
    assert retire(main) is bad
    assert retire(main) is bad


def test_a_failed_frame_counts_after_its_entries() -> None:
    main = idle_machine().main
    frame = begin_frame(main)
    inner = entry(frame)
    frame.finished = True
    frame.fail(ValueError("frame"))
    assert retire(main) is inner
    done(inner)
    assert retire(main) is frame


def test_orders_compare_as_program_order() -> None:
    main = idle_machine().main
    first = entry(main)
    frame = begin_frame(main)
    last = entry(main)
    inner = [entry(frame) for _ in range(11)]
    deeper = entry(begin_frame(frame))
    orders = [first.order, frame.order, *(e.order for e in inner), deeper.order, last.order]
    assert orders == sorted(orders)
