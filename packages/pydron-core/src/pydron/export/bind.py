"""Makes a graph callable: a plain sequential function, in any process, without the user's files.

Global names are resolved when the program first reads them: given names first, then the graph's table, then
builtins. So an import that fails, or a name that could not travel, is an error only where it is used. Text that
travelled is compiled under the user's file name and lines, so that tracebacks name those.
"""

from __future__ import annotations
import __future__

import ast
import builtins
import functools
import importlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pydron.errors import CarriedNameError
from pydron.export.names import read_by_signature, read_when_defined
from pydron.ir.nodes import Global, Graph
from pydron.ir.recompiling import compile_again
from pydron.ir.verifier import verify
from pydron.marks import is_functional, mark_functional


def bind(graph: Graph, namespace: Mapping[str, Any] | None = None) -> Callable[..., Any]:
    """A plain function that executes the graph, sequentially.

    Args:
        graph: A graph, usually one that was loaded from a document.
        namespace: Values for its globals and captured variables; they win over what the graph carries. Read
            when the program reads the name; never written to.

    Returns:
        A function with the name and the parameters of the user's. Calling it raises ``CarriedNameError`` where it
        reads a name that is neither given nor carried.

    Raises:
        GraphError: The graph breaks a rule of the IR, or holds no code because there was no source text.
        CarriedNameError: A captured variable, or a name in a default value, is neither given nor carried.
    """
    from pydron.interpret import function as interpret

    verify(graph)
    carried = _Carried(graph)
    names = Names(graph.module, carried, {entry.name: entry.name for entry in graph.globals}, namespace or {})
    closure = {name: names.captured(name) for name in graph.free_names}
    names.settle(read_by_signature(graph.signature))
    bound: Callable[..., Any] = interpret(graph, names, closure=closure)
    carried.itself = bound
    return bound


class Names(dict[str, Any]):
    """Globals of code that travelled: looks up what it lacks when it is read."""

    def __init__(self, module: str, carried: _Carried, entries: Mapping[str, str], given: Mapping[str, Any]) -> None:
        super().__init__({"__name__": module, "__builtins__": vars(builtins)})
        self._carried = carried
        self._entries = entries
        self._given = given

    def __missing__(self, name: str) -> Any:
        # Interpreters look up a global name in a dict subclass through its __getitem__, builtins after a KeyError.
        if name in self._given:
            return self._given[name]
        if name not in self._entries:
            raise KeyError(name)
        self[name] = value = self._carried.value(self._entries[name])
        return value

    def settle(self, needed: Iterable[str]) -> None:
        """Look names up now: code with local names of its own finds only what is in the dict itself."""
        for name in needed:
            if name in self._given or name in self._entries:
                self[name] = self[name]

    def captured(self, name: str) -> Any:
        """The value of a captured variable.

        Raises:
            CarriedNameError: It is neither given nor carried.
        """
        try:
            return self[name]
        except KeyError:
            raise CarriedNameError(
                f"The function uses the variable {name!r} of an enclosing function, which did not travel with its "
                f"graph. Give it: graph.bind({{{name!r}: ...}})."
            ) from None


class _Carried:
    """The values of the entries of a graph's table, each made once, when it is first needed."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._entries = {entry.name: entry for entry in graph.globals}
        self._values: dict[str, Any] = {}
        self.itself: Callable[..., Any] | None = None

    def value(self, key: str) -> Any:
        if key not in self._values:
            entry = self._entries[key]
            try:
                self._values[key] = self._make(entry)
            except CarriedNameError:
                raise
            except Exception as error:
                raise CarriedNameError(
                    f"{self._graph.qualname!r} uses {entry.name!r} ({entry.kind} {entry.module} {entry.qualname}), "
                    f"which cannot be made here: {type(error).__name__}: {error}. Install what is missing, or give "
                    f"it: graph.bind({{{entry.name!r}: ...}})."
                ) from error
        return self._values[key]

    def _make(self, entry: Global) -> Any:
        match entry.kind:
            case "module":
                for further in entry.text.split():
                    importlib.import_module(further)
                return importlib.import_module(entry.module)
            case "attribute":
                home = importlib.import_module(entry.module)
                return functools.reduce(getattr, entry.qualname.split("."), home)
            case "constant":
                return ast.literal_eval(entry.text)
            case "function" | "class":
                return self._define(entry)
            case "missing":
                raise CarriedNameError(
                    f"{self._graph.qualname!r} uses the global name {entry.name!r}, which did not travel with its "
                    f"graph: {entry.text}. Give it: graph.bind({{{entry.name!r}: ...}})."
                )

    def _define(self, entry: Global) -> Any:
        """Execute the text of a function or class in a namespace of its own."""
        if self.itself is not None and (entry.module, entry.qualname) == (self._graph.module, self._graph.qualname):
            return self.itself
        pairs = (need.partition("=") for need in entry.needs)
        names = Names(entry.module, self, {name: key or name for name, _, key in pairs}, {})
        names.settle(read_when_defined(entry.text))
        flags = __future__.annotations.compiler_flag if entry.kind == "function" else 0
        tree = ast.parse(entry.text)
        ast.increment_lineno(tree, entry.line - 1)
        _raise_to_line_one(tree)
        code = compile_again(tree, entry.filename, flags)
        exec(code, names)
        value = names[entry.qualname]
        if entry.mark == "functional" and not is_functional(value):
            mark_functional(value)
        return value


def _raise_to_line_one(tree: ast.AST) -> None:
    """Lines added before the user's text may lie before the file; the compiler wants none below one."""
    for node in ast.walk(tree):
        if getattr(node, "lineno", 1) < 1:
            node.lineno, node.end_lineno = 1, max(getattr(node, "end_lineno", 1), 1)  # type: ignore[attr-defined]
