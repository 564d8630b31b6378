"""Which of a function's variables a node reads and binds by itself, without its sub-regions."""

from __future__ import annotations

import ast
import functools

from pydron.ir.fragment import Fragment
from pydron.ir.matching import pattern_parts
from pydron.ir.nodes import For, Graph, If, Input, Match, Node, Output, Region, Try, While, With, subregions, walk
from pydron.ir.syntax import all_nodes


def loaded(fragment: Fragment, variables: frozenset[str]) -> frozenset[str]:
    """The variables that a fragment's text reads."""
    return _names(fragment.text)[0] & variables


def bound(fragment: Fragment, variables: frozenset[str]) -> frozenset[str]:
    """The variables that a fragment's text binds."""
    return _names(fragment.text)[1] & variables


@functools.lru_cache(maxsize=2048)
def _names(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The names that a text reads, and those that it binds."""
    names = [node for node in all_nodes(Fragment(text).syntax()) if isinstance(node, ast.Name)]
    read = frozenset(node.id for node in names if isinstance(node.ctx, ast.Load))
    return read, frozenset(node.id for node in names if isinstance(node.ctx, ast.Store))


def fragments_of(node: Node) -> tuple[Fragment, ...]:
    """The pieces of text that a node itself evaluates."""
    match node:
        case If() | While():
            return (node.test,)
        case For():
            return (node.iterable, node.target)
        case Match():
            return (node.subject, *(case.pattern for case in node.cases), *_tests(node))
        case Try():
            return tuple(handler.type for handler in node.handlers if handler.type is not None)
        case With():
            return (node.manager,) if node.target is None else (node.manager, node.target)
        case Input():
            return ()
        case Output():
            return () if node.fragment is None else (node.fragment,)
        case _:
            return (node.fragment,)


def own_reads(node: Node, variables: frozenset[str]) -> frozenset[str]:
    """The variables that a node itself reads."""
    match node:
        case If() | While():
            return loaded(node.test, variables)
        case For():
            return loaded(node.iterable, variables)
        case Match():
            return pattern_reads(node, variables).union(*(loaded(part, variables) for part in _tests(node)))
        case Try():
            return frozenset().union(*(loaded(fragment, variables) for fragment in fragments_of(node)))
        case With():
            return loaded(node.manager, variables)
        case Input():
            return frozenset()
        case Output():
            return frozenset(node.reads) if node.fragment is not None else frozenset()
        case _:
            return frozenset(node.reads)


def pattern_reads(node: Match, variables: frozenset[str]) -> frozenset[str]:
    """The variables that a match reads to find its case, tests left out."""
    read = loaded(node.subject, variables).union(*(loaded(case.pattern, variables) for case in node.cases))
    # The placeholder in a pattern's fragment is no variable, even where the user has one of that name.
    valued = any(isinstance(part, ast.Name) and part.id == "_" for case in node.cases for part in pattern_parts(case))
    return read if valued else read - {"_"}


def _tests(node: Match) -> tuple[Fragment, ...]:
    return tuple(case.test for case in node.cases if case.test is not None)


def own_binds(node: Node, variables: frozenset[str]) -> frozenset[str]:
    """The variables that a node itself binds. That of an ``except`` clause is its body's: it is unbound after it."""
    match node:
        case For():
            return bound(node.target, variables)
        case Match():
            return frozenset(name for case in node.cases for name in case.captures)
        case With():
            return frozenset() if node.target is None else bound(node.target, variables)
        case If() | While() | Try() | Input() | Output():
            return frozenset()
        case _:
            return frozenset(node.binds)


def handed_on(node: If | For | While | Match | Try | With) -> frozenset[str]:
    """The variables that a control node binds, itself or in its regions, and that something after it may read.

    A loop's target, and what a pattern captures, stands among ``binds`` in any case. Whether it is read later shows in
    the regions that fall through: these hand it on.
    """
    match node:
        case For():
            falling: tuple[Region, ...] = (node.orelse,)
        case With():
            falling = (node.body,)
        case Match():
            falling = tuple(case.body for case in node.cases)
        case _:
            return frozenset(node.binds)
    ends = [frozenset(region.output.reads) for region in falling if region.output.exit == "next"]
    return frozenset(node.binds).intersection(frozenset().union(*ends) if ends else node.binds)


def exposed_handler_names(graph: Graph) -> frozenset[str]:
    """Variables of ``except`` clauses that something else reads or binds: there it matters that they are unbound."""
    variables = frozenset(graph.local_names) | frozenset(graph.temporaries)
    names = {handler.name for node in walk(graph.body) if isinstance(node, Try) for handler in node.handlers}
    outside = set(graph.body.input.binds) | set(graph.cell_names)
    _gather_outside(graph.body, variables, frozenset(), outside)
    return frozenset(names & outside)


def _gather_outside(region: Region, variables: frozenset[str], handled: frozenset[str], outside: set[str]) -> None:
    """Add what a region reads and binds, but for the variables of the clauses it stands in."""
    for node in region.nodes:
        outside |= (own_reads(node, variables) - handled) | own_binds(node, variables)
        within = {id(handler.body): frozenset({handler.name}) for handler in getattr(node, "handlers", ())}
        for _, inner in subregions(node):
            _gather_outside(inner, variables, handled | within.get(id(inner), frozenset()), outside)


def all_reads(region: Region, variables: frozenset[str]) -> frozenset[str]:
    """The variables read anywhere in a region."""
    return frozenset().union(*(own_reads(node, variables) for node in walk(region)))


def all_binds(region: Region, variables: frozenset[str]) -> frozenset[str]:
    """The variables bound anywhere in a region."""
    return frozenset().union(*(own_binds(node, variables) for node in walk(region)))
