"""The cases of `data.py` and the branches of `fork_limit.py` as somebody would write them by hand for a peer.

Pools refuse calls within calls, so recursion is flattened: the pieces first, then one level of merges after the other.
Peers that have references are given those between the stages, so that no stage waits for all of the one before it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import data
import fork_limit
from peers import Peer

PIECES = 16
ENOUGH = 10.0
"""Seconds after which a case is not measured again."""


def either(turns: int, value: int) -> int:
    """What a result's parity asks for, decided where the call is made."""
    return fork_limit.longer(turns, value) if value % 2 else fork_limit.shorter(turns, value)


def parity(peer: Peer, inputs: list[tuple[int, int]]) -> Any:
    """Each item goes on by its own result."""
    values = peer.calls(fork_limit.start, [(item,) for item in inputs], keep=True)
    return peer.calls(either, [(turns, value) for (_, turns), value in zip(inputs, values, strict=True)])


def _reduced(peer: Peer, combine: Callable[..., Any], level: list[Any]) -> Any:
    while len(level) > 1:
        pairs = list(zip(level[::2], level[1::2], strict=True))
        level = peer.calls(combine, pairs, keep=len(pairs) > 1)
    return level[0]


def sort(peer: Peer, values: list[int]) -> Any:
    """A merge sort in pieces."""
    size = -(-len(values) // PIECES)
    pieces = [values[begin : begin + size] for begin in range(0, len(values), size)]
    pieces += [[]] * (PIECES - len(pieces))
    return _reduced(
        peer, data.merge, peer.calls(data.sort_piece, [(peer.share(piece),) for piece in pieces], keep=True)
    )


def fib(peer: Peer, n: int) -> Any:
    """The recursion, unfolded four levels deep."""
    level = [n]
    for _ in range(4):
        level = [smaller for number in level for smaller in ((number - 1, number - 2) if number > 1 else (number,))]
    return sum(peer.calls(data.fib, [(number,) for number in sorted(level, reverse=True)]))


def tree(peer: Peer, leaves: int, turns: int) -> Any:
    """A tree sum, one level after the other."""
    return _reduced(peer, data.add, peer.calls(data.leaf, [(number, turns) for number in range(leaves)], keep=True))


def readers(peer: Peer, array: Any) -> Any:
    """One array for all calls."""
    shared = peer.share(array)
    return peer.calls(data.read, [(shared, number) for number in range(16)])


def results(peer: Peer, length: int) -> Any:
    """Large results, which are changed afterwards; those that cannot be written to have to be copied."""
    made = [
        array if array.flags.writeable else array.copy()
        for array in peer.calls(data.make, [(number, length) for number in range(16)])
    ]
    for array in made:
        array += 1
    return made


def chains(peer: Peer, length: int) -> Any:
    """Chains of calls on large arrays."""
    arrays = peer.calls(data.make, [(number, length) for number in range(4)], keep=True)
    for step in (data.double, data.increase):
        arrays = peer.calls(step, [(array,) for array in arrays], keep=True)
    return peer.calls(data.total, [(array,) for array in arrays])


CASES: dict[str, Callable[..., Any]] = {
    "parity": parity,
    "nested_sort": sort,
    "scheduled_sort": sort,
    "nested_fib": fib,
    "tree": tree,
    "readers": readers,
    "results": results,
    "chains": chains,
}
"""By the name of the scheduled function."""


def seconds(name: str, peer: Peer, given: tuple[Any, ...], rounds: int) -> float:
    """What a case takes a peer: the best of some rounds."""
    best, spent = float("inf"), 0.0
    for _ in range(rounds):
        _, took = fork_limit.timed(lambda: CASES[name](peer, *given))
        best, spent = min(best, took), spent + took
        if spent > ENOUGH:
            break
    return best
