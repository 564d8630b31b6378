"""The variables of the function that is being lowered, and the names invented for it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from pydron.frontend.scopes import FunctionLike, Usage, bound_without_name, parameters_of


@dataclass(slots=True)
class Names:
    """What the front end knows about the names in a function.

    Attributes:
        parameters: In the order of ``co_varnames``.
        local: All local variables, parameters first.
        free: Variables of enclosing functions.
        cells: Local variables that nested code captures.
        walrus: Variables bound inside of expressions.
        containers: Local variables that hold a builtin container whenever they hold something.
        shadowed: Builtin names that mean something else in the function's module.
        texts: Temporaries that hold a part of an f-string.
        temporaries: Invented names, in the order of their invention.
    """

    parameters: tuple[str, ...]
    local: tuple[str, ...]
    free: tuple[str, ...]
    cells: set[str]
    walrus: set[str]
    containers: set[str]
    prefix: str
    shadowed: frozenset[str] = frozenset()
    texts: set[str] = field(default_factory=set)
    known: set[str] = field(default_factory=set)
    temporaries: dict[str, None] = field(default_factory=dict)

    def temporary(self, hint: str = "") -> str:
        """A new name. ``hint`` is the user's variable it stands for."""
        name = f"{self.prefix}{len(self.temporaries) + 1}" + (f"_{hint}" if hint else "")
        self.temporaries[name] = None
        self.known.add(name)
        return name

    def known_only(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those that belong to the function, each once, in order."""
        return tuple(dict.fromkeys(name for name in names if name in self.known))


def names_of(
    function: FunctionLike,
    local: tuple[str, ...],
    usage: Usage,
    free: Iterable[str],
    cells: set[str],
    nodes: list[ast.AST],
    shadowed: Iterable[str],
) -> Names:
    """The names of a function.

    Args:
        local: Its local variables.
        usage: What its body uses.
        free: ``co_freevars``.
        cells: Names that nested code captures, whosever they are.
        nodes: All syntax nodes of the function.
        shadowed: Builtin names that its module binds.
    """
    free_names = tuple(free)
    texts = {node.id for node in nodes if isinstance(node, ast.Name)}
    texts.update((*local, *free_names, *usage.binds, *usage.captures, *usage.globals))
    walrus = {node.target.id for node in nodes if isinstance(node, ast.NamedExpr)}
    return Names(
        parameters=parameters_of(function.args),
        local=local,
        free=free_names,
        cells={name for name in local if name in cells},
        walrus=walrus,
        containers=_containers(set(local) - set(parameters_of(function.args)), nodes),
        prefix=_prefix(texts),
        shadowed=frozenset((*shadowed, *local, *free_names)),
        known={*local, *free_names},
    )


def _prefix(texts: set[str]) -> str:
    """Underscores such that prefix and number never give a name of the function."""
    prefix = "_"
    while any(text.startswith(prefix) and text[len(prefix) :][:1].isdigit() for text in texts):
        prefix += "_"
    return prefix


_DISPLAYS = (ast.List, ast.Set, ast.Dict, ast.ListComp, ast.SetComp, ast.DictComp)


def _containers(own: set[str], nodes: list[ast.AST]) -> set[str]:
    """Names of which each binding is the assignment of a display or a comprehension."""
    displayed: dict[str, int] = {}
    stored: dict[str, int] = {}
    for node in nodes:
        targets: list[ast.expr] = []
        match node:
            case ast.Name() if not isinstance(node.ctx, ast.Load):
                stored[node.id] = stored.get(node.id, 0) + 1
            case ast.Assign() if isinstance(node.value, _DISPLAYS):
                targets = node.targets
            case ast.AnnAssign() if isinstance(node.value, _DISPLAYS):
                targets = [node.target]
            case _:
                for name in bound_without_name(node):
                    stored[name] = stored.get(name, 0) + 1
        for target in targets:
            if isinstance(target, ast.Name):
                displayed[target.id] = displayed.get(target.id, 0) + 1
    return {name for name, count in displayed.items() if name in own and stored.get(name) == count}
