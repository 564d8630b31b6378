"""Names of methods by which the builtin containers are modified."""

from __future__ import annotations

from typing import Final

MUTATING_METHODS: Final = frozenset(
    # list, bytearray, collections.deque
    "append extend insert pop remove clear sort reverse appendleft extendleft popleft rotate "
    # dict, collections.OrderedDict, collections.Counter
    "popitem setdefault update move_to_end subtract "
    # set
    "add discard difference_update intersection_update symmetric_difference_update".split()
)
"""A call ``receiver.name(...)`` with such a name is a ``Store``. What the receiver is shows only when it runs."""
