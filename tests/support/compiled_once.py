"""Lets runs of one program share what the compiler made of it: it takes most of the time of a small program.

A graph depends on the function's code and on nothing that differs between executions of one text, and emitted code
depends on its graph.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from types import CodeType, FunctionType
from unittest import mock

from pydron import compile as compiler
from pydron.compile import compile_graph
from pydron.emit.unit import Unit
from pydron.frontend import build
from pydron.frontend.build import build_graph
from pydron.ir.nodes import Graph, Region


class Compiled:
    """What the compiler has made of a program so far.

    Code and regions are looked up by identity, and kept, so that an identity means one of them for good.
    """

    def __init__(self) -> None:
        self._graphs: dict[int, tuple[CodeType, Graph]] = {}
        self._units: dict[int, tuple[Region, Unit | None]] = {}

    @contextlib.contextmanager
    def shared(self) -> Iterator[None]:
        """While active, scheduled functions are compiled only if none with the same code has been before."""
        with contextlib.ExitStack() as stack:
            stack.enter_context(mock.patch.object(build, "build_graph", self._graph))
            stack.enter_context(mock.patch.object(compiler, "compile_graph", self._unit))
            yield

    def _graph(self, function: FunctionType) -> Graph:
        code = function.__code__
        if id(code) not in self._graphs:
            self._graphs[id(code)] = code, build_graph(function)
        return self._graphs[id(code)][1]

    def _unit(self, graph: Graph) -> Unit | None:
        if id(graph.body) not in self._units:
            self._units[id(graph.body)] = graph.body, compile_graph(graph)
        return self._units[id(graph.body)][1]
