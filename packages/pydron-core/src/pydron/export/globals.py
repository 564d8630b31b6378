"""Fills the table of globals of a graph, so that it can run in a process that has no source file.

Starting from the names that the function's code reads, each name is looked up where the function would look it up,
and what it means is written down: a module by its name, an object of an installed module by its place, a literal
by its text, a function or class of the user by its source, together with what that source needs in turn. What
cannot be carried is written down as ``missing`` with the reason, and is an error only where it is used.

The table is one flat list. Where two modules mean different things by one name, the second is entered as
``module:name`` and those that need it say ``name=module:name``.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import dataclasses
import inspect
import math
import sys
import types
from collections.abc import Callable, Mapping
from typing import Any, Literal

from pydron.export.names import attribute_chains, read_by_code, read_by_signature, read_by_text
from pydron.export.origins import Source, installed_name, literal_text, source_of
from pydron.ir.nodes import Global, Graph
from pydron.marks import is_functional, is_scheduled

_ABSENT = object()
_AMBIENT = frozenset({"__builtins__", "__name__", "__file__", "__doc__", "__package__", "__spec__", "__loader__"})


def with_globals(graph: Graph, function: Callable[..., Any]) -> Graph:
    """The graph with its table of globals, taken from the live function it was made of.

    Reads the user's source files. Never fails for a function: what cannot be carried becomes ``missing``.

    Args:
        function: The user's function, plain or scheduled.
    """
    plain = inspect.unwrap(function)
    if not isinstance(plain, types.FunctionType):
        return graph
    scope = _Scope.of_function(plain, _default_values(graph.signature, plain))
    names = dict.fromkeys((*read_by_code(plain.__code__), *read_by_signature(graph.signature), *graph.free_names))
    table = _Table()
    pending = table.enter_roots([name for name in names if scope.knows(name)], scope, graph.source)
    table.complete(pending)
    return dataclasses.replace(graph, globals=tuple(table.entries.values()))


def _default_values(signature: str, function: types.FunctionType) -> dict[str, Any]:
    """Values of the names that stand as defaults: ``lambda x, i=i: ...`` names a variable that may be gone."""
    try:
        definition = ast.parse(f"def _({signature}): pass").body[0]
    except (SyntaxError, ValueError):
        return {}
    if not isinstance(definition, ast.FunctionDef):
        return {}
    values = function.__defaults__ or ()
    found = {
        default.id: value
        for default, value in zip(definition.args.defaults, values)
        if isinstance(default, ast.Name) and len(values) == len(definition.args.defaults)
    }
    for argument, expression in zip(definition.args.kwonlyargs, definition.args.kw_defaults):
        if isinstance(expression, ast.Name) and argument.arg in (function.__kwdefaults__ or {}):
            found[expression.id] = (function.__kwdefaults__ or {})[argument.arg]
    return found


class _Scope:
    """Where the names of a piece of code are looked up."""

    def __init__(self, module: str, *layers: Mapping[str, Any]) -> None:
        self.module = module
        self._layers = layers

    @classmethod
    def of_function(cls, function: types.FunctionType, defaults: Mapping[str, Any] | None = None) -> _Scope:
        module = function.__module__ or ""
        return cls(module, _cells(function), function.__globals__, defaults or {})

    @classmethod
    def of_class(cls, kind: type) -> _Scope:
        cells: dict[str, Any] = {}
        for member in vars(kind).values():
            member = getattr(member, "fget", None) or getattr(member, "__func__", member)
            if isinstance(member, types.FunctionType):
                cells.update(_cells(member))
        return cls(kind.__module__, cells, vars(sys.modules.get(kind.__module__, builtins)))

    def lookup(self, name: str) -> Any:
        return next((layer[name] for layer in self._layers if name in layer), _ABSENT)

    def knows(self, name: str) -> bool:
        """Whether the name needs an entry: not a builtin, and not what every module has of itself."""
        found = self.lookup(name)
        return name not in _AMBIENT and (found is not _ABSENT or not hasattr(builtins, name))

    @property
    def postpones_annotations(self) -> bool:
        return self.lookup("annotations") is __future__.annotations


def _cells(function: types.FunctionType) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or ()):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # not bound yet; also __class__ of a class that is being made
            continue
    found.pop("__class__", None)
    return found


_Pending = list[tuple[str, "_Scope"]]


class _Table:
    """The entries made so far, with the object of each, so that one object is entered once."""

    def __init__(self) -> None:
        self.entries: dict[str, Global] = {}
        self._values: dict[str, Any] = {}

    def enter_roots(self, names: list[str], scope: _Scope, source: str) -> _Pending:
        """Enter the names of the function itself; these keep their names."""
        return [(name, inner) for name in names for inner in self._enter(name, name, scope, source)]

    def complete(self, pending: _Pending) -> None:
        """Enter what the texts of functions and classes need, and what those need, until nothing is left."""
        while pending:
            entry, scope = pending.pop(0)
            text = self.entries[entry].text
            needs = []
            for name in read_by_text(text):
                if scope.knows(name) and name != self.entries[entry].qualname:
                    key, found = self._need(name, scope, text)
                    needs.append(name if key == name else f"{name}={key}")
                    pending += found
            self.entries[entry] = dataclasses.replace(self.entries[entry], needs=tuple(needs))

    def _need(self, name: str, scope: _Scope, text: str) -> tuple[str, _Pending]:
        value, key, number = scope.lookup(name), name, 1
        while key in self._values:
            if self._values[key] is value and value is not _ABSENT:
                return key, []
            key, number = f"{scope.module}:{name}" + (f":{number}" if number > 1 else ""), number + 1
        return key, [(key, inner) for inner in self._enter(key, name, scope, text)]

    def _enter(self, key: str, name: str, scope: _Scope, text: str) -> list[_Scope]:
        """Make one entry. Returns the scope of its text, if it has one."""
        value = scope.lookup(name)
        self._values[key] = value
        self.entries[key] = _entry(key, name, value, text, scope)
        if self.entries[key].kind not in ("function", "class"):
            return []
        plain = inspect.unwrap(value)
        return [_Scope.of_class(plain) if isinstance(plain, type) else _Scope.of_function(plain)]


def _entry(key: str, name: str, value: Any, text: str, scope: _Scope) -> Global:
    if value is _ABSENT:
        return Global(key, "missing", text=f"{name!r} had no value when the graph was exported")
    if isinstance(value, types.ModuleType):
        return _module_entry(key, name, value, text)
    if isinstance(value, float) and type(value) is float and not math.isfinite(value) and value != -math.inf:
        return Global(key, "attribute", "math", "nan" if math.isnan(value) else "inf")
    literal = literal_text(value)
    if literal is not None:
        return Global(key, "constant", text=literal)
    place = installed_name(value, name)
    if place is not None:
        return Global(key, "attribute", *place)
    plain = _unwrapped(value)
    if isinstance(plain, (types.FunctionType, type)):
        source = source_of(plain, name)
        if source is not None:
            return _source_entry(key, value, plain, source, scope)
        return Global(key, "missing", text=f"the source of {name!r} could not be found when the graph was exported")
    return Global(key, "missing", text=_cannot_travel(name, value))


def _unwrapped(value: Any) -> Any:
    try:
        return inspect.unwrap(value)
    except Exception:  # a cycle of __wrapped__, or a foreign object whose attribute access fails
        return value


def _cannot_travel(name: str, value: Any) -> str:
    kind = type(value)
    return (
        f"{name!r} was an object of type {kind.__module__}.{kind.__qualname__}; only modules, literals, functions and "
        "classes travel with a graph, so pass it as an argument or to bind()"
    )


def _module_entry(key: str, name: str, module: types.ModuleType, text: str) -> Global:
    real = module.__name__
    if real == "__main__" or real not in sys.modules:
        return Global(key, "missing", text=f"{name!r} was the module {real!r}, which cannot be imported elsewhere")
    further: dict[str, None] = {}
    for chain in attribute_chains(text, name) if text else ():
        parts = chain.split(".")[1:]
        for end in range(1, len(parts) + 1):
            inner = ".".join([real, *parts[:end]])
            if inner in sys.modules:
                further[inner] = None
    return Global(key, "module", module=real, text=" ".join(further))


def _source_entry(key: str, value: Any, plain: Any, source: Source, scope: _Scope) -> Global:
    is_class = isinstance(plain, type)
    text, line = source.text, source.line
    if is_class and _Scope.of_class(plain).postpones_annotations:
        text, line = "from __future__ import annotations\n" + text, line - 1
    mark = "scheduled" if is_scheduled(value) else "functional" if is_functional(value) else ""
    kind: Literal["class", "function"] = "class" if is_class else "function"
    return Global(key, kind, plain.__module__ or scope.module, source.name, text, mark, (), source.filename, line)
