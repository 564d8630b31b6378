"""The entry of a scheduled function: a real function that looks like the user's and leaves no trace in tracebacks.

A traceback gets one line for each Python frame that an exception leaves. The entry's frame cannot be avoided, so it
takes the place of the user's own frame: its code carries the user's file and name, and after a failure it raises from
the very line on which the user's code failed. For that its code holds one ``raise`` statement per line. It is made once
for functions of up to N lines and then shifted to where the user's function begins (``co_firstlineno``).
"""

from __future__ import annotations

import ast
import functools
from types import CellType, CodeType, FunctionType
from typing import Any

from pydron import runner
from pydron.compile import compile_graph
from pydron.emit.unit import Unit
from pydron.frontend.build import build_graph
from pydron.ir.lazy import lazy_graph
from pydron.ir.nodes import Graph
from pydron.marks import FUNCTIONAL, SCHEDULED


class Record:
    """What Pydron keeps of one scheduled function.

    Attributes:
        function: The undecorated function.
        entry: The function that users call.
        taken_apart: Its graph, built when first looked at.
        graph: The same with what its global names mean, so that it runs elsewhere.
        strict: As given to the decorator.
        verified: Whether a strict function has been found to have no sync-points.
        compiled: Room for what the runtime emits from the graph.
    """

    __slots__ = ("compiled", "entry", "function", "graph", "strict", "taken_apart", "verified")

    def __init__(self, function: FunctionType, strict: bool) -> None:
        self.function = function
        self.entry: FunctionType = function
        self.strict = strict
        self.verified = False
        self.taken_apart: Graph = lazy_graph(functools.partial(_build, function))
        self.graph: Graph = lazy_graph(functools.partial(_with_globals, self))
        self.compiled: Any = None

    def emit(self) -> Unit | None:
        """The code emitted from the graph; None where the function runs as a whole.

        Raises:
            SyncPointError: The function is strict, and has sync-points.
        """
        if self.strict:
            self.verify()
        return compile_graph(self.taken_apart)

    def verify(self) -> None:
        """See to it, once, that a strict function has no sync-points.

        Raises:
            SyncPointError: It has.
        """
        if not self.verified:
            from pydron.explain.strictness import demand_no_sync_points  # a door: hardly any function is strict

            demand_no_sync_points(self.entry, self.function.__qualname__, self.function.__code__.co_filename)
            self.verified = True

    def __reduce__(self) -> Any:
        # A scheduled function that travels by value is rebuilt from the undecorated one at the other end.
        return (_rebuild_record, (self.function, self.strict))


def _rebuild_record(function: FunctionType, strict: bool) -> Record:
    record = Record(function, strict)
    make_entry(record)
    return record


def _build(function: FunctionType) -> Graph:
    return build_graph(function)


def _with_globals(record: Record) -> Graph:
    from pydron.export.globals import with_globals

    return with_globals(record.taken_apart, record.function)


def _template_source(lines: int) -> ast.Module:
    """``def entry(*args, **kwargs)`` whose line 1 runs the function and which can raise from each line."""
    module = ast.parse(
        "def outer(run, place):\n"
        " def entry(*args, **kwargs):\n"
        "  try:\n"
        "   return run(args, kwargs)\n"
        "  except BaseException as error:\n"
        "   offset = place(error)\n"
        "   raise error\n"
    )
    entry = module.body[0].body[0]  # type: ignore[attr-defined]
    _put_on_line(entry, 1)
    handler = entry.body[0].handlers[0]
    for offset in range(1, lines):
        branch = ast.parse(f"if offset == {offset}:\n raise error").body[0]
        _put_on_line(branch, 1 + offset)
        handler.body.insert(offset, branch)
    return module


def _put_on_line(tree: ast.AST, line: int) -> None:
    """Put a tree on a line, without columns: then tracebacks underline nothing."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.expr, ast.stmt, ast.excepthandler, ast.arg)):
            node.lineno = node.end_lineno = line
            node.col_offset = node.end_col_offset = -1


@functools.cache
def _template(lines: int) -> CodeType:
    module = compile(_template_source(lines), "<pydron>", "exec")
    outer = next(constant for constant in module.co_consts if isinstance(constant, CodeType))
    return next(constant for constant in outer.co_consts if isinstance(constant, CodeType))


def _lines_of(code: CodeType) -> int:
    last = max((line for _, _, line in code.co_lines() if line is not None), default=code.co_firstlineno)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            last = max(last, constant.co_firstlineno + _lines_of(constant))
    return max(1, last - code.co_firstlineno + 1)


def make_entry(record: Record) -> FunctionType:
    """The function that users call in place of ``record.function``."""
    function = record.function
    code = function.__code__
    size = 32
    while size < _lines_of(code):
        size *= 4
    names: dict[str, Any] = {"co_filename": code.co_filename, "co_name": code.co_name}
    names["co_firstlineno"] = code.co_firstlineno
    if hasattr(code, "co_qualname"):
        names["co_qualname"] = code.co_qualname
    template = _template(size).replace(**names)
    cells = {
        "run": functools.partial(runner.run, record),
        "place": functools.partial(_place, record, code.co_firstlineno, size),
    }
    closure = tuple(CellType(cells[name]) for name in template.co_freevars)
    entry = FunctionType(template, function.__globals__, function.__name__, None, closure)
    functools.update_wrapper(entry, function)
    entry.__defaults__ = function.__defaults__
    entry.__kwdefaults__ = function.__kwdefaults__
    entry.__dict__.pop(FUNCTIONAL, None)
    adorn(entry, record)
    return entry


def adorn(entry: FunctionType, record: Record) -> None:
    """Give what users call the attributes of a scheduled function."""
    record.entry = entry
    entry.__dict__[SCHEDULED] = record
    entry.__dict__["sequential"] = record.function
    entry.__dict__["graph"] = record.graph


def _place(record: Record, first_line: int, size: int, error: BaseException) -> int:
    """Cut the traceback down to the user's frames; return the line (relative) that the entry has to raise from."""
    line, tail = runner.frames_of_failure(record, error)
    error.__traceback__ = tail
    offset = line - first_line
    return offset if 0 < offset < size else 0
