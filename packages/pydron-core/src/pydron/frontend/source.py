"""Finds the source of a live function: the one place of the front end that reads files.

The whole file is parsed, so that lines and columns are the user's from the start, however deep a method is
indented. What is found counts only if it compiles to the very code the function has: a file that was edited since,
or that something rewrote while importing it, is no source of it.
"""

from __future__ import annotations

import ast
import copy
import linecache
import textwrap
import types
from collections.abc import Iterator
from dataclasses import dataclass, field

from pydron.frontend.scopes import FunctionLike
from pydron.ir.recompiling import compile_again

_FUTURES = 0x1FE0000
"""The ``CO_FUTURE_...`` bits: they choose how source is understood."""

_COMPARED = (
    *("co_name", "co_argcount", "co_posonlyargcount", "co_kwonlyargcount", "co_code"),
    *("co_names", "co_varnames", "co_freevars", "co_cellvars"),
)
"""What has to be the same of two code objects, besides lines and constants."""

_KEPT_FILES = 16
_FAR = 1_000_000
"""More lines than any file has."""
_parsed: dict[str, _File] = {}


@dataclass(slots=True)
class _File:
    """A file that was parsed, with what was compiled of it, by the identity of its top-level statements.

    Attributes:
        imports: Its module-level imports. How a method is called depends on whether its object was imported.
    """

    text: str
    module: ast.Module
    flags: int
    imports: list[ast.stmt] = field(default_factory=list)
    compiled: dict[int, list[types.CodeType]] = field(default_factory=dict)

    def codes(self, statement: ast.stmt, filename: str) -> list[types.CodeType]:
        """The code objects of a top-level statement; none where it does not compile."""
        found = self.compiled.get(id(statement))
        if found is None:
            found = self.compiled[id(statement)] = self.compile(statement, filename)
        return found

    def compile(self, statement: ast.stmt, filename: str) -> list[types.CodeType]:
        module = ast.Module(body=[*self.imports, statement], type_ignores=[])
        try:
            return list(_code_objects(compile_again(module, filename, self.flags)))
        except (SyntaxError, ValueError, RecursionError):
            return []


def imports_in(statements: list[ast.stmt]) -> Iterator[ast.stmt]:
    """The imports at the level of a module, also those within conditions and the like."""
    for statement in statements:
        if isinstance(statement, ast.Import):
            yield statement
        elif isinstance(statement, ast.ImportFrom):
            if statement.module != "__future__":
                yield statement
        elif not isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for part in ast.iter_child_nodes(statement):
                inner = part.body if isinstance(part, ast.ExceptHandler) else [part]
                yield from imports_in([child for child in inner if isinstance(child, ast.stmt)])


@dataclass(frozen=True, slots=True)
class Source:
    """The source of a function.

    Attributes:
        tree: Its syntax, with the user's positions. Shared; not to be modified.
        text: Its text, decorators included, dedented.
        class_name: The class around it whose private names it uses, or "".
    """

    tree: FunctionLike
    text: str
    class_name: str


def find_source(function: types.FunctionType) -> Source | None:
    """The source of a function, or None where there is none that is certain to be its own.

    Reads the function's file, through ``linecache``, which also holds notebook cells and doctest examples.
    """
    code = function.__code__
    for refresh in (False, True):
        if refresh:
            linecache.checkcache(code.co_filename)
        lines = linecache.getlines(code.co_filename, function.__globals__)
        found = _search("".join(lines), lines, code) if lines else None
        if found is not None:
            return found
    return None


def _search(text: str, lines: list[str], code: types.CodeType) -> Source | None:
    try:
        file = _parse(text, code.co_filename, (code.co_flags & _FUTURES) | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    for statement in file.module.body:
        if not _first_line(statement) <= code.co_firstlineno <= (statement.end_lineno or statement.lineno):
            continue
        candidates = [found for found in _functions(statement, "") if _may_be(found[0], code)]
        # Inner ones first: an outer one is moved together with what is in it.
        for tree, class_name in reversed(candidates):
            if _is_source(file, statement, tree, code, alone=len(candidates) == 1):
                return Source(tree, _text(tree, lines, text), class_name)
    return None


def _parse(text: str, filename: str, flags: int) -> _File:
    kept = _parsed.get(filename)
    if kept is not None and kept.text == text and kept.flags == flags:
        return kept
    module = compile_again(text, filename, flags | ast.PyCF_ONLY_AST)
    assert isinstance(module, ast.Module)
    while len(_parsed) >= _KEPT_FILES:
        _parsed.pop(next(iter(_parsed)), None)
    file = _parsed[filename] = _File(text, module, flags, list(imports_in(module.body)))
    return file


def _functions(node: ast.AST, class_name: str) -> Iterator[tuple[FunctionLike, str]]:
    """Every function in a piece of syntax, with the name of the class around it."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
        yield node, class_name
    for name, value in ast.iter_fields(node):
        inner = node.name if isinstance(node, ast.ClassDef) and name == "body" else class_name
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST):
                yield from _functions(child, inner)


def _first_line(node: ast.stmt | ast.expr) -> int:
    decorators = getattr(node, "decorator_list", [])
    return int(decorators[0].lineno) if decorators else node.lineno


def _may_be(tree: FunctionLike, code: types.CodeType) -> bool:
    name = "<lambda>" if isinstance(tree, ast.Lambda) else tree.name
    return code.co_name == name and _first_line(tree) == code.co_firstlineno


def _is_source(file: _File, statement: ast.stmt, tree: FunctionLike, code: types.CodeType, *, alone: bool) -> bool:
    """Whether a function in a top-level statement compiles to this code."""
    line = code.co_firstlineno
    if alone:
        codes = file.codes(statement, code.co_filename)
    else:
        # Several on one line: the one that is meant is moved to lines of its own, by which its code is recognised.
        line += _FAR
        memo: dict[int, object] = {}
        statement = copy.deepcopy(statement, memo)
        marked = memo[id(tree)]
        assert isinstance(marked, ast.AST)
        ast.increment_lineno(marked, _FAR)
        codes = file.compile(statement, code.co_filename)
    return any(
        found.co_firstlineno == line
        and _same(found, code, check_lines=alone)
        and (alone or _columns(found) == _columns(code))
        for found in codes
    )


def _columns(code: types.CodeType) -> list[object]:
    """Where in their lines the instructions come from. Python 3.10 does not know."""
    positions = getattr(code, "co_positions", None)
    return [] if positions is None else [(column, end) for _, _, column, end in positions()]


def _code_objects(code: types.CodeType) -> Iterator[types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, types.CodeType):
            yield constant
            yield from _code_objects(constant)


def _same(left: object, right: object, *, check_lines: bool = True) -> bool:
    """Whether two code objects, or two constants of code objects, are the same."""
    if type(left) is not type(right):
        return False
    if isinstance(left, types.CodeType) and isinstance(right, types.CodeType):
        if any(getattr(left, part) != getattr(right, part) for part in _COMPARED):
            return False
        if check_lines and list(left.co_lines()) != list(right.co_lines()):
            return False
        if len(left.co_consts) != len(right.co_consts):
            return False
        pairs = zip(left.co_consts, right.co_consts)
        return all(_same(one, other, check_lines=check_lines) for one, other in pairs)
    if isinstance(left, tuple) and isinstance(right, tuple):
        return len(left) == len(right) and all(_same(one, other) for one, other in zip(left, right))
    if isinstance(left, (float, complex)):
        # Told apart by repr: 0.0 from -0.0. Alike by repr: a not-a-number and itself.
        return repr(left) == repr(right)
    return left == right


def _text(tree: FunctionLike, lines: list[str], text: str) -> str:
    if isinstance(tree, ast.Lambda):
        return ast.get_source_segment(text, tree) or ""
    return textwrap.dedent("".join(lines[_first_line(tree) - 1 : tree.end_lineno]))
