"""Sessions find what is lost, doubled or silent."""

from __future__ import annotations

from pydron_runtime.cluster.sessions import Session

SECOND = 10**9


def session() -> Session:
    return Session(7, SECOND, 20 * SECOND, heard=0)


def test_messages_in_sequence_are_taken() -> None:
    one = session()
    assert [one.takes(7, number, 0) for number in (1, 2, 3)] == [None, None, None]


def test_a_gap_ends_the_session() -> None:
    one = session()
    one.takes(7, 1, 0)
    assert "lost" in (one.takes(7, 3, 0) or "")


def test_a_replayed_message_ends_the_session() -> None:
    one = session()
    one.takes(7, 1, 0)
    assert "twice" in (one.takes(7, 1, 0) or "")


def test_a_message_of_another_session_is_not_taken() -> None:
    one = session()
    assert one.takes(8, 1, 0) is not None
    assert one.received == 0


def test_silence_counts_from_the_last_message() -> None:
    one = session()
    one.takes(7, 1, 15 * SECOND)
    assert not one.silent(34 * SECOND)
    assert one.silent(36 * SECOND)


def test_beats_come_once_per_heartbeat() -> None:
    one = session()
    due = [one.beat_due(now * SECOND // 4) for now in range(4, 12)]
    assert due == [True, False, False, False, True, False, False, False]


def test_sent_messages_are_numbered_from_one() -> None:
    one = session()
    assert [one.next(), one.next()] == [1, 2]
