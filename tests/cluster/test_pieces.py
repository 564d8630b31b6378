"""Large messages in pieces: what goes in comes out, and what does not fit together is refused."""

from __future__ import annotations

import random

import pytest

from pydron_runtime.cluster.pieces import PIECE, Joining, cut
from pydron_runtime.protocol.codec import ProtocolError

LIMIT = 10**9


@pytest.mark.parametrize("seed", range(20))
def test_what_is_cut_is_joined_again(seed: int) -> None:
    """Whatever the sizes of its frames, empty ones included; and no piece is larger than it may be."""
    chance = random.Random(seed)
    sizes = [chance.choice([0, 1, 100, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE]) for _ in range(chance.randrange(1, 6))]
    frames = [chance.randbytes(size) for size in sizes]
    joining = Joining(LIMIT)
    whole = None
    for head, more, piece in cut(frames):
        assert whole is None, "there were pieces after the last one"
        assert sum(map(len, piece)) <= PIECE
        whole = joining.add(head, more, piece)
        assert (whole is None) == more
    assert whole == frames


def test_small_messages_are_not_touched() -> None:
    frames = [b"a", b"b"]
    ((sizes, more, piece),) = cut(frames)
    assert (sizes, more, piece) == ((), False, frames)


def test_messages_follow_one_another() -> None:
    joining = Joining(LIMIT)
    for size in (2 * PIECE, 10, 2 * PIECE):
        for head, more, piece in cut([b"x" * size]):
            whole = joining.add(head, more, piece)
        assert whole == [b"x" * size]


@pytest.mark.parametrize(
    "pieces",
    [
        [((10,), True, [b"x" * 11])],
        [((10,), True, [b"x" * 10])],
        [((10,), False, [b"x" * 9])],
        [((10,), True, [b"x"]), ((10,), True, [b"x"])],
        [((-5, 10), True, [b"x"])],
        [((), True, [b"x"])],
        [((LIMIT, 1), True, [b"x"])],
    ],
    ids=["too much", "more to come of nothing", "too little", "begins twice", "negative", "no sizes", "too large"],
)
def test_what_does_not_fit_is_refused(pieces: list[tuple[tuple[int, ...], bool, list[bytes]]]) -> None:
    joining = Joining(LIMIT)
    with pytest.raises(ProtocolError):
        for piece in pieces:
            joining.add(*piece)
