"""Plans how a control node becomes a function of its own, so that it may be deferred as a whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydron.emit.facts import Facts, facts_of
from pydron.ir.names import all_binds, handed_on, loaded
from pydron.ir.nodes import For, If, Match, Region, Store, Try, While, With, walk

if TYPE_CHECKING:
    from pydron.emit.regions import Regions

Names = frozenset[str]
Deferred = If | For | While | Match | Try | With


@dataclass(frozen=True, slots=True)
class Deferrable:
    """A control node that was emitted as a function of its own.

    Attributes:
        function: Name of the emitted function; it takes the frame, the test (for a choice) and the captures.
        kind: "if" waits for its test before it begins; "loop" begins at once.
        node: Id of the node.
        captures: Variables it receives.
        results: Variables it returns, in order.
        doubtful: Captures that may be unbound, in which case it is not to be deferred.
        swallowed: Captures that may be unbound as well, which matters only if a manager swallows a failure.
        facts: What decides whether it may be deferred.
    """

    function: str
    kind: str
    node: int
    captures: tuple[str, ...]
    results: tuple[str, ...]
    facts: Facts
    doubtful: tuple[str, ...] = ()
    swallowed: tuple[str, ...] = ()


def plan_of(regions: Regions, node: Deferred, assigned: Names, kind: str) -> Deferrable | None:
    """How a control node becomes a function of its own; None where it has to stay in line."""
    inside = Region((node,))
    handled = {handler.name for part in walk(inside) if isinstance(part, Try) for handler in part.handlers}
    if regions.guarded.strict or handled & regions.assignment.unstable:
        return None
    bound = all_binds(inside, regions.variables)
    needs = regions.assignment.needs_of(node, frozenset())
    if isinstance(node, If):
        needs = regions.assignment.needs(node.then)[0] | regions.assignment.needs(node.orelse)[0]
    if isinstance(node, Match):
        needs -= loaded(node.subject, regions.variables)
    read_later = bound & handed_on(node)
    after = regions.assignment.after(node, needs)
    captures = needs | (read_later - after)
    if captures & regions.staying.shared:
        return None  # a nested function that the region calls may bind them anew
    if regions.sink and any(isinstance(inner, Store) and inner.root == regions.sink for inner in walk(inside)):
        return None  # a generator hands its elements on itself
    unbound = captures - assigned
    if isinstance(node, (Try, With)) and not unbound & needs:
        pass  # what may be unbound is only handed on
    elif unbound:
        return None
    if (bound & regions.cells) or regions.assignment.unstable & (captures | bound):
        return None
    facts = facts_of(Region((node,)), regions.graph, captures)
    if not facts.closed:
        return None
    function = regions.sites.fresh("region")
    regions.assignment.trusting = True
    certain = regions.assignment.after(node, needs)
    regions.assignment.trusting = False
    return Deferrable(
        function,
        kind,
        node.id,
        tuple(sorted(captures)),
        tuple(sorted(read_later)),
        facts,
        tuple(sorted(unbound - certain)),
        tuple(sorted(unbound & certain)),
    )
