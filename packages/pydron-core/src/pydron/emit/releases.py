"""Where temporaries let go of their values: plain Python drops an intermediate value once it has been used.

Files are closed then, and generators; objects with a ``__del__`` run it. In ``open(path, "w").write(text)`` the file is
written when the statement is over, although the emitted function, which has a variable for it, goes on.

    _1 = open(path, "w")
    _1.write(text)          # its last use
    _1 = None

A temporary is released in the innermost region that has all its uses. One that nested code reads, too, is kept.
"""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Mapping

from pydron.emit.builder import PREFIX, place, target_of
from pydron.emit.names import all_reads, own_binds, own_reads
from pydron.ir.nodes import For, Graph, Node, Output, Region, subregions, walk

Releases = Mapping[int, tuple[str, ...]]
"""Id of a node -> the temporaries that are not used after it."""


def releases_of(graph: Graph) -> Releases:
    """Where the temporaries of a function are released."""
    temporaries = frozenset(graph.temporaries) - frozenset(graph.cell_names)
    uses = {
        node.id: (own_reads(node, temporaries) | own_binds(node, temporaries)) & temporaries
        for node in walk(graph.body)
    }
    everywhere = Counter(name for names in uses.values() for name in names)
    releases: dict[int, tuple[str, ...]] = {}
    _gather(graph.body, uses, everywhere, releases)
    return releases


def release(names: Iterable[str], at: ast.stmt | ast.expr) -> ast.stmt:
    """``_1 = _2 = None``."""
    return place(ast.Assign([target_of(name) for name in names], ast.Constant(None)), at)


def used_up(node: For, iterable: ast.expr | None, releases: Releases) -> list[ast.stmt]:
    """What a loop does when it has begun: from then on only its iterator has what it goes through.

    Args:
        iterable: What it goes through, emitted.
    """
    at = node.iterable.expression()
    names = {part.id for part in (iterable, at) if isinstance(part, ast.Name)}
    own = {name for name in names if name.startswith(PREFIX) or name in releases.get(node.id, ())}
    own -= all_reads(node.body, frozenset(own))
    return [release(sorted(own), at)] if own else []


def _gather(
    region: Region,
    uses: Mapping[int, frozenset[str]],
    everywhere: Mapping[str, int],
    releases: dict[int, tuple[str, ...]],
) -> Counter[str]:
    """Note the releases in a region. Gives how often the temporaries are used in it that are used outside as well."""
    found: Counter[str] = Counter()
    last: dict[str, Node] = {}
    for node in region.nodes:
        own = Counter(uses[node.id])
        for _, inner in subregions(node):
            own += _gather(inner, uses, everywhere, releases)
        found += own
        last.update(dict.fromkeys(own, node))
    complete = [name for name in found if found[name] == everywhere[name]]
    for name in complete:
        del found[name]
        if not isinstance(last[name], Output):
            releases[last[name].id] = (*releases.get(last[name].id, ()), name)
    return found
