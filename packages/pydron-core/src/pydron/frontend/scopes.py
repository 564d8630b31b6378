"""Which names a piece of syntax reads, binds and captures, by Python's scoping rules.

Nested functions, classes, lambdas and generator expressions keep the variables they *capture*: they may look at
them at any later time. A comprehension runs where it stands, so what it uses is merely read.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from pydron.ir.syntax import children

FunctionLike = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(slots=True)
class Usage:
    """Names in the order in which they are met.

    Attributes:
        reads: Read in the scope itself.
        binds: Bound or deleted in the scope itself.
        deletes: Those of ``binds`` that may be unbound afterwards.
        captures: Used by nested code that may run later.
        globals: Declared ``global`` in the scope itself.
        nonlocals: Declared ``nonlocal`` in the scope itself.
    """

    reads: dict[str, None] = field(default_factory=dict)
    binds: dict[str, None] = field(default_factory=dict)
    deletes: dict[str, None] = field(default_factory=dict)
    captures: dict[str, None] = field(default_factory=dict)
    globals: dict[str, None] = field(default_factory=dict)
    nonlocals: dict[str, None] = field(default_factory=dict)


def usage_of(nodes: Iterable[ast.AST], *, in_class: bool = False) -> Usage:
    """The names that statements or expressions standing in one scope use."""
    usage = Usage()
    walker = _Walker(usage, in_class)
    for node in nodes:
        walker.visit(node)
    return usage


def parameters_of(arguments: ast.arguments) -> tuple[str, ...]:
    """The names of parameters, in the order of ``co_varnames``."""
    named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
    extra = [argument for argument in (arguments.vararg, arguments.kwarg) if argument is not None]
    return tuple(argument.arg for argument in named + extra)


def locals_of(function: FunctionLike) -> tuple[tuple[str, ...], Usage]:
    """The local variables of a function, parameters first, and the usage of its body."""
    usage = usage_of(_body(function))
    outer = {*usage.globals, *usage.nonlocals}
    names = dict.fromkeys((*parameters_of(function.args), *(name for name in usage.binds if name not in outer)))
    return tuple(names), usage


def free_names(function: FunctionLike) -> dict[str, None]:
    """The names that a nested function or lambda takes from its surroundings (globals and builtins included)."""
    own, usage = locals_of(function)
    used = {**usage.reads, **usage.captures, **usage.nonlocals}
    hidden = {*own, *usage.globals}
    return {name: None for name in used if name not in hidden}


def mark_as_stream(node: ast.GeneratorExp, lent: bool = False) -> None:
    """What this generator expression uses is read where it stands, as a comprehension does (:mod:`.streams`).

    Args:
        lent: It is handed to an iterator of the library (:mod:`.lent`).
    """
    node.stream_mark = "lent" if lent else "whole"  # type: ignore[attr-defined]


def unmark_stream(node: ast.GeneratorExp) -> None:
    """It keeps what it uses after all."""
    del node.stream_mark  # type: ignore[attr-defined]


def is_stream(node: ast.AST) -> bool:
    """Whether this is a generator expression that becomes a stream."""
    return hasattr(node, "stream_mark")


def is_lent(node: ast.AST) -> bool:
    """Whether this is a generator expression that becomes a stream, and is lent to an iterator."""
    return getattr(node, "stream_mark", "") == "lent"


def comprehension_targets(node: Comprehension) -> dict[str, None]:
    """The variables of a comprehension's own scope."""
    usage = usage_of(generator.target for generator in node.generators)
    return usage.binds


def inner_parts(node: Comprehension) -> list[ast.expr]:
    """What a comprehension evaluates in its own scope: everything but its first iterable."""
    parts = [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]
    for number, generator in enumerate(node.generators):
        parts += [generator.target] + ([generator.iter] if number else []) + generator.ifs
    return parts


def _body(function: FunctionLike) -> list[ast.AST]:
    return [function.body] if isinstance(function, ast.Lambda) else list(function.body)


def _class_free(node: ast.ClassDef) -> dict[str, None]:
    """What a class body takes from around it. Its methods do not see the names bound in it."""
    usage = usage_of(node.body, in_class=True)
    bound = {name for name in usage.binds if name not in usage.nonlocals}
    used = {name: None for name in usage.reads if name not in bound}
    used.update({**usage.captures, **usage.nonlocals})
    # The compiler makes this variable itself, in the class.
    return {name: None for name in used if name not in usage.globals and name != "__class__"}


_BINDING = (
    *(ast.Import, ast.ImportFrom, ast.ExceptHandler, ast.MatchAs, ast.MatchStar, ast.MatchMapping),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef),
)


def bound_without_name(node: ast.AST) -> list[str]:
    """Names that a node itself binds without an ``ast.Name``."""
    if not isinstance(node, _BINDING):
        return []
    match node:
        case ast.Import() | ast.ImportFrom():
            return [alias.asname or alias.name.partition(".")[0] for alias in node.names]
        case ast.ExceptHandler(name=str(name)):
            return [name]
        case ast.MatchAs(name=str(name)) | ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            return [name]
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return [node.name]
        case _:
            return []


@dataclass(slots=True)
class _Walker:
    usage: Usage
    in_class: bool

    def visit(self, node: ast.AST | None) -> None:
        if node is None:
            return
        if isinstance(node, ast.Name):
            self._visit_name(node)
        elif isinstance(node, _COMPREHENSIONS):
            self._visit_comprehension(node)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            self._visit_function(node)
        elif isinstance(node, ast.ClassDef):
            self._visit_class(node)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            self.usage.reads[node.target.id] = None
            self._visit_children(node)
        elif isinstance(node, ast.AnnAssign):
            # A function does not evaluate the annotations of its variables; a class does.
            for part in (node.value, node.target, node.annotation if self.in_class else None):
                self.visit(part)
        else:
            self._bind_other(node)
            self._visit_children(node)

    def _visit_children(self, node: ast.AST) -> None:
        for child in children(node):
            self.visit(child)

    def _visit_name(self, node: ast.Name) -> None:
        if isinstance(node.ctx, ast.Load):
            self.usage.reads[node.id] = None
            return
        self.usage.binds[node.id] = None
        if isinstance(node.ctx, ast.Del):
            self.usage.deletes[node.id] = None

    def _bind_other(self, node: ast.AST) -> None:
        for name in bound_without_name(node):
            self.usage.binds[name] = None
        match node:
            case ast.ExceptHandler(name=str(name)):
                self.usage.deletes[name] = None
            case ast.Global():
                self.usage.globals.update(dict.fromkeys(node.names))
            case ast.Nonlocal():
                self.usage.nonlocals.update(dict.fromkeys(node.names))
            case _ if type(node).__name__ == "TypeAlias":
                captured = usage_of(ast.iter_child_nodes(node))
                self.usage.captures.update({**captured.reads, **captured.captures})
            case _:
                return

    def _visit_function(self, node: FunctionLike) -> None:
        for part in definition_parts(node):
            self.visit(part)
        captured = free_names(node)
        for parameter in getattr(node, "type_params", []):
            captured.pop(parameter.name, None)
        self.usage.captures.update(captured)
        if not isinstance(node, ast.Lambda):
            self.usage.binds[node.name] = None

    def _visit_class(self, node: ast.ClassDef) -> None:
        for part in (*node.decorator_list, *node.bases, *(keyword.value for keyword in node.keywords)):
            self.visit(part)
        captured = _class_free(node)
        for parameter in getattr(node, "type_params", []):
            captured.pop(parameter.name, None)
        self.usage.captures.update(captured)
        self.usage.binds[node.name] = None

    def _visit_comprehension(self, node: Comprehension) -> None:
        self.visit(node.generators[0].iter)
        inner = usage_of(inner_parts(node))
        targets = comprehension_targets(node)
        used = {name: None for name in inner.reads if name not in targets}
        captured = {name: None for name in inner.captures if name not in targets}
        # A walrus in a comprehension binds the variable of the function around it.
        leaks = {name: None for name in inner.binds if name not in targets}
        self.usage.binds.update(leaks)
        if isinstance(node, ast.GeneratorExp) and not is_stream(node):
            self.usage.captures.update({**used, **captured, **leaks})
        else:
            self.usage.reads.update(used)
            self.usage.captures.update(captured)


def definition_parts(node: FunctionLike) -> list[ast.expr]:
    """What is evaluated when a nested function or lambda is made, in the order in which it is."""
    defaults = [*node.args.defaults, *(default for default in node.args.kw_defaults if default is not None)]
    if isinstance(node, ast.Lambda):
        return defaults
    arguments = [*node.args.posonlyargs, *node.args.args, node.args.vararg, *node.args.kwonlyargs, node.args.kwarg]
    annotations = [argument.annotation for argument in arguments if argument is not None]
    found = [annotation for annotation in [*annotations, node.returns] if annotation is not None]
    return [*node.decorator_list, *defaults, *found]
