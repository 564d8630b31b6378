"""Who is told what when a value goes from host to host, and what both hosts say to each other: pure parts."""

from __future__ import annotations

import random

import pytest

from pydron_runtime.cluster import events as came
from pydron_runtime.cluster import transfers
from pydron_runtime.cluster.membership import Membership
from pydron_runtime.cluster.messages import Collect, HandOver, Move, Moved, Ready
from pydron_runtime.cluster.moves import Moves
from pydron_runtime.cluster.pieces import PIECE
from pydron_runtime.cluster.settings import APART, WINDOW
from pydron_runtime.protocol.codec import ProtocolError

SECOND = 1_000_000_000


@pytest.fixture
def moves() -> Moves:
    """Program p1 has w1 and w3 on a, w2 on b; p2 has w1 on b."""
    membership = Membership()
    for host in ("a", "b"):
        membership.handle(came.HostJoined(1, host, host, 1, 2, 0, frozenset(), {}))
    for program in ("p1", "p2"):
        membership.handle(came.ProgramJoined(1, program, "laptop", 2, frozenset()))
        membership.handle(came.ProgramBeat(1, program, 4, 0))
    membership.handle(came.Asked(1, "p1", ("w1",)))
    membership.handle(came.Asked(1, "p1", ("w2",)))
    membership.handle(came.Asked(1, "p2", ("w1",)))
    assert [membership.host_of("p1", "w1"), membership.host_of("p1", "w2")] == ["a", "b"]
    made = Moves(membership)
    made.joined("a", "tcp://10.0.0.1:5", "key of a")
    made.joined("b", "tcp://10.0.0.2:6", "key of b")
    return made


WISH = Move("w1", "w2", 7, 1)
INNER = Move("p1/w1", "p1/w2", 7, 1)


def test_the_giving_host_hears_of_the_key_before_the_other_one_hears_of_the_ticket(moves: Moves) -> None:
    assert moves.take("program", "p1", WISH, 0) == ("a", HandOver(INNER, "key of b"))
    ready = Ready(INNER, b"ticket")
    assert moves.take("host", "a", ready, 0) == ("b", Collect(INNER, b"ticket", "tcp://10.0.0.1:5", "key of a"))
    assert moves.take("host", "b", Moved(INNER), 0) == ("p1", Moved(WISH))


def test_a_worker_that_is_not_lent_gives_and_gets_nothing(moves: Moves) -> None:
    told = moves.take("program", "p1", Move("w1", "w9", 7, 1), 0)
    assert told is not None and isinstance(told[1], Moved) and told[1].problem


def test_nobody_speaks_for_workers_of_others(moves: Moves) -> None:
    """Hosts of workers that they do not have, programs as if they were hosts, values of one program for another one."""
    assert moves.take("host", "b", Ready(INNER, b"ticket"), 0) is None
    assert moves.take("host", "a", Moved(INNER), 0) is None
    assert moves.take("program", "p1", Ready(INNER, b"ticket"), 0) is None
    assert moves.take("host", "a", WISH, 0) is None
    assert moves.take("host", "a", Ready(Move("p1/w1", "p2/w1", 7, 1), b"ticket"), 0) is None


def test_hosts_that_cannot_reach_each_other_are_left_alone_for_a_while(moves: Moves) -> None:
    moves.take("host", "b", Moved(INNER, "it cannot be reached", apart=True), 0)
    told = moves.take("program", "p1", WISH, SECOND)
    assert told is not None and isinstance(told[1], Moved) and "cannot reach" in told[1].problem
    assert moves.take("program", "p1", WISH, int(APART * SECOND) + 1) == ("a", HandOver(INNER, "key of b"))


def test_a_host_without_a_door_gives_nothing(moves: Moves) -> None:
    moves.joined("a", "", "key of a")
    told = moves.take("program", "p1", WISH, 0)
    assert told is not None and isinstance(told[1], Moved) and told[1].problem


@pytest.mark.parametrize("size", [0, 10, PIECE, 3 * PIECE + 5, 30 * PIECE])
def test_a_value_arrives_whole_and_never_more_than_was_granted_is_on_its_way(size: int) -> None:
    data = random.Random(size).randbytes(size)
    offer = transfers.offer(INNER, b"ticket", [b"head", data], 0)
    collection = transfers.Collection(Collect(INNER, b"ticket", "", ""), 0)
    on_its_way = list(offer.granted(collection.first_grant().pieces, 0))
    assert isinstance(on_its_way[0][0], transfers.Begin)
    whole = None
    while whole is None:
        pieces = [one for one in on_its_way if isinstance(one[0], transfers.Piece)]
        assert len(pieces) <= WINDOW
        word, frames = on_its_way.pop(0)
        word = transfers.decode([transfers.encode(word)])
        if isinstance(word, transfers.Piece):
            whole = collection.take(word, frames, 0)
            if whole is None:
                on_its_way += offer.granted(1, 0)
    assert list(whole) == [b"head", data] and not on_its_way


@pytest.mark.parametrize("frames", [[], [b""], [b"\xc1"], [b"\x93\xa4take\x01\x02"]])
def test_what_hosts_do_not_say_is_not_taken_for_something(frames: list[bytes]) -> None:
    with pytest.raises(ProtocolError):
        transfers.decode(frames)
