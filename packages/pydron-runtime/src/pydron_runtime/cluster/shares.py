"""Shares: how many workers each program may have. Max-min: nobody gets more while somebody who wants more has less."""

from __future__ import annotations

from collections.abc import Sequence


def fair(slots: int, demands: Sequence[int]) -> list[int]:
    """Divide slots among demands. What does not divide evenly goes to those who stand first.

    Never gives more than is demanded, and leaves a slot over only if every demand is met.
    """
    given = [0] * len(demands)
    open_ = [place for place, demand in enumerate(demands) if demand > 0]
    while slots > 0 and open_:
        each, rest = divmod(slots, len(open_))
        if not each:
            for place in open_[:rest]:
                given[place] += 1
            break
        for place in open_:
            more = min(each, demands[place] - given[place])
            given[place] += more
            slots -= more
        open_ = [place for place in open_ if given[place] < demands[place]]
    return given


def shares(slots: int, demands: Sequence[int]) -> list[int]:
    """Divide all slots: first by demand, and what nobody needs now in equal parts, so that nobody has to ask first."""
    needed = fair(slots, demands)
    spare = fair(slots - sum(needed), [slots] * len(demands))
    return [need + more for need, more in zip(needed, spare)]
