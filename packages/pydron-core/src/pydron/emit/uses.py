"""Where a generator expression that is lent is used up: the places that a traceback shows above its own."""

from __future__ import annotations

import ast

from pydron.frontend.lent import LAZY
from pydron.ir.fragment import Fragment
from pydron.ir.generators import makes_generator
from pydron.ir.nodes import Call, For, Graph, Host, Node, walk
from pydron.location import Span


def spans_of_use(graph: Graph, node: Call) -> list[Span]:
    """The place at which the frame above asks for elements, then, where that is a generator expression, those above it.

    Args:
        node: The call that makes the generator.
    """
    spans: list[Span] = []
    at: Node = node
    while True:
        user = _user_of(graph, at)
        match user:
            case None:
                return [*spans, at.span]
            case For():
                return [*spans, Span.of(user.iterable.expression())]
            case Call() if user.stream is not None:
                spans.append(user.span)
                if not makes_generator(user):
                    return [*spans, user.span]
            case Host():
                pass
            case Call() if user.callee.rpartition(".")[2] in LAZY:
                pass
            case _:
                return [*spans, user.span]
        at = user


def _user_of(graph: Graph, at: Node) -> Node | None:
    """The first node that reads what another one binds."""
    (name,) = at.binds[:1] or ("",)
    nodes = iter(walk(graph.body))
    for node in nodes:
        if node is at:
            break
    for node in nodes:
        if isinstance(node, For):
            if name in _names(node.iterable):
                return node
        elif isinstance(node, Call) and node.stream is not None:
            if name in _names(node.fragment):
                return node
        elif name in getattr(node, "reads", ()) and not hasattr(node, "body"):
            return node
    return None


def _names(fragment: Fragment) -> set[str]:
    return {part.id for statement in fragment.syntax() for part in ast.walk(statement) if isinstance(part, ast.Name)}
