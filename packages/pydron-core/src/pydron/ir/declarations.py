"""Which names a function made from a graph has to declare ``global`` or ``nonlocal``."""

from __future__ import annotations

from pydron.ir.nodes import Graph, Native, walk
from pydron.ir.variables import variables_of


def declarations(graph: Graph) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Names that the function has to declare ``global``, and ``nonlocal``, because statements taken whole bind them.

    A graph does not hold such declarations: they follow from whose the names are.
    """
    own = {*graph.local_names, *graph.temporaries}
    bound: dict[str, None] = {}
    for node in walk(graph.body):
        if isinstance(node, Native):
            bound.update(variables_of(node.fragment.statements()).binds)
    foreign = [name for name in bound if name not in own]
    enclosing = set(graph.free_names)
    return (
        tuple(name for name in foreign if name not in enclosing),
        tuple(name for name in foreign if name in enclosing),
    )
