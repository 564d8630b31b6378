"""Rules about a graph as a whole: its numbering, its boundaries, its names, and how control leaves regions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from pydron.ir.nodes import (
    For,
    Graph,
    Input,
    Match,
    Native,
    Node,
    Output,
    Region,
    Try,
    While,
    With,
    subregions,
    walk,
)

Problem = tuple[int | None, str]
Rule = Callable[[Graph], Iterator[Problem]]


def ids_grow_in_program_order(graph: Graph) -> Iterator[Problem]:
    """Ids are unique and grow in program order, sub-regions before what follows their node."""
    for before, after in pairwise(walk(graph.body)):
        if after.id <= before.id:
            yield after.id, f"its id does not follow that of the node before it ({before.id})"


def regions_have_boundaries(graph: Graph) -> Iterator[Problem]:
    """A region begins with its only Input and ends with its only Output."""
    for region in _regions(graph.body):
        if not region.nodes:
            yield None, "a region is empty; it needs an Input and an Output"
            continue
        first, last = region.nodes[0], region.nodes[-1]
        if not isinstance(first, Input):
            yield first.id, "a region must begin with an Input"
        if not isinstance(last, Output):
            yield last.id, "a region must end with an Output"
        for node in region.nodes:
            if isinstance(node, Input) and node is not first or isinstance(node, Output) and node is not last:
                yield node.id, "stands inside of a region; only a region's boundary may be of this kind"


def boundaries_bind_or_read(graph: Graph) -> Iterator[Problem]:
    """An Input only binds, an Output only reads."""
    for node in walk(graph.body):
        if isinstance(node, Input) and node.reads:
            yield node.id, "an Input reads nothing"
        if isinstance(node, Output) and node.binds:
            yield node.id, "an Output binds nothing"


def names_belong_to_the_function(graph: Graph) -> Iterator[Problem]:
    """What nodes read and bind are variables of the function, of enclosing functions, or temporaries."""
    known = _variables(graph) | set(graph.temporaries)
    for node in walk(graph.body):
        for name in dict.fromkeys((*node.reads, *node.binds)):
            if name not in known:
                yield node.id, f"{name!r} is no variable of the function and no temporary"
        if len(set(node.reads)) < len(node.reads) or len(set(node.binds)) < len(node.binds):
            yield node.id, "lists a name twice"


def temporaries_are_new(graph: Graph) -> Iterator[Problem]:
    """No temporary has the name of a variable, and none is listed twice."""
    for name in graph.temporaries:
        if name in _variables(graph):
            yield None, f"the temporary {name!r} has the name of a variable"
    if len(set(graph.temporaries)) < len(graph.temporaries):
        yield None, "a temporary is listed twice"


def captured_names_are_listed(graph: Graph) -> Iterator[Problem]:
    """Captured variables are local; variables of enclosing functions are not."""
    for name in graph.cell_names:
        if name not in graph.local_names and name not in graph.temporaries:
            yield None, f"the captured variable {name!r} is not local"
    for name in graph.free_names:
        if name in graph.local_names:
            yield None, f"{name!r} is both local and of an enclosing function"


def reads_are_bound(graph: Graph) -> Iterator[Problem]:
    """A temporary is bound before it is read; a region receives only what its surroundings have."""
    yield from _check_bound(graph.body, set(graph.temporaries), set(), set())


def _check_bound(region: Region, temporaries: set[str], outside: set[str], received: set[str]) -> Iterator[Problem]:
    """``outside``: temporaries bound around this region; ``received``: further ones its node supplies."""
    bound: set[str] = set()
    for node in region.nodes:
        if isinstance(node, Input):
            for name in (set(node.binds) & temporaries) - outside - received:
                yield node.id, f"receives the temporary {name!r}, which is not bound around it"
        for name in dict.fromkeys(node.reads):
            if name in temporaries and name not in bound:
                yield node.id, f"reads the temporary {name!r}, which is not bound before it in its region"
        # A loop hands its own temporaries from one iteration, and from its header, to the next region; the body of
        # a ``try`` hands its own to the regions that follow.
        inner_binds = {name for part in _inner(node) for name in part.binds}
        loops = inner_binds | set(node.binds) if isinstance(node, (For, Match, While, Try, With)) else set()
        for _, inner in subregions(node):
            yield from _check_bound(inner, temporaries, bound, loops)
        bound.update(node.binds)


def _inner(node: Node) -> Iterator[Node]:
    for _, region in subregions(node):
        yield from walk(region)


def exits_fit(graph: Graph) -> Iterator[Problem]:
    """``break`` and ``continue`` stand in a loop; a loop's header falls through."""
    yield from _check_exits(graph.body, in_loop=False)


def _check_exits(region: Region, in_loop: bool) -> Iterator[Problem]:
    for node in region.nodes:
        exits = (node.exit,) if isinstance(node, Output) else node.exits if isinstance(node, Native) else ()
        for exit in exits:
            if exit in ("break", "continue") and not in_loop:
                yield node.id, f"{exit!r} outside of a loop"
        repeated = isinstance(node, (For, While))
        for name, inner in subregions(node):
            if name != "header":
                yield from _check_exits(inner, in_loop or repeated and name == "body")
        if isinstance(node, While):
            yield from _check_falls_through(node.header, "the header of a loop")
        if isinstance(node, Match):
            for case in node.cases:
                yield from _check_falls_through(case.guard, "the guard of a case")


def _check_falls_through(region: Region, what: str) -> Iterator[Problem]:
    last = region.nodes[-1] if region.nodes else None
    if isinstance(last, Output) and last.exit != "next":
        yield last.id, f"{what} must fall through to its test"


def functions_end_by_leaving(graph: Graph) -> Iterator[Problem]:
    """The body of a function ends in ``return``, ``raise`` or by reaching its end."""
    last = graph.body.nodes[-1] if graph.body.nodes else None
    if isinstance(last, Output) and last.exit in ("break", "continue"):
        yield last.id, f"a function cannot end in {last.exit!r}"


def _variables(graph: Graph) -> set[str]:
    return {*graph.local_names, *graph.free_names}


def _regions(region: Region) -> Iterator[Region]:
    yield region
    for node in region.nodes:
        for _, inner in subregions(node):
            yield from _regions(inner)


GRAPH_RULES: tuple[Rule, ...] = (
    ids_grow_in_program_order,
    regions_have_boundaries,
    boundaries_bind_or_read,
    names_belong_to_the_function,
    temporaries_are_new,
    captured_names_are_listed,
    reads_are_bound,
    exits_fit,
    functions_end_by_leaving,
)
