"""The window counts what has begun and does not count yet."""

from __future__ import annotations

from pydron_runtime.machine.order.window import Window


def test_the_window_is_full_by_number_or_by_size() -> None:
    window = Window(entries=2, bytes_=100)
    states = []
    for began, retired in [(1, None), (1, None), (None, 1), (500, None), (None, 1), (None, 500)]:
        if began is not None:
            window.began(began)
        if retired is not None:
            window.retired(retired)
        states.append((window.entries, window.bytes, window.full))
    assert states == [(1, 1, False), (2, 2, True), (1, 1, False), (2, 501, True), (1, 500, True), (0, 0, False)]


def test_a_program_that_had_to_stop_goes_on_when_there_is_room_for_more_than_one() -> None:
    window = Window(entries=8, bytes_=800)
    for _ in range(8):
        window.began(100)
    room = []
    for _ in range(3):
        room.append((window.full, window.has_room))
        window.retired(100)
    assert room == [(True, False), (False, False), (False, True)]
