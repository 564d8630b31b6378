"""Moves: values that go from host to host. Who may give what to whom, and who is told. Pure: messages in, messages out.

A program wishes that a value goes from one of its workers to another. The host of the first is told which key will come
for it, and says when it is ready; then the host of the second is told where to get it, and with which ticket. Values
themselves do not come by here, and nothing is told to hosts about workers of different programs.
"""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from pydron_runtime.cluster.membership import Membership, lease_of, parts_of
from pydron_runtime.cluster.messages import Collect, HandOver, Move, Moved, Ready
from pydron_runtime.cluster.settings import APART

SECOND = 1_000_000_000

Told = tuple[str, HandOver | Collect | Moved]
"""Name of a host or program, and what it is to be told."""


@dataclass(frozen=True, slots=True)
class _Door:
    """Where a host gives values, and the key that it has for that."""

    endpoint: str
    key: str


class Moves:
    """Arranges moves between the hosts of a membership."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self._doors: dict[str, _Door] = {}
        self._apart: dict[tuple[str, str], int] = {}

    def joined(self, host: str, endpoint: str, key: str) -> None:
        """A host takes part."""
        self._doors[host] = _Door(endpoint, key)

    def left(self, host: str) -> None:
        """A host is gone."""
        self._doors.pop(host, None)
        self._apart = {pair: until for pair, until in self._apart.items() if host not in pair}

    def take(self, role: str, identity: str, message: Move | Ready | Moved, now: int) -> Told | None:
        """Somebody says something about a move. Who is to be told what; None if it means nothing (any more)."""
        if isinstance(message, Move):
            return self.wished(identity, message, now) if role == "program" else None
        if role != "host":
            return None
        return self.ready(identity, message) if isinstance(message, Ready) else self.moved(identity, message, now)

    def wished(self, program: str, wish: Move, now: int) -> Told:
        """A program wants a value to go from worker to worker."""
        source = self._membership.host_of(program, wish.source)
        target = self._membership.host_of(program, wish.target)
        if source is None or target is None:
            return program, Moved(wish, "a worker is gone")
        leases = lease_of(program, wish.source), lease_of(program, wish.target)
        inner = msgspec.structs.replace(wish, source=leases[0], target=leases[1])
        if source == target:
            return source, HandOver(inner, "")
        door = self._doors[source]
        if not door.endpoint or not self._doors[target].key:
            return program, Moved(wish, "one of the hosts gives no values to others")
        if self._apart.get((source, target), 0) > now:
            return program, Moved(wish, "one of the hosts cannot reach the other")
        return source, HandOver(inner, self._doors[target].key)

    def ready(self, host: str, ready: Ready) -> Told | None:
        """A host has a value ready. None if that means nothing (any more)."""
        wish = ready.wish
        program, worker = parts_of(wish.target)
        if self._membership.program_of(host, wish.source) != program or parts_of(wish.source)[0] != program:
            return None
        target = self._membership.host_of(program, worker)
        if target is None or ready.problem:
            return program, Moved(_for_the_program(wish), ready.problem or "the worker is gone")
        door = self._doors[host]
        return target, Collect(wish, ready.ticket, door.endpoint, door.key)

    def moved(self, host: str, moved: Moved, now: int) -> Told | None:
        """A host has given a value to its worker, or has failed to. None if that means nothing (any more)."""
        wish = moved.wish
        program = parts_of(wish.target)[0]
        if self._membership.program_of(host, wish.target) != program:
            return None
        source = self._membership.host_of(program, parts_of(wish.source)[1])
        if moved.apart and source is not None:
            self._apart[source, host] = now + int(APART * SECOND)
        return program, Moved(_for_the_program(wish), moved.problem)


def _for_the_program(wish: Move) -> Move:
    return msgspec.structs.replace(wish, source=parts_of(wish.source)[1], target=parts_of(wish.target)[1])
